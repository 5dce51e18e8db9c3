"""Command lines whose process ends with its parent, even when the parent is killed with SIGKILL.

Linux can promise a process a signal at its parent's death, but only the process itself can ask for it.
`setpriv` of util-linux, which every distribution counts among its essential packages, asks on its behalf
and then becomes the program, so that process id and file descriptors stay the same. The promise is bound
to the parent's thread: start such processes from the thread that lives as long as they should.
Refuses to run Python between fork and exec, which can deadlock in a process with threads.
"""

from __future__ import annotations

import functools
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from thumper.errors import ServiceDownError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a child runs as, with the one capability that it keeps, if it needs one."""

    uid: int
    gid: int
    capability: str | None = None


def end_with_parent(
    argv: Sequence[str], *, death_signal: signal.Signals, account: Account | None = None
) -> list[str]:
    """Return `argv` extended so that its process gets `death_signal` when the parent dies.

    With `account` it also changes to that user, who keeps nothing of root but the named capability.
    Raises `ServiceDownError` if an account is asked for and `setpriv` is missing; without an account the
    child is then started without it, which the log says.
    """
    program = _setpriv()
    if program is None:
        if account is not None:
            raise ServiceDownError(
                "as root, PostgreSQL has to run as another user, which needs the program setpriv: install "
                "util-linux, or start Thumper as a plain user, or set THUMPER_DATABASE_URL"
            )
        return list(argv)
    switches = [f"--pdeathsig={death_signal.name.removeprefix('SIG')}"]
    if account is not None:
        switches += [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
        if account.capability is not None:
            kept = f"-all,+{account.capability}"
            # Without no_setuid_fixup access(2), which PostgreSQL asks about its own files, ignores capabilities.
            switches += ["--securebits=+no_setuid_fixup", f"--inh-caps={kept}", f"--ambient-caps={kept}"]
    return [program, *switches, "--", *argv]


@functools.cache
def _setpriv() -> str | None:
    """Return the path of a `setpriv` that knows --pdeathsig (that of busybox does not)."""
    program = shutil.which("setpriv") or shutil.which("setpriv", path="/usr/bin:/bin:/usr/sbin:/sbin")
    if program is not None:
        question = [program, "--pdeathsig=TERM", "--", program, "--version"]
        trial = subprocess.run(question, check=False, capture_output=True)
        if trial.returncode == 0:
            return program
    log.warning("no_setpriv", effect="children outlive a Thumper that is killed", remedy="install util-linux")
    return None
