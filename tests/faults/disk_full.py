"""A disk fills up to the last byte while photos come in: the library's, or PostgreSQL's own. Then there is room again.

    python -m tests.faults.disk_full FOLDER SEED SIZE SCRATCH

is the run itself, in a mount namespace of its own, where it mounts a small real file system; `DiskFull` starts it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from tests.faults import evidence
from tests.faults.monitor import AWAY
from tests.faults.scenario import Outcome
from tests.faults.stage import Card, Stage, deal

ROOT: Final = Path(__file__).resolve().parents[2]
SIZES: Final = {"library": "24m", "": "288m"}
"""What is mounted for each folder of the home; a new cluster and the exported model take half of the second."""
SHOWN_S, RESUMED_S = 10.0, 60.0
"""Within these a full disk is a clear state, and work goes on when there is room: the promises."""
FULL_S: Final = (3.0, 8.0)
"""How long the disk stays full after that was seen."""
TIMEOUT_S: Final = 300.0

STATUS: Final = "{ status { imageCounts { total completed failed } worker { message } watcher { message } } }"
LOOK: Final = "{ images(first: 3) { nodes { id fileName state } } locations { totalCount } }"
LOCATE: Final = """
mutation($input: CreateLocationInput!) { createLocation(input: $input) { errors { message } location { id } } }
"""
FORGET: Final = (
    "mutation($input: DeleteLocationInput!) { deleteLocation(input: $input) { errors { message } } }"
)


@dataclass(frozen=True, slots=True)
class DiskFull:
    """`folder` of the home, or all of it, lies on a small disk of its own."""

    folder: str
    name: str
    words: str
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run it in a namespace, as root of the machine or as any user who may make one."""
        who = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
        command = ["unshare", *who, "--mount", "--propagation", "private", sys.executable, "-m", __name__]
        told = subprocess.run(
            [*command, self.folder, str(seed), str(size), str(scratch)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            timeout=TIMEOUT_S + size,
            check=True,
        )
        read = json.loads(told.stdout.splitlines()[-1])
        return Outcome(**read | {"scenario": self.name, "violations": tuple(read["violations"])})


THUMBNAIL_DISK_FULL: Final = DiskFull(
    "library",
    "thumbnail disk full",
    "the disk of the library, on which thumbnails lie, is filled to the last byte",
)
DATABASE_DISK_FULL: Final = DiskFull(
    "", "PostgreSQL disk full", "the disk under PostgreSQL and all else is filled to the last byte"
)


@dataclass
class Trial:
    """One run."""

    folder: str
    seed: int
    size: int
    scratch: Path
    violations: list[str] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Choose what comes when."""
        self.dice = random.Random(self.seed)
        self.stage = Stage(self.scratch)
        self.disk = self.stage.settings.home / self.folder
        self.cards = deal(self.size, cards=3, seed=self.seed)
        self.before: dict[Path, evidence.Original] = {}

    def run(self) -> Outcome:
        """Fill the disk while the second card is on its way, free it after the third was dropped."""
        began_s = time.monotonic()
        mount(self.disk, SIZES[self.folder])
        with self.stage:
            self._drop(self.cards[0])
            self._wait(lambda: self._completed() >= len(self.cards[0].sources) // 2, "the first photos")
            place = self._locate("a place made while there is room")
            self._drop(self.cards[1])
            time.sleep(self.dice.uniform(0.2, 3.0))
            filler = fill(self.disk)
            self._see()
            self._drop(self.cards[2])
            self._live_on(place)
            seen = self._completed()
            filler.unlink()
            freed_s = time.monotonic()
            self._wait(lambda: self._completed() > seen, "work after there was room again")
            self._note("resumed after s", time.monotonic() - freed_s, RESUMED_S)
            if not self.stage.wait_for_end(self.size, timeout_s=120 + self.size):
                self.violations.append(f"not everything ended: {self.stage.counts()}")
            self.violations += evidence.violations(self.stage, self.cards, self.before)
            self.violations += self._damaged_thumbnails()
        return Outcome(
            scenario="",
            seed=self.seed,
            images=self.size,
            faults={"disk filled": 1},
            seconds=time.monotonic() - began_s,
            violations=tuple(self.violations),
            measured=self.measured,
        )

    def _see(self) -> None:
        """Wait until watcher and worker say that the disk is full."""
        full_s = time.monotonic()

        def said() -> bool:
            status = self._ask(STATUS).get("status")
            return status is not None and all(
                "is full" in status[room]["message"] for room in ("worker", "watcher")
            )

        self._wait(said, "the state that says that the disk is full")
        self._note("shown after s", time.monotonic() - full_s, SHOWN_S)

    def _live_on(self, place: str) -> None:
        """Look, change and delete while the disk is full."""
        full_until_s = time.monotonic() + self.dice.uniform(*FULL_S)
        looks = 0
        while time.monotonic() < full_until_s or looks == 0:
            if "images" not in self._ask(LOOK):
                self.violations.append("a query was not answered while the disk was full")
            looks += 1
            time.sleep(0.5)
        gone = self._ask(FORGET, input={"locationId": place}).get("deleteLocation")
        if gone is None or gone["errors"]:
            self.violations.append(f"a place could not be deleted while the disk was full: {gone}")
        self.measured["queries while full"] = looks

    def _locate(self, name: str) -> str:
        made: str = self._ask(LOCATE, input={"name": name})["createLocation"]["location"]["id"]
        return made

    def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.stage.ranch.try_to_ask(query, **variables)
        return (answer or {}).get("data") or {}

    def _completed(self) -> int:
        with contextlib.suppress(*AWAY):
            return self.stage.counts()["completed"]
        return -1

    def _drop(self, card: Card) -> None:
        self.before |= evidence.originals(card.drop(self.stage.settings.drop_dir))

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + 2 * RESUMED_S
        while not condition():
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"waited in vain for {what}")
            time.sleep(0.2)

    def _note(self, what: str, took_s: float, limit_s: float) -> None:
        self.measured[what] = took_s
        if took_s > limit_s:
            self.violations.append(f"{what.removesuffix(' s')} {took_s:.0f} s, promised are {limit_s:g}")

    def _damaged_thumbnails(self) -> Iterator[str]:
        from PIL import Image

        for path in (self.stage.settings.library_dir / "thumbs").rglob("*.jpg"):
            try:
                with Image.open(path) as picture:
                    picture.load()
            except OSError as error:
                yield f"the thumbnail {path.name} is damaged: {error}"


def mount(folder: Path, size: str) -> None:
    """Mount a small file system of its own at a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={size},mode=0755".encode()
    if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)}: cannot mount at {folder}")


def fill(folder: Path) -> Path:
    """Take all space of a disk; return the file that has it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(64 * 1024)):
            pass
    return filler


if __name__ == "__main__":
    outcome = Trial(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])).run()
    print(json.dumps(outcome.as_json()))  # this is the answer
