"""What may be removed so that a home does not grow for ever, by age and size. Who removes it has to make sure of more.

Nothing that a person could miss is among it: a view goes only where its original is whole, a picture that no image
names lies aside for a month first, and originals never go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Stray(StrEnum):
    """What becomes of a small picture by whether an image has its hash."""

    STAYS = "stays"
    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"
    REMOVED = "removed"


STRAY_AGE: Final = dt.timedelta(days=1)
"""Age at which a picture without an image is set aside: one that is being made is seconds old."""
ASIDE_FOR: Final = dt.timedelta(days=30)
"""How long it lies aside: a database that was restored from an old backup does not know the photos of since then, and
in a month somebody has noticed."""
ASIDE_AT_LEAST: Final = dt.timedelta(days=7)
"""How long it lies aside even when small pictures take more room than they may."""
VIEW_AGE: Final = dt.timedelta(days=1)
"""How long a view stays after its last use even when views take more room than they may."""
EXPORT_AGE: Final = dt.timedelta(days=30)
"""How long an exported model stays after its last use, when it is not of the present detector: people try a model and
go back."""
EXPORT_SCRATCH: Final = ".export-"
"""Beginning of the names of exports that are being written."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How many of something, and how many bytes they have."""

    items: int = 0
    size_bytes: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.items + other.items, self.size_bytes + other.size_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLimits:
    """How long views stay after their last use, and how much room small pictures that can go may take altogether."""

    age: dt.timedelta
    size_bytes: int

    def is_due(self, idle: dt.timedelta, *, total_bytes: int) -> bool:
        """Return whether a view goes that was not used for so long, while they all take `total_bytes`.

        What is due stays due for a longer time without use, so that views can be taken in that order.
        """
        return idle > self.age or (total_bytes > self.size_bytes and idle > VIEW_AGE)

    def decide(self, idle: dt.timedelta, *, known: bool, aside: bool, total_bytes: int) -> Stray:
        """Return what becomes of a small picture, by whether an image has its hash and whether it lies aside.

        `idle` is the time since it was written or last used, or since it was set aside.
        """
        if known:
            return Stray.PUT_BACK if aside else Stray.STAYS
        if not aside:
            return Stray.SET_ASIDE if idle > STRAY_AGE else Stray.STAYS
        crowded = total_bytes > self.size_bytes and idle > ASIDE_AT_LEAST
        return Stray.REMOVED if idle > ASIDE_FOR or crowded else Stray.STAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A model exported for a runtime: the beginning of its hash, and the time since it was last used."""

    name: str
    family: str
    idle: dt.timedelta


def exports_to_go(exports: Iterable[Export], *, present: frozenset[str]) -> list[str]:
    """Return the names of exports that go: long unused, and not the last used one of a present model in its form.

    `present` are the beginnings of the hashes of the models that are in use.
    """
    last_used: set[str] = set()
    gone = []
    for export in sorted(exports, key=lambda export: (export.idle, export.name)):
        form = _form(export)
        if export.idle > EXPORT_AGE and (export.family not in present or form in last_used):
            gone.append(export.name)
        last_used.add(form)
    return gone


def _form(export: Export) -> str:
    """Return the model and form of an export, whichever versions wrote it: HASH-FORM-VERSIONS."""
    return "-".join(export.name.split("-")[:2])
