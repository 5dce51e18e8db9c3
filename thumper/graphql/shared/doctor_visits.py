"""What `thumper doctor` says, asked by the API: one examination at a time, shared by all requests meanwhile.

It runs as a program of its own. It loads the detector's model, which the API has no room for, and opens the database
as the only one of its process; what goes wrong in it, or hangs, is none of the API's.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from thumper.background import cancel
from thumper.domain.check_result import CheckResult, Report
from thumper.settings import Settings

COMMAND: Final = (sys.executable, "-P", "-m", "thumper", "doctor", "--json")
"""`-P`: this program, not another checkout of it in which it may have been started."""
PATIENCE_S: Final = 5.0
"""How long a request waits for an examination; most are done by then on a machine that does nothing else."""
LONGEST_S: Final = 600.0
"""After which an examination is given up: a folder that hangs would hold it for ever."""
REUSED_S: Final = 10.0
"""Age up to which a report that was answered is answered again."""
UNHEARD_S: Final = 600.0
"""Age up to which a report that came too late for its requests is kept for the next one."""
_LAST_CHARACTERS: Final = 500
"""Of what the program wrote before it failed."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A report and when it was made; None of both while the examination goes on."""

    report: Report | None = None
    examined_at: dt.datetime | None = None


class DoctorVisits:
    """The examinations of one process, one at a time."""

    def __init__(self, settings: Settings, *, command: Sequence[str] = COMMAND) -> None:
        self._settings = settings
        self._command = command
        self._visit: asyncio.Task[Examined] | None = None
        self._answered = False

    async def ask(self) -> Examined:
        """Return the report; one without it when the examination takes longer than `PATIENCE_S`: ask again."""
        if self._visit is None or self._is_old(self._visit):
            self._visit, self._answered = asyncio.create_task(self._examine()), False
        await asyncio.wait({self._visit}, timeout=PATIENCE_S)
        if not self._visit.done():
            return Examined()
        self._answered = True
        return self._visit.result()

    async def close(self) -> None:
        """End the examination that still goes on."""
        if self._visit is not None and not self._visit.done():
            await cancel(self._visit)

    def _is_old(self, visit: asyncio.Task[Examined]) -> bool:
        if not visit.done():
            return False
        examined_at = None if visit.cancelled() else visit.result().examined_at
        age = dt.timedelta.max if examined_at is None else dt.datetime.now(dt.UTC) - examined_at
        return age > dt.timedelta(seconds=REUSED_S if self._answered else UNHEARD_S)

    async def _examine(self) -> Examined:
        try:
            async with asyncio.timeout(LONGEST_S):
                report = await self._run()
        except (OSError, ValueError, KeyError, TypeError) as error:  # TimeoutError is an OSError
            report = Report((_failed(str(error) or type(error).__name__),))
        return Examined(report, dt.datetime.now(dt.UTC))

    async def _run(self) -> Report:
        """Run the program to its end, which is its own when this process is stopped."""
        program = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._settings.as_environment(),
        )
        try:
            told, complaints = await program.communicate()
        finally:
            if program.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    program.kill()
                await program.wait()
        if not told.strip():
            raise ValueError(complaints.decode(errors="replace").strip()[-_LAST_CHARACTERS:])
        return Report.from_json(json.loads(told))


def _failed(why: str) -> CheckResult:
    return CheckResult.fail(
        "doctor",
        f"The doctor could not be asked ({why}).",
        remedy="Ask on the machine itself: thumper doctor.",
    )
