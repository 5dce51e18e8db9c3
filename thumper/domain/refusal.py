"""Why a record is not made or changed as asked, with the field to blame: the same for whoever asks.

Fields are named as the record names them, `time_zone`; a room that people talk to writes them in its own way.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from thumper.errors import NotFoundError, RefusedError, UsageError


class InvalidValueError(UsageError):
    """Raised if a value cannot be accepted; `field` leads to it from the outside in."""

    def __init__(self, message: str, *field: str) -> None:
        super().__init__(message)
        self.field = field


class NoRecordError(NotFoundError):
    """Raised if the record that `field` names does not exist."""

    def __init__(self, kind: str, *field: str) -> None:
        super().__init__(f"There is no {kind} with this id; it may have been deleted.")
        self.field = field


class NameTakenError(RefusedError):
    """Raised if another record of its kind has the name."""

    field = ("name",)

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"Another {kind} is called {name}, and names are unique whatever their case. Choose another name."
        )
        self.name = name


Refusal: TypeAlias = InvalidValueError | NoRecordError | NameTakenError
REFUSALS: Final = (InvalidValueError, NoRecordError, NameTakenError)
