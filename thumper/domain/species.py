"""Species that boxes can be of: how their names are written, and which one a name means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from thumper.domain.entered_text import clean_name, one_name
from thumper.domain.refusal import InvalidValueError

MOST_NEAR: Final = 3
"""Species that are proposed for a name that is not listed."""

_SCIENTIFIC: Final = re.compile(r"[A-Za-z][A-Za-z-]*\.?( (×|[A-Za-z][A-Za-z-]*\.?)){0,4}")
"""A genus or family, a species, a subspecies, a hybrid; `sp.` and `cf.` too."""


class SpeciesOrigin(StrEnum):
    """Who listed a species."""

    BUILT_IN = "built_in"
    DETECTOR = "detector"
    PERSON = "person"


class Named(Protocol):
    """A species as it is listed."""

    @property
    def scientific_name(self) -> str:
        """The scientific name."""

    @property
    def common_name(self) -> str:
        """The name in English; empty where none is known."""


S = TypeVar("S", bound=Named)


def scientific_name(text: str) -> str:
    """Return a scientific name as it is written, `Odocoileus virginianus`; raise `InvalidValueError`."""
    name = clean_name(text, "scientific_name")
    if not _SCIENTIFIC.fullmatch(name):
        raise InvalidValueError(
            f"{name!r} is no scientific name. It is one in Latin letters, such as Odocoileus virginianus.",
            "scientific_name",
        )
    return name.capitalize()


def meant(name: str, listed: Iterable[S]) -> list[S]:
    """Return the species with that scientific name, else those with that common name, whatever the case."""
    known, wanted = list(listed), one_name(name).casefold()
    by_science = [own for own in known if own.scientific_name.casefold() == wanted]
    return by_science or [own for own in known if own.common_name.casefold() == wanted != ""]


def near(name: str, listed: Sequence[S]) -> list[S]:
    """Return the species whose names are most like a name that none has, the most alike first."""
    names: dict[str, S] = {}
    for own in listed:
        for word in (own.scientific_name, own.common_name):
            names.setdefault(word.casefold(), own)
    names.pop("", None)
    words = difflib.get_close_matches(one_name(name).casefold(), names, n=2 * MOST_NEAR)
    found = dict.fromkeys(names[word].scientific_name for word in words)
    by_name = {own.scientific_name: own for own in listed}
    return [by_name[word] for word in found][:MOST_NEAR]
