"""Comments that cameras fill with keys and values, read as a profile describes them.

The text is anybody's: a pair that is missing or malformed says nothing, and nothing
here raises about it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from thumper.cameras.maker_note import amount, phase
from thumper.cameras.pattern import ValuePattern
from thumper.domain.measurement import TEXTS, Quantity, Reading, Value
from thumper.domain.moon import MoonPhase
from thumper.domain.plain_text import LONGEST_WORD, clean

MOST_CHARACTERS: Final = 8192
"""Characters of a comment that are looked at."""

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Pair(BaseModel):
    """The value of one key. With a pattern, only what its group `value` holds; else the whole value."""

    model_config = _STRICT

    key: str = Field(min_length=1)
    pattern: ValuePattern | None = None
    scale: float = 1.0
    unit: Literal["C", "F"] | None = None
    """Of a temperature; °C when left out."""
    values: tuple[MoonPhase, ...] | None = None
    """What the numbers from 0 mean, for a moon phase; the eight phases from new moon on when left out."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Pairs: TypeAlias = Annotated[tuple[Pair, ...], BeforeValidator(_listed)]
"""One pair or several, of which the first that fits counts: a key may be written in more than one unit."""


class Comment(BaseModel):
    """A comment of keys and values, and what they mean."""

    model_config = _STRICT

    between_pairs: str = Field(min_length=1)
    """What separates one pair from the next, such as a comma."""
    after_key: str = Field(min_length=1)
    """What separates a key from its value, such as an equals sign."""
    fields: dict[Quantity, Pairs]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that are read."""
        return frozenset(pair.key for pairs in self.fields.values() for pair in pairs)

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        for quantity, pairs in self.fields.items():
            if quantity is not Quantity.TEMPERATURE and any(pair.unit is not None for pair in pairs):
                raise ValueError(f"{quantity.value} has no unit; a temperature has")
            if quantity is not Quantity.MOON_PHASE and any(pair.values is not None for pair in pairs):
                raise ValueError(f"{quantity.value} has no values to choose from; a moon phase has")
        return self


def read_comment(layout: Comment, text: str, *, origin: str) -> list[Reading]:
    """Return what the pairs of a comment say, in the order of the profile. Never raises."""
    if not text:
        return []
    values = _wanted(layout, text[:MOST_CHARACTERS])
    readings = []
    for quantity, pairs in layout.fields.items():
        for pair in pairs:
            value = _read(quantity, pair, values.get(pair.key))
            if value is not None:
                readings.append(Reading(quantity, value, origin))
                break
    return readings


def _wanted(layout: Comment, text: str) -> dict[str, str]:
    """Return the values of the keys that the profile reads; of equal keys the first stands."""
    wanted = layout.keys
    values: dict[str, str] = {}
    for part in text.split(layout.between_pairs):
        key, separator, value = part.partition(layout.after_key)
        key = key.strip()
        if separator and key in wanted:
            values.setdefault(key, value.strip())
    return values


def _read(quantity: Quantity, pair: Pair, text: str | None) -> Value | None:
    if text is not None and pair.pattern is not None:
        match = pair.pattern.fullmatch(text) if len(text) <= LONGEST_WORD else None
        text = match["value"] if match else None
    if text is None:
        return None
    if quantity in TEXTS:
        return clean(text, LONGEST_WORD)
    try:
        if quantity is Quantity.MOON_PHASE:
            return phase(int(text), pair.values)
        return amount(float(text), scale=pair.scale, unit=pair.unit)
    except (ValueError, OverflowError):
        return None
