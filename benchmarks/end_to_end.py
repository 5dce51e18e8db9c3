"""From dropped file to committed row, against `yolo predict` on the same files and model.

    python -m benchmarks.end_to_end ../shared/data/images/trailcam-deer/wildgame/images

Both run at their defaults, alternating, in one run; `yolo predict` twice, at Thumper's input size of
640 pixels and at the 512 that the model file itself names. Its start-up (a run over one photo) is
subtracted; Thumper's worker is running already, but its time includes everything a user waits for:
copying, the two looks at each file, hash, EXIF, thumbnail, database and feed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.copies import write_card
from benchmarks.live_thumper import Round, drop_and_wait, running
from benchmarks.machine import describe
from benchmarks.yolo_predict import run_yolo
from thumper.settings import Settings
from thumper.weights import resolve

SIZES = {"yolo predict imgsz=640": ("imgsz=640",), "yolo predict, the model's own 512": ()}


@dataclass(slots=True)
class Results:
    """Seconds of every round by contestant."""

    photos: int
    thumper: list[Round] = field(default_factory=list)
    rivals: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SIZES})

    def report(self) -> dict[str, object]:
        """Return medians and ratios; a ratio above 1 says that Thumper is faster."""
        own_s = statistics.median(done.seconds for done in self.thumper)
        latencies = sorted(seconds for done in self.thumper for seconds in done.latencies_s)
        report: dict[str, object] = {
            "photos": self.photos,
            "rounds": len(self.thumper),
            "thumper_images_per_s": round(self.photos / own_s, 1),
            "commit_to_client_p95_ms": round(1000 * latencies[int(0.95 * (len(latencies) - 1))]),
            "eta_at_half_over_truth": [
                round(done.eta_at_half_s / done.truth_at_half_s, 2)
                for done in self.thumper
                if done.eta_at_half_s and done.truth_at_half_s
            ],
        }
        for name, seconds in self.rivals.items():
            rival_s = statistics.median(seconds)
            ratios = [other / done.seconds for other, done in zip(seconds, self.thumper, strict=True)]
            report[name] = {
                "images_per_s": round(self.photos / rival_s, 1),
                "ratio": round(statistics.median(ratios), 2),
            }
        return report


async def measure(photos: list[Path], *, rounds: int) -> Results:
    """Run every round; each has files of its own, since Thumper does not look at a photo twice."""
    results = Results(len(photos))
    model = resolve(Settings()).path
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = folder / "one"
        one.mkdir()
        shutil.copy(photos[0], one)
        start_up_s = {
            rival: statistics.median(
                run_yolo(model, one, into=folder / "start", options=options) for _ in range(3)
            )
            for rival, options in SIZES.items()
        }
        home = folder / "home"
        home.mkdir()
        async with running(home) as settings:
            for number in range(rounds):
                card = write_card(photos, f"card-{number}", folder=folder)
                results.thumper.append(await drop_and_wait(settings, card))
                for rival, options in SIZES.items():
                    took_s = await asyncio.to_thread(
                        run_yolo, model, card, into=folder / f"{number}-{len(options)}", options=options
                    )
                    results.rivals[rival].append(took_s - start_up_s[rival])
                shutil.rmtree(card)
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of JPEG photos")
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    photos = sorted(options.folder.glob("*.jpg"))[: options.photos]
    print(describe())
    results = asyncio.run(measure(photos, rounds=options.rounds))
    print(json.dumps(results.report(), indent=2))


if __name__ == "__main__":
    main()
