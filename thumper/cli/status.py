"""`thumper status`: how everything stands, once or as it changes, asked of the public API."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import aclosing
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.live import Live

from thumper.cli.client import ask, follow
from thumper.cli.condition_view import ConditionWatch
from thumper.cli.status_view import QUERY, SUBSCRIPTION, Burst, StatusView, panel
from thumper.cli.which_home import settings_to_ask
from thumper.settings import Settings


def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on and show every change.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object; with --watch one a line (JSON Lines).")
    ] = False,
) -> None:
    """Show images, queue, speed, processes and the last dumps of a running Thumper."""
    settings = settings_to_ask()
    if watch:
        asyncio.run(_watch(settings, as_json=as_json))
        return
    answer = asyncio.run(ask(settings, QUERY))["status"]
    typer.echo(json.dumps(answer) if as_json else "\n".join(StatusView.read(answer).lines(proof=True)))


class _Show(Protocol):
    def __call__(self, answer: dict[str, Any]) -> None:
        """Show one status."""
        ...


async def _watch(settings: Settings, *, as_json: bool) -> None:
    """Show every change until Ctrl-C or SIGTERM."""
    loop = asyncio.get_running_loop()
    if as_json:
        watching = asyncio.ensure_future(_show_all(settings, _show_json))
    elif sys.stdout.isatty():
        watching = asyncio.ensure_future(_watch_panel(settings))
    else:
        watching = asyncio.ensure_future(_show_all(settings, _Lines()))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, watching.cancel)
    try:
        await watching
    except asyncio.CancelledError:
        return


async def _show_all(settings: Settings, show: _Show) -> None:
    async with aclosing(follow(settings, SUBSCRIPTION)) as messages:
        async for message in messages:
            show(message["status"])


async def _watch_panel(settings: Settings) -> None:
    burst = Burst()
    with Live(console=Console(), refresh_per_second=4) as live:

        def show(answer: dict[str, Any]) -> None:
            view = StatusView.read(answer)
            done, total = burst.progress(view)
            live.update(panel(view, done=done, total=total))

        await _show_all(settings, show)


def _show_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer))
    sys.stdout.flush()


class _Lines:
    """Prints the lines that differ from those printed before, and which conditions are over."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._conditions = ConditionWatch()

    def __call__(self, answer: dict[str, Any]) -> None:
        view = StatusView.read(answer)
        for change in self._conditions.take(view.conditions):
            if change.over:
                typer.echo(change.sentence)
        lines = view.lines()
        for line in lines:
            if line not in self._told:
                typer.echo(line)
        sys.stdout.flush()
        self._told = set(lines)
