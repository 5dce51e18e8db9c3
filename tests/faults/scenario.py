"""What every scenario of the fault harness is, and what comes out of a run of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of one scenario with one seed.

    `faults` counts what was done by its name, `measured` holds the worst figures by theirs. Each of `violations` is a
    sentence about a promise that did not hold; when there is none, all held.
    """

    scenario: str
    seed: int
    images: int
    faults: Mapping[str, int]
    seconds: float
    violations: tuple[str, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return asdict(self) | {"faults": dict(self.faults), "measured": dict(self.measured)}


class Scenario(Protocol):
    """One way in which things go wrong. `real`: nothing about the fault is imitated."""

    @property
    def name(self) -> str:
        """What it is called on the command line and in the table."""

    @property
    def words(self) -> str:
        """What happens in it, for the table: one line, no full stop."""

    @property
    def real(self) -> bool:
        """False when the fault is an injected error of the same class."""

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run it once on `size` images, below an empty folder; everything random comes from the seed."""
