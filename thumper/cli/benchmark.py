"""`thumper benchmark`: how fast this machine is with one's own photos, and what limits it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from thumper.background import stop_signals
from thumper.cli.dump_wait import DUMP_FIELDS, STILL_S, DumpProgress, Standstill
from thumper.cli.path_argument import named_path
from thumper.cli.photo_choice import Choice, choose
from thumper.domain.precision import Precision
from thumper.errors import PrecisionError, RefusedError, ServiceDownError, ThumperError
from thumper.settings import NO_REDIS, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress

    from thumper.cli.compare import Compared

PHOTOS: Final = 200
"""How many photos are taken of a folder: enough for figures that hold, seconds to minutes of work."""
LOOK_S: Final = 0.2
"""How often it is asked how far everything is."""
MARKER: Final = "made-by-thumper-benchmark"
"""File that says that a folder was made by a benchmark and may be removed."""

_READY: Final = "{ status { worker { state detectorName message } } }"
_CARD: Final = f"{{ dumps(first: 1) {{ nodes {{ {DUMP_FIELDS} }} }} }}"
_FIGURES: Final = """{ status { images: imageCounts { failed }
    worker { device stages { stage millisecondsPerImage imagesPerSecond } limit { stage imagesPerSecond } } }
    images(first: 1, where: {state: COMPLETED}) { nodes { job { engine } } } }"""


@dataclass(frozen=True, slots=True)
class StageFigure:
    """What one stage does by itself, as fast as it can while the others work, too."""

    stage: str
    milliseconds_per_image: float
    images_per_second: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured. `limit` is the slowest stage, `percent_of_limit` the measured rate as a share of its rate.

    `left_out` are copies of the photos that were met in the folder and not taken.
    """

    photos: int
    left_out: int
    failed: int
    rejected: int
    seconds: float
    images_per_second: float
    device: str
    engine: str
    stages: tuple[StageFigure, ...]
    limit: str
    percent_of_limit: float


def benchmark(
    folder: Annotated[
        Path, typer.Argument(parser=named_path, help="A folder with photos of yours. They are only read.")
    ],
    photos: Annotated[
        int, typer.Option(help="How many of them are taken, from everywhere in it.", min=1)
    ] = PHOTOS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure how many photos a second this machine takes in, and which stage limits it.

    Copies of the photos go the whole road, from the drop folder to the database, through a Thumper of their own that
    is removed afterwards. Nothing is downloaded, and your Thumper is not touched; stop it first, or both are slow.
    """
    from thumper.cli.logs import configure_logs
    from thumper.cli.receipt_view import bar
    from thumper.embedded.home_access import refuse_unusable_home

    own = Settings.from_env()
    chosen = choose(folder, photos)
    settings = _settings_of(own)
    refuse_unusable_home(own)
    configure_logs(settings)
    _make_home(settings.home, engines=own.engines_dir)
    try:
        with bar() as progress:
            figures = asyncio.run(_measure(settings, chosen, folder, progress))
    finally:
        shutil.rmtree(settings.home, ignore_errors=True)
    typer.echo(json.dumps(asdict(figures)) if as_json else _told(figures, left_out=chosen.words))


def _settings_of(own: Settings) -> Settings:
    """Return settings of a home apart from the user's own, on the same disk; the user chooses what runs the model."""
    from thumper.cli.demo import free_port

    home = own.home / "benchmark"
    apart = {
        "home": home,
        "drop": home / "drop",
        "port": free_port(),
        "database_url": None,
        "redis_url": NO_REDIS if own.redis_url == NO_REDIS else None,
    }
    return own.model_copy(update=apart)


def _make_home(home: Path, *, engines: Path) -> None:
    """Make a home with nothing but exported models; only what an earlier benchmark left is removed for it."""
    if home.exists() and not (home / MARKER).exists():
        raise RefusedError(
            f"{home} was not made by a benchmark. Move it away, or set THUMPER_HOME elsewhere."
        )
    shutil.rmtree(home, ignore_errors=True)
    (home / "drop").mkdir(parents=True)
    (home / MARKER).touch()
    if engines.is_dir():
        shutil.copytree(engines, home / "engines")


async def _measure(settings: Settings, chosen: Choice, folder: Path, progress: Progress) -> Figures:
    from thumper.cli.tree import run_tree

    compared = await _compare(settings, folder, progress)
    stop = stop_signals()
    measured: list[Figures] = []
    card = settings.home / "card"
    await asyncio.to_thread(_copy, chosen.photos, card)

    async def beside(named: Settings) -> None:
        try:
            if compared is not None:
                await compared.record(named.postgres_url)
            measured.append(await _drop(named, card, chosen, progress))
        finally:
            stop.set()

    await run_tree(settings, stop, on_change=lambda *_: None, beside=beside)
    if not measured:
        raise ThumperError("The benchmark was stopped before it had measured anything.")
    return measured[0]


async def _compare(settings: Settings, folder: Path, progress: Progress) -> Compared | None:
    """Compare a faster precision with fp32, without which no worker would use it; None in fp32.

    Raises `PrecisionError` with the numbers.
    """
    from thumper.cli.compare import PHOTOS as MOST
    from thumper.cli.compare import compare_photos
    from thumper.domain.agreement import LEAST_BOXES
    from thumper.worker.comparison import refuse_unless_good

    if settings.precision is Precision.FP32:
        return None
    compared = await compare_photos(settings, choose(folder, MOST).photos, progress)
    agreement = compared.agreement
    if not agreement.is_enough:
        raise PrecisionError(
            f"{settings.precision} is measured only if it agrees with fp32 on {LEAST_BOXES} boxes of your photos, and"
            f" {agreement.photos} photos of {folder} hold {agreement.reference_boxes}. Name a folder with more animals,"
            " or set THUMPER_PRECISION=fp32."
        )
    refuse_unless_good(agreement, settings.precision)
    return compared


def _copy(photos: list[Path], card: Path) -> None:
    """Copy photos under names that are all different."""
    card.mkdir()
    for number, photo in enumerate(photos):
        shutil.copy2(photo, card / f"{number:06}{photo.suffix}")


async def _drop(settings: Settings, card: Path, chosen: Choice, progress: Progress) -> Figures:
    """Drop the card once the worker has its model, and follow it to the last committed row."""
    from thumper.store.status.processes import BEAT_EVERY_S, BUSY_BEAT_EVERY_S

    await _until_ready(settings, progress)
    count = len(chosen.photos)
    task = progress.add_task("detecting", total=count)
    began_s = time.monotonic()
    card.rename(settings.drop_dir / "card")
    ended = await _follow(settings, count, lambda done: progress.update(task, completed=done))
    # The two looks at each file are a wait by design, not work.
    seconds = time.monotonic() - began_s - settings.look_s
    await asyncio.sleep(
        BUSY_BEAT_EVERY_S + BEAT_EVERY_S
    )  # the worker tells of its last batch with a sign of life
    return _figures(await _ask(settings, _FIGURES), chosen, ended, seconds)


async def _follow(settings: Settings, count: int, show: Callable[[int], None]) -> DumpProgress:
    """Return how the card stands once every one of its files has ended. Raises `ThumperError` when nothing happens."""
    standstill, done = Standstill(STILL_S), 0
    while True:
        dumps = (await _ask(settings, _CARD))["dumps"]["nodes"]
        now = DumpProgress.read(dumps[0]) if dumps else None
        if now is not None:
            done = now.done + now.rejected
            show(done)
            if now.files >= count and now.ended:
                return now
        if standstill.after(now):
            raise ThumperError(
                f"Nothing happened for {STILL_S:.0f} s, {done} of {count} are done; `thumper doctor` may say why."
            )
        await asyncio.sleep(LOOK_S)


async def _until_ready(settings: Settings, progress: Progress) -> None:
    task = progress.add_task("loading the model", total=None)
    began_s = time.monotonic()
    while time.monotonic() - began_s < STILL_S:
        with contextlib.suppress(ServiceDownError):  # the API is still starting
            worker = (await _ask(settings, _READY))["status"]["worker"]
            if worker["state"] == "ALIVE" and worker["detectorName"]:
                progress.remove_task(task)
                return
        await asyncio.sleep(LOOK_S)
    raise ThumperError(f"The worker was not ready within {STILL_S:.0f} s. `thumper doctor` may say why.")


async def _ask(settings: Settings, query: str) -> dict[str, Any]:
    from thumper.cli.client import ask

    return await ask(settings, query)


def _figures(answer: dict[str, Any], chosen: Choice, ended: DumpProgress, seconds: float) -> Figures:
    count = len(chosen.photos)
    status, worker = answer["status"], answer["status"]["worker"]
    if worker["limit"] is None or not answer["images"]["nodes"]:
        raise ThumperError(f"None of the {count} photos could be looked at, so there is nothing to tell.")
    rate, most = count / seconds, worker["limit"]["imagesPerSecond"]
    return Figures(
        photos=count,
        left_out=chosen.left_out,
        failed=status["images"]["failed"],
        rejected=ended.rejected,
        seconds=round(seconds, 2),
        images_per_second=round(rate, 2),
        device=worker["device"],
        engine=answer["images"]["nodes"][0]["job"]["engine"],
        stages=tuple(
            StageFigure(
                one["stage"].lower(), round(one["millisecondsPerImage"], 3), round(one["imagesPerSecond"], 1)
            )
            for one in worker["stages"]
        ),
        limit=worker["limit"]["stage"].lower(),
        percent_of_limit=round(100 * rate / most, 1),
    )


def _told(figures: Figures, *, left_out: str) -> str:
    rate, took = f"{figures.images_per_second:g} images/s", f"{figures.seconds:g} s"
    lines = [
        f"{rate}: {figures.photos} photos in {took}, from the drop folder to the database",
        f"on {figures.device} with {figures.engine}",
        *(
            f"  {one.stage:<7}{one.milliseconds_per_image:>9.2f} ms an image, {one.images_per_second:g} images/s"
            for one in figures.stages
        ),
        f"{figures.limit} is the limit; the whole road reaches {figures.percent_of_limit:g} % of it",
    ]
    if figures.failed or figures.rejected:
        lines.append(f"{figures.failed} photos failed and {figures.rejected} were rejected")
    if left_out:
        lines.append(left_out)
    return "\n".join(lines)
