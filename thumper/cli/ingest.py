"""`thumper ingest PATH`: take in a mounted card or a folder now, print its receipt and whether it may be wiped."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer
from rich.progress import Progress

from thumper.cli.dump_wait import DUMP_FIELDS, STILL_S, DumpProgress, Standstill
from thumper.cli.path_argument import named_path
from thumper.cli.receipt import finish, whole_receipt
from thumper.cli.receipt_query import Ask
from thumper.cli.receipt_view import SHOWN, bar
from thumper.cli.which_home import settings_to_keep_in
from thumper.errors import BusyError
from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.ingest.context import IngestContext
    from thumper.store.files.receipts import Receipt

LOOK_S: Final = 0.5
"""How often `--wait` counts."""
EX_NOT_SEEN: Final = 4
"""`--wait` ended before the detector had seen every photo."""
DEADLOCKED: Final = (
    "PostgreSQL stopped this run: it and another process of Thumper waited for each other (a deadlock), and trying"
    " again did not help. Nothing was lost; run the command again, and it finishes what is left."
)

_FAR: Final = f"""query($id: ID!) {{ dump(id: $id) {{ {DUMP_FIELDS} }}
    status {{ heldImageCount images: imageCounts {{ completed failed }} worker {{ state message }} }} }}"""
_HELD: Final = "query($id: ID!) { dump(id: $id) { heldImageCount } }"


def ingest(
    path: Annotated[
        Path, typer.Argument(parser=named_path, metavar="PATH", help="A mounted card, a folder or one photo.")
    ],
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

    The exit code is 0 when PATH is safe to wipe and 3 when it is not; 4 when --wait ended because nothing happened for
    three minutes, such as without a worker.
    """
    from thumper.cli.logs import configure_logs
    from thumper.cli.servers import servers
    from thumper.cli.zone_question import can_be_asked, with_time_zone

    settings = settings_to_keep_in()
    configure_logs(settings)
    settings = with_time_zone(settings, ask=can_be_asked() and not as_json)
    everything = every or as_json
    with servers(settings) as named:
        most = None if everything else SHOWN
        answer, unseen = asyncio.run(
            _ingest(named, path, location=location, archive=archive, wait=wait, most=most)
        )
    if unseen:
        typer.echo(unseen, err=True)
    finish(answer, as_json=as_json, everything=everything, otherwise=EX_NOT_SEEN if unseen else 0)


async def _ingest(
    settings: Settings,
    path: Path,
    *,
    location: str | None,
    wait: bool,
    most: int | None,
    archive: bool = False,
) -> tuple[dict[str, Any], str]:
    """Return the receipt with its verdict, and why photos were not waited for any longer; empty if none is left."""
    from asyncpg import DeadlockDetectedError

    from thumper.cli.own_api import OwnApi
    from thumper.graphql.relay.identity import encode
    from thumper.ingest.context import IngestContext
    from thumper.store.postgres.connect import OUTAGES, open_database, unreachable

    context = IngestContext.of(settings)
    api = OwnApi(context)
    try:
        async with open_database(settings.postgres_url, pool_size=4):
            try:
                with bar() as progress:
                    delivered = await _deliver(
                        context, path, location=location, archive=archive, progress=progress
                    )
                    dump_id = encode("Dump", delivered)
                    unseen = await _wait(api.ask, dump_id, progress) if wait else ""
                # The same questions as `thumper receipt` asks, without a running API.
                return await whole_receipt(api.ask, dump_id, most=most), unseen
            finally:
                await api.close()
                await context.wakeup.close()
    except DeadlockDetectedError as error:
        raise BusyError(DEADLOCKED) from error
    except OUTAGES as error:  # what was recorded stays, and running it again finishes the rest
        raise unreachable(settings.postgres_url, error) from error


async def _deliver(
    context: IngestContext, path: Path, *, location: str | None, archive: bool, progress: Progress
) -> UUID:
    """Ingest the path, showing how far that is; return its dump."""
    from thumper.ingest.deliver import ingest_path

    recorded = progress.add_task("recorded", total=None)

    def show(counts: Receipt) -> None:
        progress.update(recorded, total=counts.found, completed=counts.found - counts.waiting)

    receipt = await ingest_path(context, path, location=location, archive=archive, progress=show)
    show(receipt.counts)
    return receipt.dump_id


async def _wait(ask: Ask, dump_id: str, progress: Progress) -> str:
    """Wait until the detector is done with every image of the dump; return why it was not waited for any longer.

    What else is in the queue comes first: while anything at all gets done, the wait goes on.
    """
    detected = progress.add_task("detected", total=None)
    standstill, warned = Standstill(STILL_S), False
    while True:
        answer = await ask(_FAR, {"id": dump_id})
        now, status = DumpProgress.read(answer["dump"]), answer["status"]
        progress.update(detected, total=now.images, completed=now.done)
        if now.ended:
            return ""
        left = f"{now.images - now.done} of {now.images} photos were not looked at"
        if status["heldImageCount"] and await _only_held(ask, dump_id, now):
            return f"{left}: they wait until detection is asked for (detectPending)."
        worker = status["worker"]
        if not warned and worker["state"] in {"NONE", "DOWN"}:
            progress.console.print(
                "No worker runs; start one with `thumper up` or `thumper work`. Waiting for it."
            )
            warned = True
        if standstill.after((now, *status["images"].values(), *worker.values())):
            why = worker["message"] or f"worker: {worker['state'].lower()}"
            return f"{left}; nothing happened for {STILL_S:.0f} s ({why}). They stay queued; see `thumper doctor`."
        await asyncio.sleep(LOOK_S)


async def _only_held(ask: Ask, dump_id: str, now: DumpProgress) -> bool:
    """Return whether all that is left waits until detection is asked for."""
    held: int = (await ask(_HELD, {"id": dump_id}))["dump"]["heldImageCount"]
    return not now.waiting and held == now.images - now.done
