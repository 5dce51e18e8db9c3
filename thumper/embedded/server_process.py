"""One server process of ours: started under a lock, logged to a file, ended by a ladder of signals.

The server inherits the lock of its directory. Before the next one is started, every process of the last
one must be gone, so that two servers never write one directory, whatever was killed in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from thumper.embedded.lock_file import wait_for_lock
from thumper.embedded.log_file import LogFile
from thumper.embedded.parent_death import Account, end_with_parent
from thumper.errors import ServiceDownError

LEFT_OVER_S: Final = 30.0
"""How long a server of an earlier run may take to end; a fast shutdown has to write a checkpoint."""
ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""Servers read nothing of the user's environment, so that they behave the same for everybody."""

Ladder = Sequence[tuple[signal.Signals, float]]
"""Signals to end a process with, each with the seconds it is given."""


class ServerProcess:
    """The process of one server, and the lock and the log that belong to it."""

    def __init__(self, title: str, *, lock_path: Path, log_path: Path) -> None:
        self.title = title
        self.log = LogFile(log_path)
        self._lock_path = lock_path
        self._lock: int | None = None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the living server."""
        return self._process.pid if self._process is not None and self.is_alive() else None

    def is_alive(self) -> bool:
        """Return whether the process was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def claim(self) -> None:
        """Take the lock, waiting for a server of an earlier run to end.

        Raises `ServiceDownError` if it does not end within `LEFT_OVER_S`.
        """
        if self._lock is None:
            self._lock = await wait_for_lock(self._lock_path, timeout_s=LEFT_OVER_S)
        if self._lock is None:
            raise ServiceDownError(
                f"a {self.title} of an earlier run still holds {self._lock_path} after {LEFT_OVER_S:.0f} s: end "
                f"it (fuser {self._lock_path} names its processes) and start again"
            )

    def release(self) -> None:
        """Release our side of the lock; a running server keeps its own."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def spawn(
        self, argv: Sequence[str], *, death_signal: signal.Signals, account: Account | None = None
    ) -> None:
        """Start the server under the lock that `claim` took.

        Raises `ServiceDownError` if the program cannot be run.
        """
        if self._lock is None:
            raise RuntimeError(f"{self.title}: claim() comes before spawn()")
        output = self.log.open()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *end_with_parent(argv, death_signal=death_signal, account=account),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                pass_fds=(self._lock,),
            )
        except OSError as error:
            raise ServiceDownError(f"{self.title} cannot be started: {error}") from error
        finally:
            os.close(output)
            self.release()

    async def wait_dead(self) -> int:
        """Wait for the end of the process; return its return code, 0 when none was started."""
        return 0 if self._process is None else await self._process.wait()

    async def stop(self, ladder: Ladder) -> None:
        """End the process with one signal after the other; at the end, or when cancelled, with SIGKILL."""
        self.release()
        if self._process is None:
            return
        try:
            for number, patience_s in ladder:
                if not self.is_alive():
                    break
                self._send(number)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), patience_s)
        finally:
            if self.is_alive():
                self._send(signal.SIGKILL)
        await self._process.wait()

    def complaint(self, what: str) -> ServiceDownError:
        """Return the error that says what happened, with the log file and its last lines."""
        lines = "".join(f"\n  {line}" for line in self.log.last_lines(6))
        return ServiceDownError(
            f"{self.title} {what}. Its log {self.log.path} ends with:{lines or ' (nothing)'}"
        )

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
