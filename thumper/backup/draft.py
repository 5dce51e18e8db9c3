"""The folder in which a backup is written before it has its name: what has the name is whole.

A killed backup leaves `NAME.unfinished`, which cannot be taken for a backup, and the next one to that name removes it.
Refuses to write over anything.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from thumper.backup.manifest import FILE
from thumper.backup.stage import Steps
from thumper.errors import BackupError, BusyError, RefusedError, UsageError

SUFFIX: Final = ".unfinished"
MARK: Final = "this-backup-is-not-finished"
"""First file of a draft and the last one to go."""

_TELLING: Final = (MARK, FILE)
"""Either of them shows that a folder is what a backup left: the mark is removed just before the draft gets its name."""

_REMEDIES: Final = {
    errno.ENOSPC: "Free space there, or name a folder on another disk.",
    errno.EDQUOT: "Free space there, or name a folder on another disk.",
    errno.EFBIG: "Its file system takes no file of that size (FAT: 4 GB): name a folder on another one.",
    errno.EACCES: "Correct its rights, or name another folder.",
    errno.EPERM: "Correct its rights, or name another folder.",
    errno.EROFS: "It is mounted read-only: name another folder.",
    errno.ENAMETOOLONG: "Name a folder with a shorter name.",
}


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what a full or closed disk raises into `BackupError` with what to do."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "Check that disk, or name another folder.")
        raise BackupError(f"{place} cannot be written: {error.strerror or error}. {remedy}") from error


def refuse_taken(folder: Path) -> None:
    """Raise unless a backup can get this name: nothing is there, or an empty folder."""
    with writing(folder):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(f"{folder} is no folder. Name a new folder, such as {folder}-backup.")
        if not folder.exists():
            return
        if folder.is_mount():
            raise UsageError(
                f"{folder} is a disk of its own. Name a new folder on it, such as {folder / 'thumper'}."
            )
        if any(folder.iterdir()):
            raise RefusedError(
                f"{folder} is there already, and backups write over nothing. Name a new folder, for example with "
                "the date in its name."
            )


class Draft:
    """A backup that is being written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """What it will be called."""
        self.path = folder.with_name(folder.name + SUFFIX)
        self._lock: int | None = None

    def begin(self) -> None:
        """Make the folder, and remove what a killed backup left there. Raises `RefusedError`, `BusyError`."""
        with writing(self.folder.parent):
            if not self.folder.parent.is_dir():
                raise UsageError(
                    f"There is no folder {self.folder.parent}. Is its disk mounted? Make it if it should be new."
                )
            if self.path.exists():
                self._clear()
            self.path.mkdir(mode=0o700)
            (self.path / MARK).write_text("Deleting this folder is safe once no `thumper backup` runs.\n")
            self._take_lock()

    def finish(self) -> Steps[None]:
        """Bring everything to the disk and give it its name."""
        with writing(self.folder):
            for parent, _, names in os.walk(self.path, topdown=False):
                for name in names:
                    _sync(Path(parent, name))
                    yield
                _sync(Path(parent))
            (self.path / MARK).unlink()
            _sync(self.path)
            self.let_go()  # a share refuses to rename a folder that somebody has open
            refuse_taken(self.folder)
            self.path.rename(self.folder)
            _sync(self.folder.parent)

    def let_go(self) -> None:
        """Free the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _clear(self) -> None:
        """Remove what a killed backup left; refuse what is somebody else's."""
        is_ours = any((self.path / name).is_file() for name in _TELLING)
        if not is_ours and any(self.path.iterdir()):
            raise RefusedError(f"{self.path} is in the way, and no backup of Thumper left it. Move it away.")
        self._take_lock()
        _remove(self.path)
        self.let_go()

    def _take_lock(self) -> None:
        """Lock the folder for as long as it is written; a file system without locks does without."""
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.let_go()
            raise BusyError(
                f"Another backup writes {self.path} now. Wait for it, or name another folder."
            ) from None
        except OSError:
            self.let_go()


@contextlib.contextmanager
def draft_of(folder: Path) -> Iterator[Draft]:
    """Provide the draft of a backup; what it holds at an error or interrupt is removed.

    Raises what `refuse_taken` raises, and `BusyError` when another backup writes it.
    """
    refuse_taken(folder)
    draft = Draft(folder)
    try:
        draft.begin()
        try:
            yield draft
        except BaseException:
            with contextlib.suppress(OSError):  # the next backup to that name removes the rest
                _remove(draft.path)
            raise
    finally:
        draft.let_go()


def _remove(folder: Path) -> None:
    """Remove a draft. What says that it is one goes last: killed in between, it leaves what the next backup knows."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name in _TELLING):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    folder.rmdir()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # a file system that cannot sync a folder
            raise
    finally:
        os.close(descriptor)
