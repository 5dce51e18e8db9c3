"""A stage whose model fails as it is told (`hook/sitecustomize.py`), and photos that it fails at."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import asyncpg
from PIL import Image as Picture

from tests.faults.stage import SHORT_TIMES, Card, Stage
from thumper.settings import Settings

NARROW_PX: Final = 333
"""Width of the first photo that the model is to fail at; no real photo is so narrow."""

QUICK: Final = {"lease_s": 2.0, "heartbeat_s": 0.5, "model_timeout_s": 2.0}
"""Even shorter than a stage's times: a death is noticed after two seconds, a model that hangs as well."""


def narrow(card: Card, number: int, *, scratch: Path) -> tuple[str, int]:
    """Make one photo of a card narrow, so that the model can be told to fail at it; return its name and its width."""
    names = sorted(card.sources)
    name = names[number % len(names)]
    width_px = NARROW_PX + number
    path = scratch / "narrow" / f"{width_px}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    with Picture.open(card.sources[name]) as picture:
        picture.resize((width_px, picture.height * width_px // picture.width)).save(path, quality=90)
    card.sources[name] = path  # type: ignore[index]  # a card is dealt with a dict
    return name, width_px


@dataclass
class Faulty(Stage):
    """One such stage. `began_s` is when it was started, on the monotonic clock."""

    began_s: float = 0.0

    @classmethod
    def of(cls, scratch: Path, *, quick: bool) -> Self:
        """Make one with times that are quick, or with the defaults and the supervisor's own pauses."""
        defaults = {name: Settings.model_fields[name].default for name in SHORT_TIMES}
        if quick:
            return cls(scratch, changes=QUICK)
        return cls(scratch, changes=defaults, environment={"FAULTY_PAUSE_S": ""})

    def __post_init__(self) -> None:
        """Let the model be itself for now."""
        super().__post_init__()
        self._plan = self.scratch / "faults.json"
        self.environment = {**self.environment, "FAULTY_MODEL": str(self._plan)}
        self.fail_with({})

    def __enter__(self) -> Self:
        """Start it."""
        self.began_s = time.monotonic()
        super().__enter__()
        return self

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.began_s

    def fail_with(self, plan: Mapping[str, Sequence[str]]) -> None:
        """Have the model fail from now on as the hook describes; not at all when the plan is empty."""
        draft = self._plan.with_suffix(".new")
        draft.write_text(json.dumps(dict(plan)))
        draft.rename(self._plan)

    def worker(self) -> dict[str, Any]:
        """Return what the status says of the worker."""
        answer = self.ranch.ask("{ status { worker { state message device restartCount lastExit } } }")
        worker: dict[str, Any] = answer["status"]["worker"]
        return worker

    def deaths(self) -> int:
        """Count how often the supervisor found the worker dead: the status is some seconds behind."""
        told = self.output_file("up").read_text(errors="replace").splitlines()
        return sum("child_died" in line and '"child": "work"' in line for line in told)

    def wait(self, condition: Callable[[], Any], *, timeout_s: float) -> bool:
        """Wait until the condition holds; False when it does not in time."""
        give_up_at = time.monotonic() + timeout_s
        while time.monotonic() < give_up_at:
            with contextlib.suppress(OSError, AssertionError, asyncpg.PostgresError, asyncpg.InterfaceError):
                if condition():
                    return True
            time.sleep(0.2)
        return False

    def reasons(self) -> dict[str, str]:
        """Return the reason of every failed image by its name."""
        rows = self.query("SELECT file_name, error_code FROM image WHERE state = 'failed'")
        return {row["file_name"]: row["error_code"] for row in rows}
