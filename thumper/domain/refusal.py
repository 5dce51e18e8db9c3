"""Why a record is not made or changed as asked, with the field to blame: the same for all who ask.

Fields are named as the record names them, `time_zone`; a room that people talk to writes them in its own way.
"""

from __future__ import annotations

from typing import Self

from thumper.errors import NotFoundError, RefusedError, ThumperError, UsageError


class Refusal(ThumperError):
    """Raised if a record stays as it is; `field` leads to the value to blame, from the outside in."""

    def __init__(self, message: str, *field: str) -> None:
        super().__init__(message)
        self.field = field

    def within(self, *outer: str) -> Self:
        """Return the refusal with its field inside others, as of one item of a list."""
        self.field = (*outer, *self.field)
        return self


class InvalidValueError(Refusal, UsageError):
    """Raised if a value cannot be accepted."""


class NoRecordError(Refusal, NotFoundError):
    """Raised if the record that the field names does not exist."""

    def __init__(self, kind: str, *field: str) -> None:
        super().__init__(f"There is no {kind} with this id; it may have been deleted.", *field)


class NameTakenError(Refusal, RefusedError):
    """Raised if another record of its kind has the name; `place` is the one of which it is another name."""

    def __init__(self, kind: str, name: str, *, place: str | None = None, field: str = "name") -> None:
        message = (
            f"Another {kind} is called {name}, and names are unique whatever their case. Choose another name."
        )
        if place is not None:
            message = f"{name} is another name of {place}, into which it was merged. Choose another name."
        super().__init__(message, field)
        self.name = name
