"""What a check says: a level, one sentence, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    """As it should be."""
    WARN = "warn"
    """Thumper works, but slower, later or less safely than it could; or something needs to be started."""
    FAIL = "fail"
    """Something does not work, or is lost."""


_WORST_LAST = (Level.OK, Level.WARN, Level.FAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One finding of the check of that name; it has a remedy exactly when it is not ok."""

    check: str
    level: Level
    sentence: str
    remedy: str = ""

    def __post_init__(self) -> None:
        if (self.level is Level.OK) is bool(self.remedy):
            raise ValueError(f"a result has a remedy unless it is ok; got {self}")

    @classmethod
    def ok(cls, check: str, sentence: str) -> Self:
        """Make the result of something that is as it should be."""
        return cls(check=check, level=Level.OK, sentence=sentence)

    @classmethod
    def warn(cls, check: str, sentence: str, *, remedy: str) -> Self:
        """Make the result of something that could be better, and how."""
        return cls(check=check, level=Level.WARN, sentence=sentence, remedy=remedy)

    @classmethod
    def fail(cls, check: str, sentence: str, *, remedy: str) -> Self:
        """Make the result of something that is wrong, and what to do."""
        return cls(check=check, level=Level.FAIL, sentence=sentence, remedy=remedy)

    def to_json(self) -> dict[str, str | None]:
        """Return it as `thumper doctor --json` prints it."""
        return {
            "check": self.check,
            "level": self.level.value,
            "sentence": self.sentence,
            "remedy": self.remedy or None,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Make it of what `to_json` returned; raises `ValueError` or `KeyError` for anything else."""
        return cls(
            check=said["check"],
            level=Level(said["level"]),
            sentence=said["sentence"],
            remedy=said["remedy"] or "",
        )


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts in the order of the checks, and the checks that could not be made."""

    verdicts: tuple[CheckResult, ...]
    not_examined: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The worst level of all."""
        return max((verdict.level for verdict in self.verdicts), key=_WORST_LAST.index, default=Level.OK)

    def count(self, level: Level) -> int:
        """Return how many verdicts are of a level."""
        return sum(verdict.level is level for verdict in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """Return it as `thumper doctor --json` prints it."""
        return {
            "level": self.level.value,
            "checks": [verdict.to_json() for verdict in self.verdicts],
            "notExamined": list(self.not_examined),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Make it of what `to_json` returned; raises `ValueError` or `KeyError` for anything else."""
        return cls(tuple(map(CheckResult.from_json, said["checks"])), tuple(said["notExamined"]))
