"""`thumper demo`: a small drawn ranch that shows everything without a photo of one's own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from thumper.background import beside, stop_signals
from thumper.cli.dump_wait import DUMP_FIELDS, STILL_S, DumpProgress, Standstill
from thumper.domain.precision import Precision
from thumper.embedded.instance import announced
from thumper.errors import RefusedError, ServiceDownError, ThumperError
from thumper.settings import NO_REDIS, Settings

if TYPE_CHECKING:
    from thumper.cli.display import Display
    from thumper.demo.card import Card
    from thumper.demo.ranch import Ranch

MARKER: Final = "drawn-by-thumper-demo"
"""File that says that a folder was made by the demo and may be made anew."""

LOOK_S: Final = 0.5
"""How often it is asked how far a card is."""

QUERIES: Final = (
    (
        "How many photos show a deer, and when was the newest one taken?",
        """{ images(where: {withoutDetections: false}, first: 1) {
    totalCount nodes { fileName takenAt timeSource location { name } } } }""",
    ),
    (
        "Where do bucks show up?",
        """{ detections(where: {sex: MALE, minConfidence: 0.4}, first: 3) {
    totalCount nodes { shown { label } predicted { confidence } image { takenAt location { name } } } } }""",
    ),
    (
        "Which cards came in, and does each receipt add up?",
        """{ dumps(first: 5) { nodes { folder
    receipt { found stored duplicate rejected } } } }""",
    ),
)

_DUMPS: Final = f"""{{ dumps(first: 50) {{ nodes {{ {DUMP_FIELDS}
    files(where: {{state: REJECTED}}, first: 5) {{ nodes {{ path reason whatToDo }} }} }} }} }}"""


def demo(
    keep_running: Annotated[
        bool | None,
        typer.Option("--keep/--exit", help="Go on running afterwards, or end. Default: go on at a terminal."),
    ] = None,
) -> None:
    """Draw a small ranch, drop its camera cards, and show the receipts and three queries.

    Everything lies in a home of its own, `demo` below THUMPER_HOME, which each run makes anew.
    """
    from thumper.cli.logs import configure_logs
    from thumper.embedded.home_access import refuse_unusable_home

    own = Settings.from_env()
    settings = _demo_settings(own)
    configure_logs(settings)
    refuse_unusable_home(own)
    _make_home(settings.home)
    asyncio.run(_demo(settings, keep=sys.stdout.isatty() if keep_running is None else keep_running))


def _demo_settings(own: Settings) -> Settings:
    """Return settings of a home apart from the user's own, with shorter waits."""
    home = own.home / "demo"
    return own.model_copy(
        update={
            "home": home,
            "drop": home / "drop",
            "port": own.port if _is_free(own.port) else free_port(),
            "database_url": None,
            "redis_url": NO_REDIS if own.redis_url == NO_REDIS else None,
            "model": None,
            "class_map": None,
            "precision": Precision.FP32,  # another would first have to agree on photos that are not there
            "truncated_hold_s": 3.0,
            "settle_s": 3.0,
        }
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_home(home: Path) -> None:
    """Make an empty home; only a folder that an earlier demo made is emptied for it."""
    from thumper.embedded.servers import find_running

    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise RefusedError(
                f"{home} was not made by the demo. Move it away, or set THUMPER_HOME elsewhere."
            )
        if find_running(Settings(home=home)) is not None:
            raise RefusedError(f"A demo runs already in {home}. Stop it first (Ctrl-C in its terminal).")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()
    (home / "drop").mkdir()


async def _demo(settings: Settings, *, keep: bool) -> None:
    from thumper.cli.display import Display
    from thumper.cli.sign_in_link import offer_first_link
    from thumper.cli.tree import run_tree
    from thumper.demo.ranch import build_ranch

    stop = stop_signals()
    display = Display(settings, interactive=sys.stdout.isatty())
    typer.echo("This ranch is drawn: its pictures are made by a program, not by a camera.")
    ranch = await asyncio.to_thread(build_ranch, settings.home / "cards")
    display.greet()

    async def tour(named: Settings) -> None:
        try:
            await offer_first_link(named)
            with announced(settings, passing=True):
                await _show(named, ranch, display)
                if keep:
                    typer.echo(f"\nThumper keeps running at {named.api_url}/graphql. Ctrl-C stops it.")
                    await asyncio.Event().wait()
        finally:
            stop.set()

    await run_tree(settings, stop, on_change=display.process_changed, beside=tour)
    typer.echo(f"Stopped. The next demo makes {settings.home} anew.")


async def _show(settings: Settings, ranch: Ranch, display: Display) -> None:
    """Deliver the cards one by one, then tell what came of them."""
    async with beside(display.show_progress(settings)):
        deliveries: Counter[str] = Counter()
        for card in ranch.cards:
            await asyncio.to_thread(_deliver, card, settings.drop_dir)
            deliveries[card.drop_folder] += 1
            await _wait_for(settings, card, number=deliveries[card.drop_folder])
    await _confirm_clocks(settings)
    await _print_receipts(settings)
    await _print_queries(settings)
    typer.echo("\nYour own photos: make run DROP=/path/of/photos, or thumper up --drop /path/of/photos")


def _deliver(card: Card, drop: Path) -> None:
    """Copy a card into the drop folder, as a person would."""
    shutil.copytree(card.folder, drop / card.drop_folder, dirs_exist_ok=True)


async def _dumps(settings: Settings) -> list[dict[str, Any]]:
    from thumper.cli.client import ask

    nodes: list[dict[str, Any]] = (await ask(settings, _DUMPS))["dumps"]["nodes"]
    return nodes


async def _wait_for(settings: Settings, card: Card, *, number: int) -> None:
    """Return when the dump of this number in the card's folder is settled and detected.

    Raises `ThumperError` when nothing changes for `STILL_S`.
    """
    standstill = Standstill(STILL_S)
    progress: DumpProgress | None = None
    while not standstill.after(progress):
        with contextlib.suppress(ServiceDownError):  # the API is still starting
            own = _of(card, number, await _dumps(settings))
            progress = DumpProgress.read(own[0]) if own else None
        if progress is not None and progress.settled and progress.ended:
            return
        await asyncio.sleep(LOOK_S)
    done, images = (progress.done, progress.images) if progress is not None else (0, 0)
    raise ThumperError(
        f"Nothing has come of the card {card.drop_folder} for {STILL_S:.0f} s ({done} of {images} photos detected). "
        f"The logs in {settings.log_dir} say why; `thumper doctor` helps."
    )


def _of(card: Card, number: int, dumps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [own for own in dumps if (own["folder"], own["number"]) == (card.drop_folder, number)]


async def _confirm_clocks(settings: Settings) -> None:
    """Answer for the person whether the drawn cards, which are always of the same November, are just old."""
    from thumper.cli.client import ask

    asked = (await ask(settings, "{ dumps(where: {clockAsked: true}) { nodes { id } } }"))["dumps"]["nodes"]
    if asked:
        confirm = "mutation ($input: ConfirmClocksInput!) { confirmClocks(input: $input) { confirmedCount } }"
        await ask(settings, confirm, {"input": {"dumpIds": [dump["id"] for dump in asked]}})


async def _print_receipts(settings: Settings) -> None:
    typer.echo("\nReceipts")
    for own in reversed(await _dumps(settings)):
        receipt = own["receipt"]
        typer.echo(
            f"  {own['folder']}: {receipt['found']} found = {receipt['stored']} stored"
            f" + {receipt['duplicate']} duplicate + {receipt['rejected']} rejected"
        )
        for file in own["files"]["nodes"]:
            typer.echo(f"    {file['path']}: {file['reason']}. {file['whatToDo']}")


async def _print_queries(settings: Settings) -> None:
    from thumper.cli.client import ask

    for question, query in QUERIES:
        typer.echo(f"\n{question}\n{query}")
        typer.echo(json.dumps(await ask(settings, query), indent=2))
