"""Several arguments of a field that its resolver takes as one value, such as those of every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField


class ArgumentGroup(FieldExtension):
    """Arguments of a field, all optional, in place of one parameter of its resolver.

    `kinds` are their annotations by name, `defaults` the values of those that are not null when left out; `make` turns
    those that were given into the parameter's value.
    """

    def __init__(
        self,
        parameter: str,
        kinds: Mapping[str, Any],
        make: Callable[..., Any],
        *,
        defaults: Mapping[str, Any] | None = None,
    ) -> None:
        self._parameter = parameter
        self._kinds = kinds
        self._make = make
        self._defaults = defaults or {}

    def apply(self, field: StrawberryField) -> None:
        """Put the arguments where the parameter stands."""
        group = [
            StrawberryArgument(name, None, StrawberryAnnotation(kind), default=self._defaults.get(name))
            for name, kind in self._kinds.items()
        ]
        field.arguments = [
            argument
            for own in field.arguments
            for argument in (group if own.python_name == self._parameter else [own])
        ]

    def map_arguments(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Put the value in the place of the arguments."""
        given = {name: kwargs.pop(name) for name in self._kinds if name in kwargs}
        return kwargs | {self._parameter: self._make(**given)}
