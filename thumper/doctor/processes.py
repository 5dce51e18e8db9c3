"""The three processes of a running Thumper, and the port that the API needs."""

from __future__ import annotations

import asyncio
import errno
import http.client
from http import HTTPStatus
from typing import Final

from thumper.doctor.check_context import CheckContext
from thumper.domain.check_result import CheckResult
from thumper.domain.progress import ProcessRole
from thumper.settings import Settings
from thumper.store.status.system_status import Liveness, ProcessStatus, read_status
from thumper.web.port import bind

ANSWER_S: Final = 3.0
"""How long the program that has the port may take to answer."""

_REALM: Final = 'Bearer realm="Thumper"'
"""What Thumper answers who has not signed in."""

OFTEN: Final = 3
"""A process that had to be started again this often does not die by accident."""

_ROLES: Final = {
    ProcessRole.SERVE: ("api", "API", "serve"),
    ProcessRole.WATCH: ("watcher", "watcher", "watch"),
    ProcessRole.WORK: ("worker", "worker", "work"),
}
"""The check, the word and the log of each process."""


async def look_at_processes(context: CheckContext) -> list[CheckResult]:
    """Check of API, watcher and worker whether each gives signs of life, and what it complains about."""
    status = await read_status()
    return [_judge(status.of(role), context.settings) for role in _ROLES]


def _judge(process: ProcessStatus, settings: Settings) -> CheckResult:
    check, word, name = _ROLES[process.role]
    log = settings.log_dir / f"{name}.log"
    if process.liveness is Liveness.NONE:
        return CheckResult.warn(check, f"No {word} runs.", remedy="Run `thumper up`.")
    who = f"The {word} (process {process.pid} on {process.host})"
    if process.liveness is Liveness.DOWN:
        return CheckResult.warn(
            check,
            " ".join(
                [f"{who} has been silent for {process.heartbeat_age_s:.0f} s.", process.message]
            ).strip(),
            remedy=f"Run `thumper up`; {log} says how it ended.",
        )
    if process.message:
        return CheckResult.warn(
            check, f"{who} says: {process.message}", remedy=f"Do what it says, or read {log}."
        )
    if process.restarts >= OFTEN:
        return CheckResult.warn(
            check,
            f"{who} was started again {process.restarts} times; the last time it ended with: {process.last_exit}.",
            remedy=f"Read {log}.",
        )
    return CheckResult.ok(check, f"{who} is {process.liveness.value}.")


async def look_at_port(context: CheckContext) -> list[CheckResult]:
    """Return whether the API's port is free, or already the API's own."""
    settings = context.settings
    where = f"Port {settings.port} of {settings.host}"
    try:
        bind(settings)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return [
                CheckResult.fail(
                    "port", f"{where} cannot be used ({error.strerror or error}).", remedy="Set THUMPER_PORT."
                )
            ]
    else:
        return [CheckResult.ok("port", f"{where} is free for the API.")]
    who = "another program"
    if await asyncio.to_thread(is_thumper, settings):
        if not context.knows_tables or await _api_lives():
            return [CheckResult.ok("port", f"{where} is answered by Thumper.")]
        who = "a Thumper of another home"
    return [
        CheckResult.fail(
            "port",
            f"{where} is taken by {who}, so the API cannot start.",
            remedy="Stop that one, or set THUMPER_PORT to a free port, such as 8481.",
        )
    ]


async def _api_lives() -> bool:
    return (await read_status()).of(ProcessRole.SERVE).lives


def is_thumper(settings: Settings) -> bool:
    """Return whether the program that has the port asks for a sign-in as Thumper does."""
    connection = http.client.HTTPConnection(settings.own_host, settings.port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return response.status == HTTPStatus.UNAUTHORIZED and response.headers["www-authenticate"] == _REALM
