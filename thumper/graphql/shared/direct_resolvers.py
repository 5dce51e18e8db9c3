"""Resolvers called directly, without what Strawberry puts around each call.

That is three coroutines, a chain of extensions and the conversion of all arguments for each of the relations on a page.
No extension of a field takes part in a call here: `ArgumentGroup` only makes one value out of several arguments. These
are the same for all items of a list, so that they are converted once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

from graphql import GraphQLObjectType
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

DECLARED: Final = "strawberry-definition"
"""Under which a field of the schema knows how it was declared."""

_KEPT: Final = 64
"""Choices of arguments that are kept converted, of each field."""

_Arguments = dict[str, Any]


def call_directly(schema: Schema) -> None:
    """Have the resolvers of queries called directly, where nothing takes part in the call."""
    graphql_schema: Any = schema._schema  # noqa: SLF001  # strawberry's own extensions read it as well
    others = (graphql_schema.mutation_type, graphql_schema.subscription_type)
    for kind in graphql_schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind in others:
            continue
        for field in kind.fields.values():
            own = field.extensions.get(DECLARED)
            if isinstance(own, StrawberryField) and own.base_resolver is not None and _is_alone(own):
                field.resolve = DirectResolver(own, schema)


def _is_alone(own: StrawberryField) -> bool:
    return not any(extension.has_resolver for extension in own.extensions)


class DirectResolver:
    """The resolver of a field as graphql-core calls it."""

    __slots__ = ("_converted", "_info_class", "_info_name", "_row_is_first", "_row_name", "function", "own")

    def __init__(self, own: StrawberryField, schema: Schema) -> None:
        resolver: Any = own.base_resolver
        row = resolver.parent_parameter or resolver.root_parameter
        self.own = own
        self.function = resolver.wrapped_func
        self._row_name = row.name if row is not None else None
        first: Any = next(iter(resolver.signature.parameters.values()), None)
        self._row_is_first = resolver.self_parameter is not None or (
            row is not None and first.name == row.name and first.kind is not first.KEYWORD_ONLY
        )
        self._info_name = resolver.info_parameter.name if resolver.info_parameter is not None else None
        self._info_class = schema.config.info_class
        self._converted = _converter(own, schema)

    def __call__(self, source: Any, info: Any, **given: Any) -> Any:
        """Return the value of the field, or what to wait for."""
        return self.bound(info, given)(source)

    def bound(self, info: Any, given: _Arguments) -> Callable[[Any], Any]:
        """Return what resolves the field of any object with the same arguments."""
        named = self._converted(given) if given or self.own.extensions else {}
        if self._info_name is not None:
            named[self._info_name] = self._info_class(_raw_info=info, _field=self.own)
        function, row_name = self.function, self._row_name
        if self._row_is_first:
            return partial(function, **named) if named else function
        if row_name is None:
            return lambda _source: function(**named)
        return lambda source: function(**named, **{row_name: source})


def _converter(own: StrawberryField, schema: Schema) -> Callable[[_Arguments], _Arguments]:
    """Return what turns the arguments of a field into those of its resolver."""

    def converted(given: _Arguments) -> _Arguments:
        named = convert_arguments(
            given,
            own.arguments,
            scalar_registry=schema.schema_converter.scalar_registry,
            config=schema.config,
        )
        for extension in own.extensions:
            named = extension.map_arguments(named)
        return named

    @lru_cache(maxsize=_KEPT)
    def kept(given: tuple[tuple[str, Any], ...]) -> _Arguments:
        return converted(dict(given))

    def convert(given: _Arguments) -> _Arguments:
        try:
            return dict(kept(tuple(given.items())))
        except TypeError:  # an input object or a list cannot be looked up
            return converted(given)

    return convert
