"""Whether this user can work in the home, and on what, found out before anything starts; the message names the home."""

from __future__ import annotations

import errno
import os
from typing import Final

from thumper.errors import NotFoundError, SettingError
from thumper.settings import Settings
from thumper.store.disk.disk_space import existing

CLOSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST})
"""What the kernel answers where a folder cannot be made or used: no right, read-only, no folder."""


def unusable(settings: Settings, why: object) -> SettingError:
    """Return the error of a home that cannot be used."""
    return SettingError(
        f"THUMPER_HOME: {settings.home} cannot be used ({why}): correct its rights, or run as the user it "
        "belongs to, or choose another folder"
    )


def refuse_unusable_home(settings: Settings) -> None:
    """Raise `SettingError` if the home, or where it would be made, is no folder or not this user's to write."""
    folder = existing(settings.home)
    if not folder.is_dir():
        raise unusable(settings, f"{folder} is not a folder")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        raise unusable(settings, f"{folder} cannot be read and written")


def refuse_without_database(settings: Settings) -> None:
    """Raise `NotFoundError` where a database would have to be made first: there is nothing to work on."""
    if settings.database_url is None and not (settings.postgres_dir / "PG_VERSION").is_file():
        raise NotFoundError(f"There is no database in {settings.home}. Is THUMPER_HOME right?")


def explain_closed(settings: Settings, error: OSError) -> SettingError | None:
    """Return what an error means that a part of the home caused, such as one of another user; None for any other."""
    if error.errno not in CLOSED or error.filename is None:
        return None
    path = os.path.abspath(os.fsdecode(error.filename))
    within = path == str(settings.home) or path.startswith(f"{settings.home}/")
    return unusable(settings, error) if within else None
