"""A GPU that is gone, fails on every photo, runs out of memory, or loses its context now and then.

No GPU is needed: the errors are of the classes that PyTorch raises, thrown inside the real engine of a real worker.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from tests.faults import evidence
from tests.faults.faulty import Faulty, narrow
from tests.faults.scenario import Outcome
from tests.faults.stage import deal

GONE: Final = {"start": ["be_gone"]}
BROKEN: Final = {"ANY": ["lose_the_context"]}
FULL: Final = {"ANY": ["run_out_of_gpu_memory"], "start": ["run_out_of_gpu_memory"]}
SHAKY: Final = {
    "start": ["start_slowly"],
    "ANY": ["now_and_then_run_out_of_gpu_memory", "now_and_then_lose_the_context"],
}
DEATHS: Final = 4
"""Workers that die one after the other of a device that fails on every photo. No photo may fail by it, though one
death in company and three alone would be enough if they were counted."""


@dataclass(frozen=True, slots=True)
class DeviceTrouble:
    """One `thumper up` that meets one trouble of its device after the other, and in the end a device that works."""

    quick: bool = False

    name: ClassVar[str] = "device trouble"
    words: ClassVar[str] = (
        "the GPU is gone at the start, then fails on every photo, then is full, then starts slowly and fails at random"
    )
    real: ClassVar[bool] = False

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Go through all of it."""
        began_s = time.monotonic()
        cards = deal(size, cards=1, seed=seed)
        large, width_px = narrow(cards[0], seed, scratch=scratch)
        trial = _Trial(Faulty.of(scratch, quick=self.quick), size, quick=self.quick)
        drop = trial.stage.settings.drop_dir
        cards[0].drop(drop)
        before = evidence.originals(drop)
        with trial.stage as stage:
            violations = [
                *trial.stays_unharmed(GONE, deaths=1, told="no CUDA-capable device is detected", tried=False),
                *trial.stays_unharmed(BROKEN, deaths=DEATHS, told="illegal memory access"),
                *trial.stays_unharmed(FULL, deaths=1, told="CUDA out of memory"),
            ]
            stage.fail_with({**SHAKY, str(width_px): ["run_out_of_gpu_memory"]})
            trial.wait_no_longer()
            if not stage.wait_for_end(size, timeout_s=900 + size):
                violations.append(f"not all images ended: {stage.counts()}")
            violations += evidence.violations(stage, cards, before, failed=[large])
            if (reasons := stage.reasons()) != {large: "GPU_OUT_OF_MEMORY"}:
                violations.append(f"failed are {reasons} instead of {large} alone")
            deaths = stage.deaths()
        return Outcome(
            scenario=self.name,
            seed=seed,
            images=size,
            faults=trial.faults | {"at random": deaths - sum(trial.faults.values())},
            seconds=time.monotonic() - began_s,
            violations=tuple(violations),
            measured=trial.figures | {"deaths": deaths},
        )


class _Trial:
    """Keeps count of what was done to a Thumper and how soon it was told."""

    def __init__(self, stage: Faulty, images: int, *, quick: bool) -> None:
        self.stage = stage
        self.faults: dict[str, int] = {}
        self.figures: dict[str, float] = {}
        self._images = images
        self._quick = quick
        stage.fail_with(GONE)

    def stays_unharmed(
        self, plan: Mapping[str, Sequence[str]], *, deaths: int, told: str, tried: bool = True
    ) -> list[str]:
        """Let `deaths` workers fail, and say what came to harm by it."""
        stage = self.stage
        before = stage.deaths()
        stage.fail_with(plan)
        began_s = time.monotonic()
        violations = []
        if stage.wait(lambda: told in stage.worker()["message"], timeout_s=120):
            self.figures[f"{told}: told after s"] = time.monotonic() - began_s
        else:
            violations.append(f"the status does not tell of {told!r} but {stage.worker()}")

        def died() -> bool:
            self.wait_no_longer()
            return bool(stage.deaths() >= before + deaths)

        if not stage.wait(died, timeout_s=60 + 70 * deaths):
            violations.append(f"{told}: no {deaths} deaths: {stage.worker()}")
        self.faults[told] = stage.deaths() - before
        counts = stage.counts()
        if counts["failed"]:
            violations.append(f"{told}: {counts['failed']} images were failed")
        if counts["images"] != self._images:
            violations.append(f"{told}: {counts['images']} images instead of {self._images}")
        if not tried and (touched := stage.query("SELECT 1 FROM job WHERE attempts > 0")):
            violations.append(f"{told}: {len(touched)} images were tried")
        return violations

    def wait_no_longer(self) -> None:
        """Let photos that are kept for later be tried at once: their half minutes are not what is tested."""
        if self._quick:
            self.stage.query(
                "UPDATE job SET not_before = now() WHERE state = 'pending' AND not_before > now()"
            )
