"""`thumper compare`: whether a faster precision agrees with the reference on the user's own photos."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from thumper.cli.path_argument import named_path
from thumper.cli.photo_choice import choose, shuffle
from thumper.cli.which_home import settings_to_examine
from thumper.domain.agreement import LEAST_BOXES, Agreement
from thumper.domain.precision import Precision
from thumper.embedded.servers import find_running
from thumper.errors import RefusedError, ServiceDownError, SettingError
from thumper.settings import Settings
from thumper.weights import Weights, resolve

if TYPE_CHECKING:
    from rich.progress import Progress

PHOTOS: Final = 1000
"""Photos of the folder that are looked at, at most: fewer are, when the animals in them are enough."""
EX_NOT_GOOD: Final = 1


@dataclass(frozen=True, slots=True)
class Compared:
    """How far the model agrees with the reference, in which runtime."""

    weights: Weights
    engine: str
    agreement: Agreement

    async def record(self, url: str) -> None:
        """Store it in the database, where a worker looks for it. Raises `ServiceDownError` or `RefusedError`."""
        from thumper.store.images import detectors
        from thumper.store.postgres.connect import client, open_database
        from thumper.store.postgres.schema_version import read_gap

        async with open_database(url, pool_size=1):
            if (await read_gap(client())).missing:
                raise RefusedError("the database is new or of an older Thumper: start `thumper up` first.")
            await detectors.record_agreement(self.weights, self.engine, self.agreement)


def compare(
    folder: Annotated[
        Path, typer.Argument(parser=named_path, help="A folder with photos of yours. They are only read.")
    ],
    photos: Annotated[int, typer.Option(help="How many of them are looked at, at most.", min=1)] = PHOTOS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare THUMPER_PRECISION (bf16 or fp16) with fp32 on your photos; a worker uses it only if they agree.

    The exit code is 1 if they do not, or if too few animals are in the photos to tell. The result is kept if Thumper
    runs, or THUMPER_DATABASE_URL is set; the worker needs no other then.
    """
    from thumper.cli.logs import configure_logs
    from thumper.cli.receipt_view import bar

    settings = settings_to_examine()
    if settings.precision is Precision.FP32:
        raise SettingError(
            "THUMPER_PRECISION is fp32, the reference itself. Set it to bf16 or fp16 to compare that."
        )
    configure_logs(settings)
    chosen = choose(folder, photos)
    with bar() as progress:
        compared, hindrance = asyncio.run(_compare_and_keep(settings, chosen.photos, progress))
    agreement = compared.agreement
    if as_json:
        told = {
            "precision": settings.precision.value,
            "engine": compared.engine,
            **agreement.to_json(),
            "left_out": chosen.left_out,
            "good": agreement.is_good,
            "enough": agreement.is_enough,
            "kept": not hindrance,
        }
        typer.echo(json.dumps(told))
    else:
        typer.echo(_told(agreement, settings.precision, hindrance=hindrance))
        if chosen.left_out:
            typer.echo(f"{chosen.words}.")
    raise typer.Exit(0 if agreement.is_good else EX_NOT_GOOD)


async def compare_photos(settings: Settings, photos: list[Path], progress: Progress) -> Compared:
    """Compare the model of the settings with the reference on photos, from everywhere among them."""
    from thumper.imaging.limits import Limits
    from thumper.imaging.sandbox import DecodeSandbox
    from thumper.worker.comparison import BOXES, Comparison
    from thumper.worker.loader import load_detector

    task = progress.add_task("comparing", total=BOXES)
    weights = resolve(settings)
    with (
        ThreadPoolExecutor(1) as thread,
        DecodeSandbox(Limits.of(settings), workers=settings.decode_workers) as sandbox,
    ):
        detector = await asyncio.get_running_loop().run_in_executor(thread, load_detector, weights, settings)
        comparison = Comparison(
            detector=detector,
            weights=weights,
            settings=settings,
            sandbox=sandbox,
            thread=thread,
            tell=lambda now: progress.update(task, completed=min(now.reference_boxes, BOXES)),
        )
        agreement = await comparison.on(shuffle(photos))
    progress.remove_task(task)
    return Compared(weights, detector.engine, agreement)


async def _compare_and_keep(
    settings: Settings, photos: list[Path], progress: Progress
) -> tuple[Compared, str]:
    compared = await compare_photos(settings, photos, progress)
    return compared, await _keep(settings, compared)


async def _keep(settings: Settings, compared: Compared) -> str:
    """Record the result if there is a database now; return what is in the way, if anything is."""
    if not compared.agreement.is_enough:  # it must not replace a result that more boxes speak for
        return f"it says too little: {LEAST_BOXES} boxes are needed."
    servers = find_running(settings)
    url = settings.database_url or (servers.database_url if servers is not None else None)
    if url is None:
        return "no database runs: start `thumper up` and compare again."
    try:
        await compared.record(url)
    except (ServiceDownError, RefusedError) as error:
        return str(error)
    return ""


def _told(agreement: Agreement, precision: Precision, *, hindrance: str) -> str:
    verdict = "can be used" if agreement.is_good else "is not used"
    if not agreement.is_enough:
        verdict = "needs more photos with animals to be judged"
    hint = f"\nThis is not kept: {hindrance}" if hindrance else ""
    return f"{precision} {verdict}: {agreement}.{hint}"
