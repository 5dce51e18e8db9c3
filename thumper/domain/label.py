"""What the labels of a model mean.

A model knows only words. A class map, which is data and belongs to one model file,
says which species, sex and life stage a word stands for, whether boxes of it are
shown, and from which confidence. A word without an entry keeps its own meaning:
unknown stays unknown, nothing is guessed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NoReturn, Self, TypeVar

from thumper.errors import DetectorError

DEFAULT_THRESHOLD: Final = 0.25
"""Confidence from which a box is shown when its class says nothing else (default of ultralytics)."""


class Sex(StrEnum):
    """Sex of an animal, in Camtrap DP's terms."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class LifeStage(StrEnum):
    """Life stage of an animal, in Camtrap DP's terms."""

    ADULT = "adult"
    SUBADULT = "subadult"
    JUVENILE = "juvenile"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LabelMeaning:
    """What one label of a model stands for.

    `species` is the scientific name or None; `threshold` is the confidence, 0..1, from which a box is shown.
    """

    label: str
    species: str | None = None
    common_name: str | None = None
    sex: Sex = Sex.UNKNOWN
    life_stage: LifeStage = LifeStage.UNKNOWN
    shown: bool = True
    threshold: float = DEFAULT_THRESHOLD


W = TypeVar("W", bound=StrEnum)
_MAP_FIELDS: Final = ("default_threshold", "labels")
_LABEL_FIELDS: Final = ("species", "common_name", "sex", "life_stage", "shown", "threshold")


@dataclass(frozen=True, slots=True)
class ClassMap:
    """The meanings of a model's labels."""

    meanings: Mapping[str, LabelMeaning] = field(default_factory=dict)
    default_threshold: float = DEFAULT_THRESHOLD

    @classmethod
    def parse(cls, mapping: Mapping[str, object], *, name: str) -> Self:
        """Read a class map out of parsed TOML or JSON; `name` is the file, for messages.

        Raises `DetectorError` naming file, label and field if anything is unknown or of the wrong kind.
        """
        _refuse_unknown(mapping, _MAP_FIELDS, where=name)
        default = mapping.get("default_threshold", DEFAULT_THRESHOLD)
        default = _threshold(default, f"{name}: field default_threshold")
        labels = _table(mapping.get("labels", {}), f"{name}: labels")
        meanings = {
            label: _meaning(label, _table(entry, f"{name}: label {label!r}"), default=default, name=name)
            for label, entry in labels.items()
        }
        return cls(meanings, default)

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Read what `to_json` gave, out of the database."""
        return cls.parse(stored, name="the stored class map")

    def to_json(self) -> dict[str, object]:
        """Return the map as plain values, complete with defaults, for storing."""
        labels: dict[str, object] = {}
        for label, meaning in self.meanings.items():
            values = {key: getattr(meaning, key) for key in _LABEL_FIELDS}
            labels[label] = {
                key: value.value if isinstance(value, StrEnum) else value
                for key, value in values.items()
                if value is not None
            }
        return {"default_threshold": self.default_threshold, "labels": labels}

    def meaning(self, label: str) -> LabelMeaning:
        """Return what a label stands for; one without an entry is shown as it is, with no species."""
        known = self.meanings.get(label)
        return known if known is not None else LabelMeaning(label, threshold=self.default_threshold)

    def shows(self, label: str, confidence: float) -> bool:
        """Return whether a box is shown: its class is not hidden and its confidence reaches the threshold."""
        meaning = self.meaning(label)
        return meaning.shown and confidence >= meaning.threshold

    def strangers(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return the entries that name no label of the model: most likely misspelt."""
        known = set(labels)
        return tuple(label for label in self.meanings if label not in known)


def _meaning(label: str, entry: Mapping[str, object], *, default: float, name: str) -> LabelMeaning:
    where = f"{name}: label {label!r}"
    _refuse_unknown(entry, _LABEL_FIELDS, where=where)
    shown = entry.get("shown", True)
    if not isinstance(shown, bool):
        _refuse(f"{where}, field shown", shown, expected="true or false")
    return LabelMeaning(
        label,
        species=_text(entry, "species", where=where),
        common_name=_text(entry, "common_name", where=where),
        sex=_word(Sex, entry.get("sex", Sex.UNKNOWN), where=f"{where}, field sex"),
        life_stage=_word(
            LifeStage, entry.get("life_stage", LifeStage.UNKNOWN), where=f"{where}, field life_stage"
        ),
        shown=shown,
        threshold=_threshold(entry.get("threshold", default), f"{where}, field threshold"),
    )


def _table(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, Mapping):
        _refuse(where, value, expected="a table")
    return {str(key): item for key, item in value.items()}


def _text(entry: Mapping[str, object], key: str, *, where: str) -> str | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        _refuse(f"{where}, field {key}", value, expected="a text that is not empty")
    return value.strip()


def _word(kind: type[W], value: object, *, where: str) -> W:
    words = [word.value for word in kind]
    if not isinstance(value, str) or value not in words:
        _refuse(where, value, expected=f"one of {', '.join(words)}")
    return kind(value)


def _threshold(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        _refuse(where, value, expected="a confidence from 0 to 1")
    return float(value)


def _refuse_unknown(table: Mapping[str, object], known: tuple[str, ...], *, where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known fields: {', '.join(known)}"
            raise DetectorError(f"{where}: unknown field {key!r}; {hint}")


def _refuse(where: str, got: object, *, expected: str) -> NoReturn:
    raise DetectorError(f"{where}: expected {expected}, got {got!r}")
