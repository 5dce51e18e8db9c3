"""What `thumper up` shows while it runs: where things are, live progress, and every receipt.

On a terminal a panel that redraws itself; elsewhere plain lines, at most one every two seconds, because they
end up in a log. It asks the public API, as any client would, and never stops what it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
from contextlib import aclosing
from typing import Final

from rich.console import Console
from rich.live import Live

from thumper.background import beside
from thumper.cli.client import follow
from thumper.cli.lossy_stream import lossy
from thumper.cli.status_view import SUBSCRIPTION, Burst, DumpView, StatusView, panel
from thumper.errors import ThumperError
from thumper.settings import NO_REDIS, Settings

RETRY_S: Final = 0.5
"""Pause before the API is asked again; it takes a few seconds to start."""

LINE_EVERY_S: Final = 2.0
"""Least time between two lines of progress off a terminal."""


class Display:
    """Talks to the person who ran the command, on standard output."""

    def __init__(self, settings: Settings, *, interactive: bool, console: Console | None = None) -> None:
        self._settings = settings
        self._interactive = interactive
        self._console = console or Console(file=lossy(sys.stdout), highlight=False)
        self._burst = Burst()
        self._newest: StatusView | None = None
        self._changed = asyncio.Event()
        self._announced: set[str] = set()
        self._began_at = dt.datetime.now(dt.UTC)
        self._dead: set[str] = set()

    def greet(self) -> None:
        """Print where everything is and how to stop."""
        url = f"{self._settings.api_url}/graphql"
        self._say(f"API          {url} (and subscriptions: {url.replace('http', 'ws', 1)})")
        self._say(f"GraphiQL     {url} in a browser")
        self._say(f"Drop folder  {self._settings.drop_dir}")
        self._say("Copy photos or whole card folders into the drop folder. Ctrl-C stops everything.")

    def process_changed(self, name: str, state: str, detail: str) -> None:
        """Print that a process died, and that it is back. Starts and stops in good order are not news."""
        if state == "waiting":
            self._dead.add(name)
            self._say(f"{name} ended: {detail}")
        elif state == "running" and name in self._dead:
            self._dead.discard(name)
            self._say(f"{name} runs again")

    async def show_progress(self, settings: Settings) -> None:
        """Show live progress of the API of these settings until cancelled, however often it goes away."""
        if settings.wakeup_url is None:
            which = "none, as set" if self._settings.redis_url == NO_REDIS else "none runs here"
            self._say(
                f"Redis        {which}: the worker looks for new photos every {settings.poll_every_s:g} s"
            )
        async with beside(self._follow(settings)):
            if self._interactive:
                await self._redraw()
            else:
                await self._print_lines()

    def farewell(self) -> None:
        """Print that everything has ended and where it is kept."""
        self._say(f"Stopped. Everything is kept in {self._settings.home}; `thumper up` goes on from here.")

    async def _follow(self, settings: Settings) -> None:
        while True:
            with contextlib.suppress(ThumperError):
                async with aclosing(follow(settings, SUBSCRIPTION)) as messages:
                    async for message in messages:
                        self._take(StatusView.read(message["status"]))
            await asyncio.sleep(RETRY_S)

    def _take(self, view: StatusView) -> None:
        self._newest = view
        self._changed.set()
        for dump in reversed(view.dumps):
            self._announce(dump)

    def _announce(self, dump: DumpView) -> None:
        """Print the receipt of a dump that has settled since we began, once."""
        if dump.settled_at is None or dump.settled_at < self._began_at or dump.id in self._announced:
            return
        self._announced.add(dump.id)
        self._say(f"Receipt: {dump.sentence()}")

    async def _redraw(self) -> None:
        with Live(console=self._console, refresh_per_second=4, redirect_stdout=False) as live:
            while True:
                await self._changed.wait()
                self._changed.clear()
                if self._newest is not None:
                    done, total = self._burst.progress(self._newest)
                    live.update(panel(self._newest, done=done, total=total))

    async def _print_lines(self) -> None:
        told = ""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._newest is not None:
                line = " · ".join([self._newest.headline(), *self._newest.trouble()])
                if line != told:
                    self._say(line)
                    told = line
            await asyncio.sleep(LINE_EVERY_S)

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)
