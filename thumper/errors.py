"""Every error that a user of Thumper can meet, in one tree.

```
ThumperError
├── UsageError            the command line or a query asks for something impossible
│   └── SettingError      a THUMPER_* setting is unknown or malformed
├── NotFoundError         a file, folder or record that was named does not exist
├── BusyError             it can be done when something else has ended; try again soon
├── RefusedError          doing it would lose something or put people at risk
│   ├── AlreadyRunningError   this home is in use by another Thumper
│   ├── BadBackupError        a folder is no backup, or not whole any more
│   └── SchemaTooNewError     the database was written by a newer Thumper
├── BackupError           a backup or a restore cannot be carried out
├── NoRoomError           a disk that Thumper writes to is full; it goes on when there is space
├── ServiceDownError      PostgreSQL or the API cannot be reached
├── SignedOutError        the command line cannot say who asks
├── NotInstalledError     a library is missing or cannot be loaded
└── DetectorError         a model file or class map cannot be used
    └── PrecisionError        a faster precision does not agree with the reference, or was not compared yet
```

Each class carries a stable `code` word for machines and the `exit_code` of the
command line. A message names the file or field, says what is wrong and what to
do. Transports map codes; this module knows no transport.
"""

from __future__ import annotations

from typing import ClassVar


class ThumperError(Exception):
    """Raised if something failed for a reason that a user can understand."""

    code: ClassVar[str] = "FAILED"
    exit_code: ClassVar[int] = 1


class UsageError(ThumperError):
    """Raised if the user asked for something that cannot be done as asked."""

    code: ClassVar[str] = "USAGE"
    exit_code: ClassVar[int] = 2


class SettingError(UsageError):
    """Raised if a THUMPER_* setting is unknown or its value cannot be used."""

    code: ClassVar[str] = "BAD_SETTING"


class NotFoundError(ThumperError):
    """Raised if a file, folder or record that was named does not exist."""

    code: ClassVar[str] = "NOT_FOUND"


class BusyError(ThumperError):
    """Raised if what was asked for can be done as soon as something else has ended."""

    code: ClassVar[str] = "BUSY"


class RefusedError(ThumperError):
    """Raised if doing what was asked would lose something or be unsafe."""

    code: ClassVar[str] = "REFUSED"
    exit_code: ClassVar[int] = 5


class AlreadyRunningError(RefusedError):
    """Raised if another Thumper already runs on the same home."""

    code: ClassVar[str] = "ALREADY_RUNNING"


class SchemaTooNewError(RefusedError):
    """Raised if the database was migrated by a newer Thumper than this one."""

    code: ClassVar[str] = "SCHEMA_TOO_NEW"


class BadBackupError(RefusedError):
    """Raised if a folder is no backup of Thumper, or is incomplete or changed."""

    code: ClassVar[str] = "BAD_BACKUP"


class BackupError(ThumperError):
    """Raised if a backup or a restore cannot be carried out: no space, no permission, no fitting program."""

    code: ClassVar[str] = "BACKUP_FAILED"


class NoRoomError(ThumperError):
    """Raised if a disk that Thumper writes to is full; nothing was lost, and it goes on when there is space."""

    code: ClassVar[str] = "NO_ROOM"


class ServiceDownError(ThumperError):
    """Raised if PostgreSQL or the API cannot be started or reached."""

    code: ClassVar[str] = "SERVICE_DOWN"
    exit_code: ClassVar[int] = 4


class SignedOutError(ThumperError):
    """Raised if the command line has no token that the API accepts."""

    code: ClassVar[str] = "UNAUTHENTICATED"


class NotInstalledError(ThumperError):
    """Raised if a library that is needed is not installed, or cannot be loaded on this system."""

    code: ClassVar[str] = "NOT_INSTALLED"


class DetectorError(ThumperError):
    """Raised if a model file or its class map cannot be used."""

    code: ClassVar[str] = "BAD_DETECTOR"


class PrecisionError(DetectorError):
    """Raised if a faster precision moves too many boxes of the user's photos, or there are too few to tell."""

    code: ClassVar[str] = "IMPRECISE"
