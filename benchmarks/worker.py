"""The worker against what a user would take instead, in processor seconds an image: same photos, same model, one run.

    python -m benchmarks.worker SMALL_PHOTOS [LARGE_PHOTOS ...] [--photos 200] [--rounds 5] [--megadetector FOLDER]

Thumper's seconds are those of all its processes with its PostgreSQL and Redis, from the first byte that is copied into
the drop folder to the last committed row: hash, EXIF, thumbnail, database and feed besides. Rivals detect and count.
Everybody's start-up is subtracted. Thumper counts only when its boxes are right; the reference is ultralytics' own API,
one photo at a time. Of the folders with large photos those of 3 to 21 megapixels are taken, from everywhere in
them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psutil
from PIL import Image

from benchmarks.contest import CORES, STARTED, Cost, Results, Run, cost_of
from benchmarks.contestant import Contestant
from benchmarks.copies import repeated, write_card
from benchmarks.live_thumper import running
from benchmarks.machine import Others, describe
from benchmarks.megadetector_rival import MegaDetector
from benchmarks.rivals import rivals
from benchmarks.stored_boxes import Boxes, agreement, check_equal, engine_of, reference_of, stored_in
from thumper.domain.precision import Precision
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines.runtimes import has_bf16

CHECKED: Final = 300
"""Photos by which Thumper's boxes are judged, before anything is timed: they hold more than 500 boxes."""
ENOUGH: Final = 500
"""Boxes of the reference that a faster precision must be compared on."""
LARGE_PX: Final = range(3_000_000, 21_000_000)


@contextlib.asynccontextmanager
async def thumpers(scratch: Path, seed: Path, model: Path) -> AsyncIterator[list[Contestant]]:
    """Run Thumper in every precision that this machine has; each has shown on the seed that its boxes are right."""
    reference = await asyncio.to_thread(reference_of, model, seed)
    async with contextlib.AsyncExitStack() as stack:
        exact = await _start(scratch / "fp32", Precision.FP32, stack)
        await exact.drop(seed)
        check_equal(await stored_in(exact.settings, reference), reference)
        print(
            f"fp32: {sum(map(len, reference.values()))} boxes of {len(reference)} photos are the reference's"
        )
        contestants = [exact]
        if missing := missing_for_bf16():
            print(f"bf16 is not measured: {missing}")
        else:
            contestants.append(await _start_faster(scratch / "bf16", seed, reference=reference, stack=stack))
        yield contestants


def missing_for_bf16() -> str | None:
    """Return what this machine lacks for bf16."""
    if not has_bf16():
        return "this processor has no instructions for it"
    return None if find_spec("openvino") else "OpenVINO is not installed"


async def _start(home: Path, precision: Precision, stack: contextlib.AsyncExitStack) -> Contestant:
    home.mkdir(exist_ok=True)
    before = set(psutil.Process().children())
    settings = await stack.enter_async_context(running(home, {"THUMPER_PRECISION": precision.value}))
    (up,) = set(psutil.Process().children()) - before
    return Contestant(precision, settings, (up.pid,))


async def _start_faster(
    home: Path, seed: Path, *, reference: Boxes, stack: contextlib.AsyncExitStack
) -> Contestant:
    """Let it see photos in fp32 first, as a user would, and judge what it stores of the same photos afterwards."""
    async with contextlib.AsyncExitStack() as first:
        await (await _start(home, Precision.FP32, first)).drop(seed)
    faster = await _start(home, Precision.BF16, stack)
    again = write_card([seed / name for name in reference], "again", folder=seed.parent)
    await faster.drop(again)
    names = dict(zip(reference, sorted(path.name for path in again.iterdir()), strict=True))
    found = agreement(
        await stored_in(faster.settings, {names[name]: boxes for name, boxes in reference.items()}),
        {names[name]: boxes for name, boxes in reference.items()},
    )
    print(f"bf16: {found}")
    if not found.is_good or found.reference_boxes < ENOUGH:
        raise RuntimeError("bf16 is not good enough, or on too few boxes; its time does not count")
    return faster


async def measure(
    photos: list[Path], name: str, *, contestants: list[Contestant], others: dict[str, Run], rounds: int
) -> Results:
    """Run every round over one set of photos, all contestants in each."""
    results = Results(len(photos))
    starts: dict[str, list[Cost]] = {rival: [] for rival in others}
    with tempfile.TemporaryDirectory() as scratch:
        first = write_card(photos[:STARTED], "start", folder=Path(scratch))
        for number in range(rounds):
            noise = Others()
            folder = write_card(photos, f"{name}-{number}", folder=Path(scratch))
            for thumper in contestants:
                cost = await thumper.drop(folder)
                results.thumper.setdefault(thumper.precision, []).append(cost)
            for rival, run in others.items():
                starts[rival].append(await asyncio.to_thread(cost_of, run, first))
                cost = await asyncio.to_thread(cost_of, run, folder)
                results.rivals.setdefault(rival, []).append(cost)
            for thumper in contestants:
                engine = results.engines[thumper.precision] = await engine_of(thumper.settings)
                cost = await asyncio.to_thread(bare_forward, folder, thumper, engine)
                results.bare.setdefault(thumper.precision, []).append(cost)
            results.shares.append(noise.share())
            shutil.rmtree(folder)
    for rival, costs in results.rivals.items():
        start = Cost.median(starts[rival])
        results.rivals[rival] = [cost.less(start, photos=len(photos)) for cost in costs]
    return results


def bare_forward(folder: Path, thumper: Contestant, engine: str) -> Cost:
    """Measure the forward passes alone. Raises `RuntimeError` if another engine than Thumper's made them."""
    photos = sum(1 for _ in folder.iterdir())
    command = [sys.executable, "-m", "benchmarks.bare_forward", str(folder), str(photos), str(CORES)]
    environment = thumper.settings.as_environment() | {"THUMPER_PRECISION": thumper.precision.value}
    told = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    )
    if told["engine"] != engine:
        raise RuntimeError(f"the bare forward pass is that of {told['engine']}, Thumper's of {engine}")
    return Cost(told["cpu_s"], told["wall_s"])


def jpegs(folder: Path, pixels: range | None = None) -> list[Path]:
    """Return the JPEG photos of a folder; given `pixels`, only readable ones with a number of pixels in that range."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    return found if pixels is None else [path for path in found if _pixels(path) in pixels]


def _pixels(path: Path) -> int:
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            image.load()
            return image.width * image.height
    except (OSError, SyntaxError, ValueError):
        return 0


async def contest(
    sets: dict[str, list[Path]], *, photos: int, rounds: int, megadetector: Path | None
) -> None:
    """Measure every set and print."""
    model = resolve(Settings()).path
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        seed = write_card(sets["small"][:CHECKED], "seed", folder=scratch)
        async with thumpers(scratch, seed, model) as contestants:
            rival = None
            if megadetector is not None:
                rival = MegaDetector.prepare(megadetector, model, scratch)
                print(rival.check(seed, await asyncio.to_thread(reference_of, model, seed)))
            others = rivals(model, scratch, rival)
            for title, found in sets.items():
                results = await measure(
                    repeated(found, photos), title, contestants=contestants, others=others, rounds=rounds
                )
                print(json.dumps({title: results.report()}, indent=2), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("small", type=Path, help="folder of small JPEG photos")
    parser.add_argument("large", type=Path, nargs="*", help="folders in which large JPEG photos are")
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--megadetector",
        type=Path,
        help="folder of an environment with MegaDetector, made if it is not there",
    )
    options = parser.parse_args()
    if options.photos <= STARTED:
        parser.error(f"at least {STARTED + 1} photos are needed")
    if options.megadetector is not None and options.megadetector.is_file():
        parser.error("--megadetector takes the folder of the environment, not its Python")
    sets = {"small": jpegs(options.small)}
    if options.large:
        sets["large"] = [photo for folder in options.large for photo in jpegs(folder, LARGE_PX)]
    print(describe())
    asyncio.run(
        contest(sets, photos=options.photos, rounds=options.rounds, megadetector=options.megadetector)
    )


if __name__ == "__main__":
    main()
