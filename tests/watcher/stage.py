"""A mount namespace in which a test can mount and unmount file systems, and run a watcher.

User namespaces make that possible without root, and nothing outside changes. The machine must allow them:
`unshare --user --map-root-user --mount true` succeeds where it does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Final

from tests.patience import PATIENCE_S
from thumper.settings import Settings

_DONE: Final = "-- done:"

WATCHER: Final = """
import sys
from thumper.watcher import daemon
daemon._MOST_REST_S = 0.5  # mounts are looked at as often
{before}
from thumper.settings import Settings
from thumper.watcher.main import main
sys.exit(main(Settings.from_env()))
"""


class Stage:
    """A shell in namespaces of its own."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "watch.log"
        self._shell: asyncio.subprocess.Process | None = None
        self.watcher_pid = 0

    async def open(self) -> None:
        self._shell = await asyncio.create_subprocess_exec(
            *("unshare", "--user", "--mount", "--propagation", "private", "bash"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
        )
        await self.run(":")  # wait until the shell runs
        _map_users(self._shell.pid)
        assert self._shell.stdin is not None
        self._shell.stdin.write(b"exec bash\n")  # a program may mount if it was started by root

    async def run(self, script: str) -> str:
        """Run a script in the stage; return what it printed. Fails when one of its commands does."""
        shell = self._shell
        assert shell is not None
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdin.write(f"( set -e; {script}\n)\necho '{_DONE}' $?\n".encode())
        told: list[str] = []
        async with asyncio.timeout(PATIENCE_S):
            while True:
                line = (await shell.stdout.readline()).decode()
                assert line, f"this machine allows no namespaces, which the test needs: {''.join(told)}"
                if line.startswith(_DONE):
                    assert line.split()[-1] == "0", f"{script}\n{''.join(told)}"
                    return "".join(told)
                told.append(line)

    async def watch(self, settings: Settings, *, before: str = "") -> None:
        """Start a watcher in the stage; `before` is Python code that its process runs first."""
        words = [f"{name}={value}" for name, value in settings.as_environment().items()]
        program = WATCHER.format(before=before)
        command = shlex.join(["env", "-i", *words, sys.executable, "-c", program])
        self.watcher_pid = int(
            await self.run(f"{command} </dev/null >>{shlex.quote(str(self.log))} 2>&1 & echo $!")
        )

    async def end_watcher(self) -> None:
        """Stop the watcher with SIGTERM and wait for its end."""
        pid, self.watcher_pid = self.watcher_pid, 0
        if pid:
            await self.run(f"kill {pid}; while kill -0 {pid}; do sleep 0.05; done 2>/dev/null")

    async def close(self) -> None:
        """End the watcher and the stage with all its mounts."""
        shell = self._shell
        if shell is None:
            return
        with contextlib.suppress(AssertionError):
            await self.end_watcher()
        assert shell.stdin is not None
        shell.stdin.close()
        await asyncio.wait_for(shell.wait(), PATIENCE_S)


def _map_users(pid: int) -> None:
    """Map the stage's user to root; if it is root outside, map all users, for PostgreSQL's socket has another owner."""
    proc = Path("/proc") / str(pid)
    if os.geteuid() == 0:
        for kind in ("uid_map", "gid_map"):
            own = [line.split() for line in (Path("/proc/self") / kind).read_text().splitlines()]
            (proc / kind).write_text("".join(f"{first} {first} {count}\n" for first, _, count in own))
    else:
        (proc / "setgroups").write_text("deny")
        (proc / "uid_map").write_text(f"0 {os.geteuid()} 1")
        (proc / "gid_map").write_text(f"0 {os.getegid()} 1")
