"""`thumper ingest PATH`: take in a mounted card or a folder now, and print its receipt."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.store.image_counts import ImageCounts
    from thumper.store.receipts import ItemisedReceipt, Receipt

EX_REJECTED: Final = 3
"""Finished, but some files were rejected."""

LOOK_S: Final = 0.5
"""How often `--wait` counts."""


def ingest(
    path: Annotated[Path, typer.Argument(help="A mounted card, a folder or one photo.")],
    location: Annotated[
        str | None, typer.Option(help="Where the photos are from; made if there is no such location.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the detector has seen every photo.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the receipt as one JSON object.")] = False,
) -> None:
    """Take in PATH now: originals are copied into the library, and the receipt is printed.

    The exit code is 3 when some files were rejected.
    """
    from thumper.cli.logs import configure_logs
    from thumper.cli.servers import servers

    settings = Settings.from_env()
    configure_logs(settings)
    with servers(settings) as named:
        receipt, images = asyncio.run(_ingest(named, path, location=location, wait=wait))
    if as_json:
        typer.echo(json.dumps(_as_json(receipt, images)))
    else:
        _print(receipt, images)
    raise typer.Exit(EX_REJECTED if receipt.counts.rejected else 0)


async def _ingest(
    settings: Settings, path: Path, *, location: str | None, wait: bool
) -> tuple[ItemisedReceipt, ImageCounts]:
    from thumper.ingest.deliver import ingest_path
    from thumper.ingest.desk import Desk
    from thumper.store import image_counts
    from thumper.store.connect import OUTAGES, open_database, unreachable

    desk = Desk.of(settings)
    with _bar() as bar:
        recorded = bar.add_task("recorded", total=None)

        def show(counts: Receipt) -> None:
            bar.update(recorded, total=counts.found, completed=counts.found - counts.waiting)

        try:
            async with open_database(settings.postgres_url, pool_size=4):
                receipt = await ingest_path(desk, path, location=location, progress=show)
                await desk.wakeup.close()
                show(receipt.counts)
                if wait:
                    await _wait(receipt.dump_id, bar)
                return receipt, (await image_counts.of_dumps([receipt.dump_id]))[receipt.dump_id]
        except OUTAGES as error:  # what was recorded stays, and running it again finishes the rest
            raise unreachable(settings.postgres_url, error) from error


async def _wait(dump_id: UUID, bar: Progress) -> None:
    """Return when no image of the dump waits or is at the detector; say so when no worker lives."""
    from thumper.domain.progress import ProcessRole
    from thumper.store import image_counts
    from thumper.store.standing import Liveness, read_standing

    detected = bar.add_task("detected", total=None)
    warned = False
    while True:
        images = (await image_counts.of_dumps([dump_id]))[dump_id]
        bar.update(detected, total=images.total, completed=images.done)
        if images.finished:
            return
        worker = (await read_standing()).of(ProcessRole.WORK)
        if not warned and worker.liveness in {Liveness.NONE, Liveness.DOWN}:
            bar.console.print(
                "No worker runs; start one with `thumper up` or `thumper work`. Waiting for it."
            )
            warned = True
        await asyncio.sleep(LOOK_S)


def _bar() -> Progress:
    """Give a progress bar on standard error, which shows nothing when that is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _as_json(receipt: ItemisedReceipt, images: ImageCounts) -> dict[str, object]:
    """Give the receipt as it is printed with `--json`; found = waiting + stored + duplicate + rejected."""
    from thumper.graphql.identity import encode

    counts = receipt.counts
    return {
        "dump": encode("Dump", receipt.dump_id),
        "source": receipt.source,
        "location": receipt.location,
        "found": counts.found,
        "waiting": counts.waiting,
        "stored": counts.stored,
        "duplicate": counts.duplicate,
        "rejected": counts.rejected,
        "bytes": counts.size_bytes,
        "duplicates": [
            {
                "path": file.path,
                "image": encode("Image", file.image_id),
                "firstPath": file.first_path,
                "firstSource": file.first_source,
            }
            for file in receipt.duplicates
        ],
        "rejections": [
            {"path": file.path, "reason": file.reason, "message": file.message, "whatToDo": file.advice}
            for file in receipt.rejected
        ],
        "images": {
            "pending": images.pending,
            "processing": images.processing,
            "completed": images.completed,
            "failed": images.failed,
        },
    }


def _print(receipt: ItemisedReceipt, images: ImageCounts) -> None:
    counts = receipt.counts
    where = f" · {receipt.location}" if receipt.location else ""
    typer.echo(f"Receipt of {receipt.source}{where}")
    typer.echo(
        f"  {counts.found} found = {counts.stored} stored + {counts.duplicate} duplicate"
        f" + {counts.rejected} rejected" + (f" + {counts.waiting} waiting" if counts.waiting else "")
    )
    for file in receipt.rejected:
        typer.echo(f"  rejected {file.reason} {file.message} {file.advice}")
    left = images.total - images.done
    typer.echo(f"  detector: {images.completed} completed, {images.failed} failed, {left} waiting")
