"""`thumper compare`: whether a faster precision agrees with the reference on the user's own photos."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from thumper.cli.benchmark import choose
from thumper.domain.precision import Precision
from thumper.embedded.servers import find_running
from thumper.errors import SettingError
from thumper.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress

    from thumper.domain.agreement import Agreement
    from thumper.weights import Weights

PHOTOS: Final = 1000
"""Photos of the folder that are looked at, at most: fewer are, when the animals in them are enough."""
EX_NOT_GOOD: Final = 1


def compare(
    folder: Annotated[Path, typer.Argument(help="A folder with photos of yours. They are only read.")],
    photos: Annotated[int, typer.Option(help="How many of them are looked at, at most.", min=1)] = PHOTOS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare THUMPER_PRECISION (bf16 or fp16) with fp32 on your photos; a worker uses it only if they agree.

    The exit code is 1 if they do not, or if too few animals are in the photos to tell. The result is kept if Thumper
    runs, or THUMPER_DATABASE_URL is set; the worker needs no other then.
    """
    from thumper.cli.logs import configure_logs
    from thumper.cli.receipt_view import bar

    settings = Settings.from_env()
    if settings.precision is Precision.FP32:
        raise SettingError(
            "THUMPER_PRECISION is fp32, the reference itself. Set it to bf16 or fp16 to compare that."
        )
    configure_logs(settings)
    chosen = choose(folder, photos)
    with bar() as progress:
        agreement, kept = asyncio.run(_compare(settings, chosen, progress))
    if as_json:
        told = agreement.to_json() | {"good": agreement.is_good, "enough": agreement.is_enough, "kept": kept}
        typer.echo(json.dumps(told))
    else:
        typer.echo(_told(agreement, settings.precision, kept=kept))
    raise typer.Exit(0 if agreement.is_good else EX_NOT_GOOD)


async def _compare(settings: Settings, photos: list[Path], progress: Progress) -> tuple[Agreement, bool]:
    from thumper.imaging.limits import Limits
    from thumper.imaging.sandbox import DecodeSandbox
    from thumper.weights import resolve
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
        agreement = await comparison.on(photos)
    return agreement, await _keep(settings, weights, detector.engine, agreement)


async def _keep(settings: Settings, weights: Weights, engine: str, agreement: Agreement) -> bool:
    """Record the result where a worker will look for it, if there is a database now."""
    from thumper.store import detectors
    from thumper.store.connect import open_database

    servers = find_running(settings)
    url = settings.database_url or (servers.database_url if servers is not None else None)
    if url is None:
        return False
    async with open_database(url, pool_size=1):
        await detectors.record_agreement(weights, engine, agreement)
    return True


def _told(agreement: Agreement, precision: Precision, *, kept: bool) -> str:
    verdict = "can be used" if agreement.is_good else "is not used"
    if not agreement.is_enough:
        verdict = "needs more photos with animals to be judged"
    hint = "" if kept else "\nThis is not kept, since no database runs: start `thumper up` and compare again."
    return f"{precision} {verdict}: {agreement}.{hint}"
