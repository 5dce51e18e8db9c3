"""`thumper serve`: runs the HTTP side until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import threading
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.applications import Starlette

from thumper.background import cancel
from thumper.domain.progress import ProcessRole
from thumper.errors import ThumperError
from thumper.settings import Settings
from thumper.store.postgres.outage import WAIT_S, wait_for_database
from thumper.store.status.processes import Life
from thumper.web.app import create_app
from thumper.web.connection import IDLE_S, UNREAD_S, HttpConnection, WebSocketConnection
from thumper.web.live_sockets import allow_open_files
from thumper.web.port import bound_sockets, refuse_taken_port
from thumper.web.transport import MOST_QUERY_BYTES

_STOP_WITHIN_S: Final = 5
"""How long open requests and subscriptions may take to end."""
_OBJECTS_BETWEEN_COLLECTIONS: Final = 20_000
"""Some MB, whatever a request leaves behind."""
_LOOK_S: Final = 0.1
"""How often is looked whether it was told to stop while it waits for PostgreSQL; uvicorn looks as often."""


def main(settings: Settings, *, restarts: int = 0, last_exit: str = "") -> int:
    """Serve until SIGTERM or SIGINT; return the exit code.

    Raises `ServiceDownError` when PostgreSQL does not answer or the port cannot be had now, `SettingError` when this
    user may not have the port.
    """
    allow_open_files(settings.max_sockets)
    app = create_app(settings, life=Life(role=ProcessRole.SERVE, restarts=restarts, last_exit=last_exit))
    server = uvicorn.Server(server_config(app, settings))
    with _stopped_by_signals(server), _quiet_about(app):
        try:
            asyncio.run(_serve(server, settings))
        except SystemExit:  # uvicorn's way to say that it could not start
            _explain(getattr(app.state, "failure", None))
            raise
    if not server.started:
        _explain(getattr(app.state, "failure", None))
    return 0


async def _serve(server: uvicorn.Server, settings: Settings) -> None:
    """Serve as soon as PostgreSQL answers, unless told to stop before."""
    waiting = asyncio.create_task(wait_for_database(settings.postgres_url, timeout_s=WAIT_S))
    while not (waiting.done() or server.should_exit):
        await asyncio.wait({waiting}, timeout=_LOOK_S)
    if server.should_exit:
        await cancel(waiting)
        return
    waiting.result()
    with contextlib.ExitStack() as listening:
        sockets = [listening.enter_context(each) for each in bound_sockets(settings)]
        _collect_garbage_less_often()
        try:
            await server.serve(sockets=sockets)
        except OSError:
            refuse_taken_port(settings)  # by a program that was faster to listen
            raise


def _collect_garbage_less_often() -> None:
    """Look for garbage once in some pages, and not among what stays for ever.

    A page makes and drops thousands of objects, hardly any in a cycle. Python would go through the youngest of them
    every 700, and now and then through the whole schema.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])


def server_config(app: object, settings: Settings) -> uvicorn.Config:
    """Return uvicorn's configuration; logging is ours."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # any ASGI app
        host=settings.host,
        port=settings.port,
        http=HttpConnection,
        timeout_keep_alive=IDLE_S,
        ws=WebSocketConnection,
        ws_max_size=MOST_QUERY_BYTES,
        ws_ping_timeout=UNREAD_S,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # forwarding.py reads them
        timeout_graceful_shutdown=_STOP_WITHIN_S,
    )


@contextlib.contextmanager
def _quiet_about(app: Starlette) -> Iterator[None]:
    """Keep uvicorn from logging the traceback of a refusal that is said in a sentence afterwards."""

    def is_unexpected(_: logging.LogRecord) -> bool:
        return not isinstance(getattr(app.state, "failure", None), ThumperError)

    log = logging.getLogger("uvicorn.error")
    log.addFilter(is_unexpected)
    try:
        yield
    finally:
        log.removeFilter(is_unexpected)


@contextlib.contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Make SIGTERM and SIGINT a clean stop: uvicorn raises them again when it has stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _explain(failure: BaseException | None) -> None:
    """Raise why the server did not start; return when it was stopped before it could."""
    if failure is not None and not isinstance(failure, asyncio.CancelledError):
        raise failure
