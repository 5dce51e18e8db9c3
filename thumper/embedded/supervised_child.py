"""One process that is started again and again until it is told to end.

It lives in a session of its own, so that Ctrl-C at the terminal reaches only the supervisor, and ends with its parent,
so that it ends when the supervisor is killed. What it leaves behind in its process group is killed before
the next start: a forgotten decoder or model must not hold memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import structlog

from thumper.domain.condition import MORE_MEMORY
from thumper.embedded.log_file import LogFile
from thumper.embedded.memory_kills import memory_kills, ran_out_of_memory
from thumper.embedded.parent_death import end_with_parent

log = structlog.get_logger(__name__)

EX_CONFIG: Final = 78
"""sysexits.h: something is configured wrongly. Starting again would not help."""
EX_SOFTWARE: Final = 70
"""sysexits.h: what a worker ends with whose device failed."""
OUT_OF_MEMORY: Final = "memory ran out"
MAX_REASON_CHARS: Final = 300
STDERR: Final = 2

ChildState = Literal["running", "waiting", "stopping", "stopped"]
"""`waiting` is dead and to be started again after a pause."""
OnChange = Callable[[str, ChildState, str], None]
"""Called with the child's name, its new state and a detail for people (may be empty)."""


@dataclass(frozen=True, slots=True)
class Child:
    """What to run: `argv` must accept `--restarts N --last-exit TEXT`, which are added from the second start on.

    One that is `hungry` must accept `--memory-kills N` as well: how often in a row it ended because memory ran out.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    hungry: bool = False


@dataclass(frozen=True, slots=True)
class ChildFailure:
    """Why a child must not be started again. `text` is the last line that it wrote to its standard error."""

    name: str
    exit_code: int
    text: str


@dataclass(frozen=True, slots=True)
class Patience:
    """Back-off from `first_s`, doubling up to `longest_s`, forgotten after `good_life_s`; `grace_s` between
    SIGTERM and SIGKILL.

    The longest pause is `device_s` after the device failed, which takes a while to repair. It is not that long after
    other deaths, since all photos wait while one that kills the worker is found.
    """

    first_s: float = 1.0
    longest_s: float = 10.0
    device_s: float = 60.0
    good_life_s: float = 60.0
    grace_s: float = 8.0


class SupervisedChild:
    """Keeps one `Child` running. `live` and then `end`, each once."""

    def __init__(
        self, child: Child, *, log_dir: Path | None, patience: Patience, on_change: OnChange
    ) -> None:
        self.child = child
        self.log = None if log_dir is None else LogFile(log_dir / f"{child.name}.log")
        self._patience = patience
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._restarts = self._memory_kills = 0
        self._last_exit = ""

    async def live(self) -> ChildFailure:
        """Start the child whenever it is dead; return only if it says that its settings are wrong.

        A child that ran well with these settings before is started again all the same: something that passes, such as
        a full disk, may have stopped it. Cancelling leaves the process as it is: call `end` next.
        """
        clock = asyncio.get_running_loop().time
        pause_s = self._patience.first_s
        did_well = False
        while True:
            began, kills = clock(), memory_kills()
            code = await self._run_once()
            if clock() - began >= self._patience.good_life_s:
                did_well = True
                pause_s = self._patience.first_s
                self._memory_kills = 0
            if ran_out_of_memory(code, kills=memory_kills() - kills, last_words=self._last_words()):
                self._memory_kills += 1
                self._last_exit = OUT_OF_MEMORY
            if code == EX_CONFIG and not did_well:
                return ChildFailure(self.child.name, code, self._last_words() or "its settings are wrong")
            self._restarts += 1
            longest_s = self._patience.device_s if code == EX_SOFTWARE else self._patience.longest_s
            pause_s = min(pause_s, longest_s)
            log.warning("child_died", child=self.child.name, reason=self._last_exit, restart_in_s=pause_s)
            remedy = f". {MORE_MEMORY}" if self._last_exit == OUT_OF_MEMORY else ""
            self._tell("waiting", f"{self._last_exit}; starts again in {pause_s:g} s{remedy}")
            await asyncio.sleep(pause_s)
            pause_s *= 2

    async def end(self) -> None:
        """SIGTERM, then SIGKILL for what does not end within `grace_s`; afterwards nothing of it is left."""
        process = self._process
        if process is not None and process.returncode is None:
            self._tell("stopping", "")
            try:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), self._patience.grace_s)
            finally:
                self._kill_group()
            await process.wait()
        self._kill_group()
        self._tell("stopped", "")

    async def _run_once(self) -> int:
        """Run the child to its end and give its exit code, negative for a signal, 127 if it cannot be run."""
        argv = list(self.child.argv)
        if self._restarts:
            argv += ["--restarts", str(self._restarts), "--last-exit", self._last_exit]
        if self.child.hungry and self._memory_kills:
            argv += ["--memory-kills", str(self._memory_kills)]
        output = self._open_log()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *end_with_parent(argv, death_signal=signal.SIGTERM),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=STDERR if output is None else output,
                stderr=output,
                env=dict(self.child.env),
                start_new_session=True,
            )
        except OSError as error:
            self._last_exit = f"cannot be run: {error}"
            return 127
        finally:
            if output is not None:
                os.close(output)
        self._tell("running", f"process {self._process.pid}")
        code = await self._process.wait()
        self._kill_group()
        self._process = None  # its process id may soon be somebody else's
        self._last_exit = self._describe(code)
        return code

    def _open_log(self) -> int | None:
        """Open the child's log; where that cannot be, as on a full disk, it speaks to standard error."""
        try:
            return self.log.open() if self.log is not None else None
        except OSError as error:
            log.warning("the log cannot be written", child=self.child.name, error=str(error))
            return None

    def _describe(self, code: int) -> str:
        if code < 0:
            try:
                how = f"killed by {signal.Signals(-code).name}"
            except ValueError:
                how = f"killed by signal {-code}"
            return how  # its last line has nothing to do with it
        how = f"exit code {code}"
        words = self._last_words()
        return (f"{how}: {words}" if words else how)[:MAX_REASON_CHARS]

    def _last_words(self) -> str:
        """Return the last line of the child's log; empty when it writes to our standard error."""
        return "".join(self.log.last_lines(1)) if self.log is not None else ""

    def _kill_group(self) -> None:
        """Kill every process of the child's session group that is left."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _tell(self, state: ChildState, detail: str) -> None:
        self._on_change(self.child.name, state, detail)
