"""What a backup says of itself: who made it, when, from which schema, and what must be found when it is restored.

Passwords are not in it: of the addresses of servers only host and database are kept. Refuses, when read, whatever
it does not know: a folder of something else, another format, a field too few.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from thumper.backup.table_content import TableContent
from thumper.errors import BadBackupError, SchemaTooNewError
from thumper.settings import NO_REDIS, SECRET, Settings, variable_name

FILE: Final = "thumper-backup.json"
DUMP: Final = "database.dump"
MISSING: Final = "missing-originals.txt"
FORMAT: Final = 1
"""Of the folder as a whole; raised when an older Thumper could no longer restore it rightly."""

_KIND: Final = "backup of Thumper"


@dataclass(frozen=True, slots=True)
class KeptDetector:
    """A detector by its hash. `path` is where its model file lay, if that was known; it is not in the backup."""

    name: str
    sha256: str
    current: bool
    packaged: bool
    path: str | None


@dataclass(frozen=True, slots=True)
class KeptOriginals:
    """Which originals are within: all that could be read, or none. `missing` could not be read, or had other bytes."""

    within: bool
    files: int
    size_bytes: int
    missing: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that a backup says of itself. `taken_at` is in UTC; `migrations` are those of the schema, in order."""

    id: str
    thumper: str
    taken_at: dt.datetime
    migrations: tuple[str, ...]
    server_major: int
    program_major: int
    tables: dict[str, TableContent]
    detectors: tuple[KeptDetector, ...]
    settings: dict[str, str]
    cameras: dict[str, str]
    """Camera profiles of the home by file name."""
    originals: KeptOriginals
    dump_bytes: int
    files: int
    """How many lines the list of hashes has before that of the manifest."""
    list_sha256: str
    """Hash of those lines: a list that lost one is found out."""
    database_bytes: int = 0
    """What the database took on its disk; 0: not known."""

    def write(self, folder: Path) -> None:
        """Write it into the folder of the backup."""
        content = {"kind": _KIND, "format": FORMAT} | asdict(self) | {"taken_at": self.taken_at.isoformat()}
        (folder / FILE).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="ascii")


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says of itself. Raises `BadBackupError`, or `SchemaTooNewError` for a format to come."""
    try:
        content: Any = json.loads((folder / FILE).read_text(encoding="ascii"))
    except (FileNotFoundError, NotADirectoryError):
        raise BadBackupError(
            f"{folder} is no backup of Thumper: it has no {FILE}. Name a folder that `thumper backup` made."
        ) from None
    except (OSError, ValueError) as error:
        raise BadBackupError(f"The backup {folder} is damaged: {FILE} cannot be read ({error}).") from error
    if not isinstance(content, dict) or content.pop("kind", None) != _KIND:
        raise BadBackupError(f"{folder} is no backup of Thumper: {FILE} is of something else.")
    number = content.pop("format", None)
    if isinstance(number, int) and number > FORMAT:
        raise SchemaTooNewError(
            f"The backup {folder} was made by a newer Thumper ({content.get('thumper')}, format {number}; this one "
            f"knows {FORMAT}). Install that version or a later one; nothing was changed."
        )
    if number != FORMAT:
        raise BadBackupError(
            f"The backup {folder} has the format {number!r}, which this Thumper does not know."
        )
    try:
        return TypeAdapter(Manifest).validate_python(content, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadBackupError(f"The backup {folder} is damaged: {FILE}, {where}: {first['msg']}.") from error


def settings_kept(settings: Settings) -> dict[str, str]:
    """Return the settings that were in force, by variable; of addresses neither user nor password."""
    kept = {}
    for name, value in settings:
        if value is not None:
            kept[variable_name(name)] = _without_secrets(value) if name in SECRET else str(value)
    return kept


def _without_secrets(url: str) -> str:
    if url == NO_REDIS:
        return url
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{where}{parts.path}"
