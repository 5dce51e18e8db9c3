"""How long the event loops of a working Thumper are blocked: by the longest callback, in each of its processes.

    python -m benchmarks.event_loop FOLDER_OF_JPEGS [--photos 400]

Every callback of every loop is timed in the process itself (`benchmarks/probe`) while a card goes from the drop folder
to the database. A callback may take longer than its own work, because other programs want the cores and other threads
Python's lock; so its processor time is told beside. At most 50 ms are wanted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks.copies import write_card
from benchmarks.live_thumper import drop_and_wait, running
from benchmarks.machine import Others, describe

PROBE: Final = Path(__file__).with_name("probe")
ROOMS: Final = ("serve", "watch", "work")
WANTED_MS: Final = 50.0


async def measure(photos: list[Path]) -> dict[str, object]:
    """Return the longest callback of each room while the photos were taken in."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "home").mkdir()
        (scratch / "blocked").mkdir()
        probed = {"PYTHONPATH": str(PROBE), "BLOCKED_FOLDER": str(scratch / "blocked")}
        card = write_card(photos, "card", folder=scratch)
        async with running(scratch / "home", environment=probed) as settings:
            rooms = _rooms()
            others, began_s = Others(), time.monotonic()
            round_ = await drop_and_wait(settings, card)
            ended_s = time.monotonic()
            share = others.share()
        return {
            "photos": len(photos),
            "seconds": round(round_.seconds, 1),
            "others_share": round(share, 2),
            "rooms": {
                room: _longest(scratch / "blocked" / f"{pid}.jsonl", began_s, ended_s)
                for room, pid in rooms.items()
            },
        }


def _rooms() -> dict[str, int]:
    """Return the process of each room below this one."""
    found: dict[str, int] = {}
    for process in psutil.Process().children(recursive=True):
        words = process.cmdline()
        found |= {room: process.pid for room in ROOMS if "thumper" in words and room in words}
    return found


def _longest(file: Path, began_s: float, ended_s: float) -> dict[str, Any]:
    """Return the longest callback that began in that time, and the one that the processor worked longest for."""
    lines = file.read_text().splitlines() if file.exists() else []
    calls = [call for call in map(json.loads, lines) if began_s <= call["began_s"] <= ended_s]
    longest = max(calls, key=lambda call: call["took_s"], default=None)
    return {
        "longest_ms": round(1000 * longest["took_s"], 1) if longest else 0.0,
        "what": longest["what"] if longest else "",
        "longest_of_its_own_ms": round(1000 * max((call["cpu_s"] for call in calls), default=0.0), 1),
        "above_50_ms": sum(call["took_s"] * 1000 > WANTED_MS for call in calls),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=400)
    options = parser.parse_args()
    photos = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    print(describe())
    print(json.dumps(asyncio.run(measure(photos[: options.photos])), indent=2))


if __name__ == "__main__":
    main()
