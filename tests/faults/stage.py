"""One whole Thumper of real processes in a home of its own: started, watched, killed and asked by a scenario."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import asyncpg
import psutil

from benchmarks.copies import with_comment
from tests.clusters import lay_cluster
from tests.conftest import SHARED_DATA
from tests.journeys.conftest import QUICK_TIMES, Ranch, free_port
from thumper.embedded.servers import find_running
from thumper.settings import Settings

HOOK: Final = Path(__file__).with_name("hook")
PHOTOS: Final = SHARED_DATA / "images" / "trailcam-deer" / "wildgame" / "images"

SHORT_TIMES: Final = QUICK_TIMES | {
    "lease_s": 3.0,
    "heartbeat_s": 0.75,
    "sweep_s": 0.5,
    "poll_s": 1.0,
    "settle_s": 1.0,
}
"""A tenth of the default lease, so that hundreds of deaths take minutes; the code is the same."""
PAUSE_S: Final = 0.2
"""Longest pause between two starts of what died, shortened likewise: the real one grows to a minute."""
INPUT_PX: Final = 320
"""Side of what the model looks at, half the real one, so that twenty times 2,000 photos take minutes."""

COUNTS: Final = """
SELECT (SELECT count(*) FROM file) AS files,
    (SELECT count(*) FROM file WHERE state IN ('seen', 'stable')) AS waiting,
    (SELECT count(*) FROM image) AS images,
    (SELECT count(*) FROM image WHERE state = 'completed') AS completed,
    (SELECT count(*) FROM image WHERE state = 'failed') AS failed
"""

VICTIMS: Final[dict[str, tuple[str, ...]]] = {
    "watcher": ("thumper watch",),
    "worker": ("thumper work",),
    "API": ("thumper serve",),
    "Redis": ("redis-server",),
    "PostgreSQL": ("bin/postgres", "-D"),
}
"""Words in the command line of each process of `thumper up`."""


@functools.cache
def real_photos() -> tuple[Path, ...]:
    """Return the real photos of which no two have the same bytes."""
    distinct = {path.read_bytes(): path for path in sorted(PHOTOS.glob("*.jpg"), reverse=True)}
    return tuple(sorted(distinct.values()))


@dataclass(frozen=True, slots=True)
class Card:
    """Photos that are dropped together into a folder; `sources` gives by name the real photo of the same pixels."""

    name: str
    sources: Mapping[str, Path]

    def drop(self, root: Path) -> Path:
        """Put them into the folder of the card below `root`, distinct also where one real photo serves twice."""
        folder = root / self.name
        folder.mkdir(parents=True)
        for name, source in self.sources.items():
            comment = f"{self.name}/{name}".encode()
            (folder / name).write_bytes(with_comment(source.read_bytes(), comment))
            shutil.copystat(source, folder / name)
        return folder


def deal(size: int, *, cards: int, seed: int, after: tuple[int, int] = (0, 0)) -> list[Card]:
    """Deal `size` photos of a seeded order to `cards` cards; no two have the same name.

    `after` is how many cards and photos were dealt before.
    """
    photos = list(real_photos())
    random.Random(seed).shuffle(photos)
    dealt, first = after
    names = {f"IMG_{number:05}.JPG": photos[number % len(photos)] for number in range(first, first + size)}
    shares = [list(names)[start::cards] for start in range(cards)]
    return [
        Card(f"Card {number}", {name: names[name] for name in share})
        for number, share in enumerate(shares, dealt + 1)
    ]


@dataclass
class Stage:
    """One such Thumper, with shortened times, a smaller input of the model, and `changes` of its settings."""

    scratch: Path
    changes: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Choose home, drop folder and port; nothing is started."""
        self.ranch = Ranch(
            Settings(
                home=self.scratch / "home",
                drop=self.scratch / "drop",
                port=free_port(),
                **{"device": "cpu", "time_zone": "America/New_York", **SHORT_TIMES, **self.changes},
            )
        )
        self.settings.home.mkdir(parents=True, exist_ok=True)
        self.settings.drop_dir.mkdir(parents=True, exist_ok=True)

    @property
    def settings(self) -> Settings:
        """The settings of all its processes."""
        return self.ranch.settings

    def __enter__(self) -> Self:
        """Start `thumper up` and wait until its API answers."""
        self.start("up")
        self.ranch.wait_for_api(120)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self.ranch.stop()

    def start(self, *verb: str, name: str | None = None, **environment: str) -> subprocess.Popen[bytes]:
        """Start `thumper VERB…`, called `name`; its output goes to a file in the home."""
        if verb[0] == "up":
            lay_cluster(self.settings)
        own = name or verb[0]
        path = os.pathsep.join([str(HOOK), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        added = {"PYTHONPATH": path, "FAULTY_PAUSE_S": str(PAUSE_S), "FAULTY_INPUT_PX": str(INPUT_PX)}
        with self.output_file(own).open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "thumper", *verb],
                env=self.settings.as_environment() | added | dict(self.environment) | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.ranch.processes[own] = process
        return process

    def output_file(self, name: str) -> Path:
        """Return the file with what a process printed."""
        return self.settings.home / f"{name}.out"

    def process(self, victim: str) -> psutil.Process | None:
        """Return the process of that name below `thumper up`; None while it is dead."""
        words = VICTIMS[victim]
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self.ranch.processes["up"].pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    command = " ".join(process.cmdline())
                    if all(word in command for word in words):
                        return process
        return None

    def kill(self, victim: str) -> bool:
        """Kill a process of `thumper up` with SIGKILL; False when it is dead already."""
        process = self.process(victim)
        if process is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
            return True
        return False

    @contextlib.contextmanager
    def database(self) -> Iterator[Callable[..., list[asyncpg.Record]]]:
        """Provide a way to ask the database over one connection; it raises as asyncpg does, or `ConnectionError`."""
        servers = find_running(self.settings)
        if servers is None:
            raise ConnectionError("the servers are not there")
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(servers.database_url, timeout=10, command_timeout=10))
            try:
                yield lambda statement, *values: runner.run(connection.fetch(statement, *values))
            finally:
                with contextlib.suppress(Exception):
                    runner.run(connection.close(timeout=2))

    def query(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Ask the database once."""
        with self.database() as ask:
            return ask(statement, *values)

    def counts(self) -> dict[str, int]:
        """Count files and images; see `COUNTS`."""
        return dict(self.query(COUNTS)[0])

    def wait_for_end(self, size: int, *, timeout_s: float) -> bool:
        """Wait until `size` files have settled and every image has ended; False when that takes too long."""
        give_up_at = time.monotonic() + timeout_s
        while time.monotonic() < give_up_at:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                now = self.counts()
                if (
                    now["files"] == size
                    and not now["waiting"]
                    and now["completed"] + now["failed"] == now["images"]
                ):
                    return True
            time.sleep(0.3)
        return False

    def sources(self, cards: Sequence[Card]) -> dict[str, Path]:
        """Return the real photo behind every name on the cards."""
        return {name: source for card in cards for name, source in card.sources.items()}
