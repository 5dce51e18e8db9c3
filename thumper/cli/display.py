"""What `thumper up` shows while it runs: where things are, live progress, what keeps work waiting, and every receipt.

On a terminal a panel that redraws itself; elsewhere plain lines, at most one every two seconds, because they
end up in a log, and a log record whenever a condition begins or ends. It asks the public API, as any client would, and
never stops what it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
from contextlib import aclosing
from dataclasses import replace
from typing import Final

import structlog
from rich.console import Console
from rich.live import Live

from thumper.background import beside
from thumper.cli.client import DatabaseDownError, ask, follow
from thumper.cli.condition_view import ConditionView, ConditionWatch
from thumper.cli.lossy_stream import lossy
from thumper.cli.network_view import network_lines
from thumper.cli.status_view import SUBSCRIPTION, Burst, DumpView, ProcessView, StatusView, panel
from thumper.domain.condition import ROLE_NAMES, Condition, Severity
from thumper.errors import ServiceDownError, ThumperError
from thumper.settings import NO_REDIS, Settings

log = structlog.get_logger(__name__)

RETRY_S: Final = 0.5
"""Pause before the API is asked again; it takes a few seconds to start."""

LINE_EVERY_S: Final = 2.0
"""Least time between two lines of progress off a terminal."""

PROBE_EVERY_S: Final = 2.0
"""How often is looked whether API and PostgreSQL answer: a subscription waits out an outage and is silent."""

DOUBT_S: Final = 4.0
"""How long silence must last here before it is told: a beat and a look of a subscription longer. After an outage of
PostgreSQL, or the sleep of the machine, every process has been silent for long."""

PROBE: Final = "{ locations(first: 1) { nodes { id } } }"
"""A question that takes PostgreSQL next to nothing."""

PROBE_WITHIN_S: Final = 5.0
"""Longest that its answer may take; a machine with much else to do takes its time."""


class Display:
    """Talks to the person who ran the command, on standard output."""

    def __init__(self, settings: Settings, *, interactive: bool, console: Console | None = None) -> None:
        self._settings = settings
        self._interactive = interactive
        self._console = console or Console(file=lossy(sys.stdout), highlight=False)
        self._burst = Burst()
        self._newest: StatusView | None = None
        self._changed = asyncio.Event()
        self._watch = ConditionWatch()
        self._down: Condition | None = None
        self._seen: set[str] = set()
        self._silent_since_s: dict[tuple[str, ...], float] = {}
        self._ending = False
        self._announced: set[str] = set()
        self._began_at = dt.datetime.now(dt.UTC)
        self._dead: set[str] = set()

    def greet(self) -> None:
        """Print where everything is and how to stop."""
        url = f"{self._settings.api_url}/graphql"
        self._say(f"Page         {self._settings.api_url}/ in a browser")
        for line in network_lines(self._settings):
            self._say(line)
        self._say(
            f"API          {url} (in a browser GraphiQL; subscriptions: {url.replace('http', 'ws', 1)})"
        )
        self._say(f"Drop folder  {self._settings.drop_dir}")
        self._say("Copy photos or whole card folders into the drop folder. Ctrl-C stops everything.")

    def process_changed(self, name: str, state: str, detail: str) -> None:
        """Print that a process died, and that it is back. Starts and stops in good order are not news."""
        if state == "stopping":
            self._ending = True
        elif state == "waiting":
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
        async with beside(self._follow(settings), self._keep_probing(settings)):
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

    async def _keep_probing(self, settings: Settings) -> None:
        """Notice that the API or PostgreSQL does not answer, once it has answered."""
        answered = False
        while True:
            down = await _down(settings)
            answered = answered or down is None
            if answered and down is not self._down:
                self._down = down
                self._tell_conditions()
            await asyncio.sleep(PROBE_EVERY_S)

    def _take(self, view: StatusView) -> None:
        self._seen |= {own.name for own in view.processes if own.state != "NONE"}
        processes = (own if own.name in self._seen else _being_started(own) for own in view.processes)
        self._newest = replace(view, processes=tuple(processes))
        silent = {own.key for own in view.conditions if own.code is Condition.SILENT}
        self._silent_since_s = {key: since for key, since in self._silent_since_s.items() if key in silent}
        self._tell_conditions()
        for dump in reversed(view.dumps):
            self._announce(dump)

    def _conditions(self) -> tuple[ConditionView, ...]:
        """Return what stands and is news."""
        noticed = [] if self._down is None else [ConditionView.noticed(self._down)]
        told = self._newest.conditions if self._newest else ()
        return (*noticed, *(own for own in told if self._is_news(own)))

    def _is_news(self, own: ConditionView) -> bool:
        """Return whether it is to be told: not that a process does not run before its start, nor silence at once."""
        if own.code is Condition.NOT_RUNNING and own.role is not None:
            return ROLE_NAMES[own.role] in self._seen
        return own.code is not Condition.SILENT or self._lasts(own.key)

    def _lasts(self, key: tuple[str, ...]) -> bool:
        """Return whether a silence lasts; look again when it will."""
        loop = asyncio.get_running_loop()
        if key not in self._silent_since_s:
            self._silent_since_s[key] = loop.time()
            loop.call_later(DOUBT_S, self._tell_conditions)
        return loop.time() - self._silent_since_s[key] >= DOUBT_S

    def _tell_conditions(self) -> None:
        """Redraw the panel; off a terminal, log each condition that began or ended."""
        self._changed.set()
        if self._interactive or self._ending:
            return
        for change in self._watch.take(self._conditions()):
            info = change.view.code.meaning.severity is Severity.INFO
            tell = log.info if info else log.warning
            tell(change.sentence, **change.view.fields, over=change.over)

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
                    live.update(
                        panel(replace(self._newest, conditions=self._conditions()), done=done, total=total)
                    )

    async def _print_lines(self) -> None:
        told = ""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._newest is not None:
                line = self._newest.headline()
                if line != told:
                    self._say(line)
                    told = line
            await asyncio.sleep(LINE_EVERY_S)

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, soft_wrap=True)


def _being_started(own: ProcessView) -> ProcessView:
    """Return what a process is that `thumper up` has started and that has given no sign of life yet."""
    does = Condition.PREPARING_DETECTOR if own.name == "worker" else Condition.STARTING
    return ProcessView(name=own.name, state="ALIVE", words=does.meaning.words, condition=does)


async def _down(settings: Settings) -> Condition | None:
    """Return whether the API or PostgreSQL behind it does not answer."""
    try:
        await ask(settings, PROBE, within_s=PROBE_WITHIN_S)
    except DatabaseDownError:
        return Condition.DATABASE_DOWN
    except ServiceDownError:
        return Condition.API_DOWN
    except ThumperError:  # it did answer
        pass
    return None
