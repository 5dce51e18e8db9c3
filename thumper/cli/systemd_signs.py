"""What `thumper up` tells systemd while it runs as a service: when it is ready, that it lives, how it is.

It is ready when the API answers and the watcher watches, also a folder that is offline: a disk that comes late is no
reason to start again. It asks the public API, as any client would, and says nothing when systemd did not start it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from thumper.background import beside
from thumper.cli.client import ask
from thumper.cli.status_view import QUERY, StatusView
from thumper.errors import ThumperError
from thumper.settings import ServiceManager, Settings
from thumper.systemd.notification import Notification
from thumper.systemd.room_presence import RoomPresence

LOOK_S: Final = 0.5
"""Pause before the API is asked again whether everything runs."""
STATUS_EVERY_S: Final = 15.0
SIGNS: Final = 4
"""Signs of life in the time that the watchdog waits for one."""
PATIENCE_S: Final = 60.0
"""How much longer systemd is asked to wait, with each look, for a start that gets on."""

_WATCHES: Final = "{ status { watcher { state message } sources { watchMode } } }"
_ALIVE: Final = frozenset({"ALIVE", "BUSY"})


class SystemdSigns:
    """Talks to the service manager that started this process; to none when none did."""

    def __init__(self, settings: Settings, manager: ServiceManager, *, rooms: Sequence[str]) -> None:
        self._settings = settings
        self._manager = manager
        self._presence = RoomPresence(rooms)
        self._notification = Notification(manager.socket)

    def process_changed(self, name: str, state: str, _detail: str) -> None:
        """Take note of what happens to a room."""
        if state in {"running", "waiting"}:
            now_s = asyncio.get_running_loop().time()
            self._presence.note(name, runs=state == "running", now_s=now_s)

    @contextlib.asynccontextmanager
    async def given(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Report for as long as the context lasts; from `stop` on, that it ends."""
        if self._manager.socket is None:
            yield
            return
        async with beside(self._tell(), self._live(), self._tell_end(stop)):
            try:
                yield
            except ThumperError as error:
                self._notification.status(str(error))
                raise
            finally:
                self._notification.stopping()

    async def _tell(self) -> None:
        """Report when all of it runs, and from then on how it is."""
        self._notification.status("Starting")
        while not await self._is_ready():
            if self._lives():
                self._notification.extend(PATIENCE_S)
            await asyncio.sleep(LOOK_S)
        self._notification.ready()
        while True:
            self._notification.status(await self._words())
            await asyncio.sleep(STATUS_EVERY_S)

    async def _is_ready(self) -> bool:
        """Return whether the API answers and the watcher watches; before our API runs another may have its port."""
        if not self._presence.have_all_started:
            return False
        status = (await self._ask(_WATCHES)).get("status")
        if status is None:
            return False
        watched = any(source["watchMode"] is not None for source in status["sources"])
        return watched and status["watcher"]["state"] in _ALIVE

    async def _words(self) -> str:
        status = (await self._ask(QUERY)).get("status")
        if status is None:
            return "The API does not answer"
        view = StatusView.read(status)
        return " · ".join([*(condition.message for condition in view.conditions), view.headline()])

    async def _ask(self, query: str) -> dict[str, Any]:
        try:
            return await ask(self._settings, query)
        except ThumperError:
            return {}

    async def _live(self) -> None:
        """Send signs of life while this loop turns and the rooms are there."""
        if self._manager.watchdog_s is None:
            return
        while True:
            if self._lives():
                self._notification.alive()
            await asyncio.sleep(self._manager.watchdog_s / SIGNS)

    def _lives(self) -> bool:
        return self._presence.are_all_alive(asyncio.get_running_loop().time())

    async def _tell_end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._notification.stopping()
        self._notification.status("Stopping")
