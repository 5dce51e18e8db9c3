"""Photos that break the worker that looks at them: it dies of them, hangs, or is out of memory.

Each lies among real photos. It alone may fail, with its reason; all others are completed with the boxes of an
undisturbed run.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from tests.faults import evidence
from tests.faults.faulty import Faulty, narrow
from tests.faults.scenario import Outcome
from tests.faults.stage import deal

MOST_DELAY_S: Final = 180.0
"""What one such photo may cost all others together, with the defaults."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to break the model; `deaths` is how many workers it costs."""

    fault: str
    reason: str
    deaths: int


SEGFAULT: Final = Kind("segfault", "POISON", 4)
HANG: Final = Kind("hang", "POISON", 4)
HANG_WITH_LOCK: Final = Kind("hang_with_the_lock", "POISON", 4)
KILLED: Final = Kind("be_killed_for_memory", "POISON", 4)
NO_MEMORY: Final = Kind("eat_memory", "GPU_OUT_OF_MEMORY", 0)

KINDS: Final = (SEGFAULT, HANG, HANG_WITH_LOCK, KILLED, NO_MEMORY)


@dataclass(frozen=True, slots=True)
class Poison:
    """Poisonous photos of these kinds among `size` real ones, in a real `thumper up`.

    Not `quick`: one after the other with the default settings, each in its own home, and measured against what one
    of them may cost.
    """

    kinds: tuple[Kind, ...] = KINDS
    quick: bool = False

    name: ClassVar[str] = "poison photos"
    words: ClassVar[str] = (
        "a photo segfaults the worker, hangs it (also with Python's lock), is killed for memory, or runs out of it"
    )
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run the kinds, together when it is to be quick."""
        began_s = time.monotonic()
        groups = [self.kinds] if self.quick else [(kind,) for kind in self.kinds]
        violations: list[str] = []
        measured: dict[str, float] = {}
        if not self.quick:
            measured["undisturbed s"] = _undisturbed_s(size, scratch / "undisturbed", seed=seed)
        for group in groups:
            name = "+".join(kind.fault for kind in group)
            trial = _Trial(group, size=size, scratch=scratch / name, seed=seed, quick=self.quick)
            violations += [f"{name}: {violation}" for violation in trial.run()]
            measured |= {f"{name} {figure}": value for figure, value in trial.figures.items()}
            if not self.quick and trial.figures["s"] - measured["undisturbed s"] > MOST_DELAY_S:
                violations.append(f"{name}: {trial.figures['s'] - measured['undisturbed s']:.0f} s of delay")
        return Outcome(
            scenario=self.name,
            seed=seed,
            images=size * len(groups),
            faults={kind.fault: max(kind.deaths, 1) for kind in self.kinds},
            seconds=time.monotonic() - began_s,
            violations=tuple(violations),
            measured=measured,
        )


def _undisturbed_s(size: int, scratch: Path, *, seed: int) -> float:
    stage = Faulty.of(scratch, quick=False)
    for card in deal(size, cards=1, seed=seed):
        card.drop(stage.settings.drop_dir)
    with stage:
        assert stage.wait_for_end(size, timeout_s=600 + size)
        return stage.age_s


class _Trial:
    """One run with poison of some kinds. `figures` is what it measured."""

    def __init__(self, kinds: Sequence[Kind], *, size: int, scratch: Path, seed: int, quick: bool) -> None:
        self.figures: dict[str, float] = {}
        self._kinds = kinds
        self._size = size
        self._cards = deal(size, cards=1, seed=seed)
        self._stage = Faulty.of(scratch, quick=quick)
        self._failed: dict[str, str] = {}
        plan = {}
        for number, kind in enumerate(kinds, 1):
            name, width_px = narrow(
                self._cards[0], seed % 7 + number * size // (len(kinds) + 1), scratch=scratch
            )
            self._failed[name] = kind.reason
            plan[str(width_px)] = [kind.fault]
        self._stage.fail_with(plan)

    def run(self) -> list[str]:
        """Return what was not as it must be."""
        drop = self._stage.settings.drop_dir
        for card in self._cards:
            card.drop(drop)
        before = evidence.originals(drop)
        with self._stage as stage:
            ended = stage.wait_for_end(self._size, timeout_s=900)
            self.figures["s"] = stage.age_s
            self.figures["deaths"] = deaths = stage.deaths()
            violations = list(evidence.violations(stage, self._cards, before, failed=list(self._failed)))
            if (reasons := stage.reasons()) != self._failed:
                violations.append(f"failed are {reasons} instead of {self._failed}")
            if not ended:
                violations.append(f"not all images ended: {stage.counts()}")
        enough = sum(kind.deaths for kind in self._kinds)
        if deaths > enough:
            violations.append(f"{deaths} deaths of the worker; {enough} are enough")
        return violations
