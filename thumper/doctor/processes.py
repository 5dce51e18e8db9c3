"""The three processes of a running Thumper, and the port that the API needs."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import socket
from typing import Final

from thumper.doctor.patient import Patient
from thumper.doctor.verdict import Verdict
from thumper.domain.progress import ProcessRole
from thumper.settings import Settings
from thumper.store.status.status import Liveness, Vitals, read_standing

ANSWER_S: Final = 3.0
"""How long whoever has the port may take to say who it is."""

OFTEN: Final = 3
"""A process that had to be started again this often does not die by accident."""

_ROLES: Final = {
    ProcessRole.SERVE: ("api", "API", "serve"),
    ProcessRole.WATCH: ("watcher", "watcher", "watch"),
    ProcessRole.WORK: ("worker", "worker", "work"),
}
"""The check, the word and the log of each process."""


async def look_at_processes(patient: Patient) -> list[Verdict]:
    """Say of API, watcher and worker whether each gives signs of life, and what it complains about."""
    standing = await read_standing()
    return [_judge(standing.of(role), patient.settings) for role in _ROLES]


def _judge(vitals: Vitals, settings: Settings) -> Verdict:
    check, word, name = _ROLES[vitals.role]
    log = settings.log_dir / f"{name}.log"
    if vitals.liveness is Liveness.NONE:
        return Verdict.warn(check, f"No {word} runs.", remedy="Run `thumper up`.")
    who = f"The {word} (process {vitals.pid} on {vitals.host})"
    if vitals.liveness is Liveness.DOWN:
        return Verdict.warn(
            check,
            " ".join([f"{who} has been silent for {vitals.heartbeat_age_s:.0f} s.", vitals.message]).strip(),
            remedy=f"Run `thumper up`; {log} says how it ended.",
        )
    if vitals.message:
        return Verdict.warn(check, f"{who} says: {vitals.message}", remedy=f"Do what it says, or read {log}.")
    if vitals.restarts >= OFTEN:
        return Verdict.warn(
            check,
            f"{who} was started again {vitals.restarts} times; the last time it ended with: {vitals.last_exit}.",
            remedy=f"Read {log}.",
        )
    return Verdict.ok(check, f"{who} is {vitals.liveness.value}.")


async def look_at_port(patient: Patient) -> list[Verdict]:
    """Say whether the API's port is free, or already the API's own."""
    settings = patient.settings
    where = f"Port {settings.port} of {settings.host}"
    try:
        bind(settings)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return [
                Verdict.fail(
                    "port", f"{where} cannot be used ({error.strerror or error}).", remedy="Set THUMPER_PORT."
                )
            ]
    else:
        return [Verdict.ok("port", f"{where} is free for the API.")]
    who = "another program"
    if await asyncio.to_thread(is_thumper, settings):
        if not patient.knows_tables or await _api_lives():
            return [Verdict.ok("port", f"{where} is answered by Thumper.")]
        who = "a Thumper of another home"
    return [
        Verdict.fail(
            "port",
            f"{where} is taken by {who}, so the API cannot start.",
            remedy="Stop that one, or set THUMPER_PORT to a free port, such as 8481.",
        )
    ]


async def _api_lives() -> bool:
    return (await read_standing()).of(ProcessRole.SERVE).lives


def bind(settings: Settings) -> None:
    """Take the port for a moment, as the API would. Raises `OSError` when that is not possible."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    socket.create_server((settings.host, settings.port), family=family).close()


def is_thumper(settings: Settings) -> bool:
    """Say whether whoever has the port answers as Thumper's health check does."""
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/health/ready")
        answer = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    checks = answer.get("checks") if isinstance(answer, dict) else None
    return isinstance(checks, list) and "schema" in {check.get("name") for check in checks}
