"""A GPU's worker against its three limits: the model, the host's stages on all cores, and the disk; all in one run.

    python -m benchmarks.gpu FOLDER_OF_JPEGS [--photos 2000] [--rounds 3] [--device cuda] [--precision fp16] [--json]

First it is made sure that the answers are right: those of ultralytics' own `predict` on the CPU in fp32 are the
reference. Then every round has photos of its own and measures each limit and Thumper, from the first byte that is
copied into the drop folder to the last committed row. With `--device cpu` the same code runs without a GPU: a trial,
whose figures say nothing of one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import itertools
import json
import shutil
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from benchmarks.copies import write_card
from benchmarks.limits import HostLimit, ModelLimit, card_of, disk_rates, road_rate
from benchmarks.machine import Others, describe, disturbed
from benchmarks.right_answers import judge
from thumper.domain.precision import Precision
from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines.stacks import Stacks
from thumper.worker.engines.torch_library import torch
from thumper.worker.engines.torch_network import TorchNetwork

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.live_commits import CommitRates

    Live: TypeAlias = Callable[[Path], Awaitable[CommitRates]]

JUDGED: Final = {"cuda": 600, "cpu": 8}
"""Photos whose answers are compared, by kind of device: 500 boxes above 0.25 are wanted."""
DECODED: Final = 256
"""Photos whose pixels are kept in memory for the model's limit."""
AT_ONCE: Final = {"cuda": 256, "cpu": 16}
"""Photos that the engine gets in one call, by kind of device."""


@dataclass(slots=True)
class Results:
    """Images a second, of every round."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)

    def add(self, name: str, rate: float) -> None:
        """Keep one."""
        self.rates.setdefault(name, []).append(rate)

    def report(self) -> dict[str, Any]:
        """Return medians, the smallest limit, and the share of it that Thumper reached."""
        rate = {name: round(statistics.median(rates), 1) for name, rates in self.rates.items()}
        smallest = min(("model", "host", "disk"), key=lambda name: rate[name])
        reached = {
            name: round(rate[name] / rate[smallest], 2)
            for name in ("dropped file to committed row", "first to last commit")
            if name in rate
        }
        return {
            "images_per_s": rate,
            "smallest_limit": smallest,
            "share_of_the_smallest_limit": reached,
            "disturbed_rounds": disturbed(self.shares),
        }


@dataclass(slots=True, kw_only=True)
class Stand:
    """What is measured, and with which photos. `live` drops a card into a running Thumper."""

    photos: Sequence[Path]
    images: Sequence[NDArray[np.uint8]]
    model: ModelLimit
    road: Stacks
    host: HostLimit
    scratch: Path
    live: Live | None
    at_once: int

    async def measure(self, results: Results, *, number: int) -> None:
        """Measure everything once, with photos that were not used before."""
        others = Others()
        card = await asyncio.to_thread(write_card, self.photos, f"card-{number}", folder=self.scratch)
        files = sorted(card.iterdir())
        cold, warm = await asyncio.to_thread(disk_rates, files)
        results.add("disk", cold)
        results.add("the same files from memory", warm)
        results.add("model", await asyncio.to_thread(self.model.rate, self.model.best))
        results.add("letterbox, copy, model and suppression", await asyncio.to_thread(self._road_rate))
        results.add("host", await self.host.rate(files))
        if self.live is not None:
            commits = await self.live(card)
            results.add("dropped file to committed row", commits.whole)
            results.add("first to last commit", commits.under_way)
        results.shares.append(others.share())
        await asyncio.to_thread(shutil.rmtree, card)

    def _road_rate(self) -> float:
        return road_rate(self.road, self.images, self.at_once)


async def measure(photos: Sequence[Path], options: argparse.Namespace) -> dict[str, Any]:
    """Judge the answers, then run every round."""
    device, precision = torch.device(options.device), Precision(options.precision)
    report: dict[str, Any] = card_of(device) | {"precision": precision.value, "photos": len(photos)}
    if device.type == "cpu":
        report["trial"] = "on a CPU: these figures say nothing of a GPU"
    network = TorchNetwork(PACKAGED_MODEL, options.device, precision)
    road = Stacks(network)
    async with contextlib.AsyncExitStack() as open_:
        scratch = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        (scratch / "thumbnails").mkdir()
        host = HostLimit(network, scratch / "thumbnails")
        open_.enter_context(host.sandbox)
        images = await host.images(photos[: JUDGED[device.type]])
        report["answers"] = await asyncio.to_thread(judge, road, images, precision)
        images = images[:DECODED]
        report["photo_px"] = "x".join(map(str, images[0].shape[1::-1]))
        model = await asyncio.to_thread(ModelLimit, network, images)
        report["model_images_per_s_by_stack"] = {size: round(rate, 1) for size, rate in model.by_size.items()}
        live, why_not = await _start_thumper(open_, scratch, options)
        if why_not:
            report["thumper_left_out"] = why_not
        stand = Stand(
            photos=photos,
            images=images,
            model=model,
            road=road,
            host=host,
            scratch=scratch,
            live=live,
            at_once=AT_ONCE[device.type],
        )
        results = Results()
        for number in range(options.rounds):
            await stand.measure(results, number=number)
    return report | {"rounds": options.rounds} | results.report()


async def _start_thumper(
    open_: contextlib.AsyncExitStack, scratch: Path, options: argparse.Namespace
) -> tuple[Live | None, str]:
    """Start a Thumper with the same engine; return what drops a card into it, or why that is not possible."""
    try:
        from benchmarks.live_commits import drop, thumper_with  # noqa: PLC0415  # needs all that Thumper needs

        environment = {
            "THUMPER_DEVICE": options.device,
            "THUMPER_ENGINE": "torch",
            "THUMPER_PRECISION": options.precision,
        }
        settings = await open_.enter_async_context(thumper_with(scratch / "home", environment))
    except ImportError as error:
        return None, f"Thumper end to end cannot run here: {error}"
    return functools.partial(drop, settings), ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, help="folder of JPEG photos; they are taken again when there are too few"
    )
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N, or cpu for a trial")
    parser.add_argument("--precision", choices=("fp16", "fp32"), default="fp16")
    parser.add_argument("--json", action="store_true", help="print nothing but JSON")
    options = parser.parse_args()
    found = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    photos = list(itertools.islice(itertools.cycle(found), options.photos))
    if not options.json:
        print(describe())
    print(json.dumps(asyncio.run(measure(photos, options)), indent=2))


if __name__ == "__main__":
    main()
