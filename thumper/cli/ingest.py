"""`thumper ingest PATH`: take in a mounted card or a folder now, print its receipt and whether it may be wiped."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer
from rich.progress import Progress

from thumper.cli.receipt import finish, whole_receipt
from thumper.cli.receipt_view import SHOWN, bar
from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.ingest.context import IngestContext
    from thumper.store.files.receipts import Receipt

LOOK_S: Final = 0.5
"""How often `--wait` counts."""


def ingest(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A mounted card, a folder or one photo.")],
    location: Annotated[
        str | None, typer.Option(help="Where the photos are from; made if there is no such location.")
    ] = None,
    archive: Annotated[
        bool,
        typer.Option("--archive", help="The photos are old, and their clocks were right: nothing is asked."),
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the detector has seen every photo.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every file, the stored ones too.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole receipt as one JSON object.")
    ] = False,
) -> None:
    """Take in PATH now: originals are copied into the library and re-read, and the receipt is printed.

    The exit code is 0 when PATH is safe to wipe and 3 when it is not.
    """
    from thumper.cli.logs import configure_logs
    from thumper.cli.servers import servers

    settings = Settings.from_env()
    configure_logs(settings)
    everything = every or as_json
    with servers(settings) as named:
        most = None if everything else SHOWN
        answer = asyncio.run(_ingest(named, path, location=location, archive=archive, wait=wait, most=most))
    finish(answer, as_json=as_json, everything=everything)


async def _ingest(
    settings: Settings,
    path: Path,
    *,
    location: str | None,
    wait: bool,
    most: int | None,
    archive: bool = False,
) -> dict[str, Any]:
    from thumper.ingest.context import IngestContext
    from thumper.store.postgres.connect import OUTAGES, open_database, unreachable

    context = IngestContext.of(settings)
    try:
        async with open_database(settings.postgres_url, pool_size=4):
            try:
                dump_id = await _deliver(context, path, location=location, archive=archive, wait=wait)
                return await _receipt(context, dump_id, most=most)
            finally:
                await context.wakeup.close()
    except OUTAGES as error:  # what was recorded stays, and running it again finishes the rest
        raise unreachable(settings.postgres_url, error) from error


async def _deliver(
    context: IngestContext, path: Path, *, location: str | None, archive: bool, wait: bool
) -> UUID:
    """Ingest the path, showing how far that is; return its dump."""
    from thumper.ingest.deliver import ingest_path

    with bar() as progress:
        recorded = progress.add_task("recorded", total=None)

        def show(counts: Receipt) -> None:
            progress.update(recorded, total=counts.found, completed=counts.found - counts.waiting)

        receipt = await ingest_path(context, path, location=location, archive=archive, progress=show)
        show(receipt.counts)
        if wait:
            await _wait(receipt.dump_id, progress)
        return receipt.dump_id


async def _receipt(context: IngestContext, dump_id: UUID, *, most: int | None) -> dict[str, Any]:
    """Return the receipt with its verdict: the same questions as `thumper receipt` asks, without a running API."""
    from thumper.cli.own_api import OwnApi
    from thumper.graphql.relay.identity import encode

    api = OwnApi(context)
    try:
        return await whole_receipt(api.ask, encode("Dump", dump_id), most=most)
    finally:
        await api.close()


async def _wait(dump_id: UUID, progress: Progress) -> None:
    """Return when no image of the dump waits or is at the detector; say so when no worker lives."""
    from thumper.domain.progress import ProcessRole
    from thumper.store.images import image_counts
    from thumper.store.status.system_status import Liveness, read_status

    detected = progress.add_task("detected", total=None)
    warned = False
    while True:
        images = (await image_counts.of_dumps([dump_id]))[dump_id]
        progress.update(detected, total=images.total, completed=images.done)
        if images.finished:
            return
        worker = (await read_status()).of(ProcessRole.WORK)
        if not warned and worker.liveness in {Liveness.NONE, Liveness.DOWN}:
            progress.console.print(
                "No worker runs; start one with `thumper up` or `thumper work`. Waiting for it."
            )
            warned = True
        await asyncio.sleep(LOOK_S)
