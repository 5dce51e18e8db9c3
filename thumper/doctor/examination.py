"""Runs all checks, one after the other: each returns its verdicts, and an error in one does not end the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from thumper.doctor.check_context import CheckContext, open_context
from thumper.doctor.clock import look_at_clock, look_at_time_zone
from thumper.doctor.detector import look_at_detector
from thumper.doctor.disk import look_at_disks
from thumper.doctor.drop_folder import look_at_drop_folder
from thumper.doctor.installation import look_at_installation
from thumper.doctor.locations import look_at_locations
from thumper.doctor.originals import look_at_library, look_at_originals
from thumper.doctor.processes import look_at_port, look_at_processes
from thumper.doctor.servers import look_at_database, look_at_redis, look_at_schema
from thumper.doctor.sign_in import look_at_sign_in
from thumper.doctor.watching import look_at_watching
from thumper.doctor.work import look_at_files, look_at_jobs
from thumper.domain.check_result import CheckResult, Report
from thumper.settings import Settings


class Need(IntEnum):
    """What a check cannot do without; each includes the ones before it."""

    NOTHING = 0
    DATABASE = 1
    TABLES = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One check. Its verdicts may have other names than the check."""

    name: str
    look: Callable[[CheckContext], Awaitable[list[CheckResult]]]
    need: Need = Need.NOTHING


CHECKS: Final = (
    Check("database", look_at_database),
    Check("schema", look_at_schema, Need.DATABASE),
    Check("redis", look_at_redis),
    Check("disk", look_at_disks),
    Check("clock", look_at_clock),
    Check("time-zone", look_at_time_zone),
    Check("locations", look_at_locations, Need.TABLES),
    Check("drop-folder", look_at_drop_folder),
    Check("watching", look_at_watching),
    Check("originals", look_at_originals, Need.TABLES),
    Check("library", look_at_library, Need.TABLES),
    Check("jobs", look_at_jobs, Need.TABLES),
    Check("files", look_at_files, Need.TABLES),
    Check("processes", look_at_processes, Need.TABLES),
    Check("sign-in", look_at_sign_in, Need.TABLES),
    Check("port", look_at_port),
    Check("installation", look_at_installation),
    Check("detector", look_at_detector),
)


class Listener(Protocol):
    """What is called while the examination goes on."""

    def begin(self, name: str) -> None:
        """Hear which check begins."""

    def count(self, done: int, total: int | None) -> None:
        """Hear how many of how many (None: unknown) things it has looked at."""

    def tell(self, verdict: CheckResult) -> None:
        """Hear a verdict."""


async def examine(settings: Settings, listener: Listener) -> Report:
    """Run every check that can be run, and return the report. Changes nothing."""
    verdicts, not_examined = list[CheckResult](), list[str]()
    listener.begin("servers")
    async with open_context(settings, count=listener.count) as context:
        knows = _knowledge(context)
        for check in CHECKS:
            if check.need > knows:
                not_examined.append(check.name)
                continue
            listener.begin(check.name)
            for verdict in await _look(check, context):
                verdicts.append(verdict)
                listener.tell(verdict)
    return Report(tuple(verdicts), tuple(not_examined))


def _knowledge(context: CheckContext) -> Need:
    if context.gap is None:
        return Need.NOTHING
    return Need.TABLES if context.knows_tables else Need.DATABASE


async def _look(check: Check, context: CheckContext) -> list[CheckResult]:
    try:
        return await check.look(context)
    except Exception as error:  # noqa: BLE001  # a report with a gap beats none
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return [
            CheckResult.fail(
                check.name,
                f"This could not be examined ({reason}).",
                remedy="Ask again; if it stays, mend what the other lines name first, then report this one.",
            )
        ]
