"""What the database knows of a dump whose source is to be wiped.

Rows are read in pages, by key: a dump of a hundred thousand files takes no more memory than a small one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from thumper.domain.file import UNKNOWN_NS
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceKind
from thumper.domain.video import BY_NAME, VIDEO_ENDINGS
from thumper.domain.wipe import MOST_EXAMPLES, Named
from thumper.errors import NotFoundError
from thumper.store.images.deletions import STANDS
from thumper.store.postgres.connect import client

SeenFile: TypeAlias = tuple[bytes, int, int]
"""Path below the source, size in bytes, modification time in nanoseconds."""

_PAGE: Final = 2_000
"""Originals read at a time."""

VIDEO: Final = f"""(file.state = 'rejected' AND (file.reason = 'VIDEO' OR (
    file.reason IN ({", ".join(f"'{reason}'" for reason in sorted(BY_NAME))})
    AND file.display_path ~* '[^/]\\.({"|".join(VIDEO_ENDINGS)})$')))"""
"""The condition on a row of `file` that it is a rejected video, as `domain.video.is_rejected_video` has it."""

DELETED: Final = f"(file.state = 'rejected' AND file.reason = 'DELETED' AND {STANDS.format('file.sha256')})"
"""The condition on a row of `file` that a person deleted its photo, and wants to keep it nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpRow:
    """A dump and where it came from. `device_id` is the `st_dev` of its source when that was last online."""

    id: UUID
    kind: SourceKind
    root: bytes
    folder: bytes
    device_id: int | None
    changed_at: dt.datetime
    settled_at: dt.datetime | None

    @property
    def path(self) -> bytes:
        """The absolute path of the folder that its files were in."""
        return self.root.rstrip(b"/") + b"/" + self.folder if self.folder else self.root


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeCounts:
    """The files of a dump, counted for the wipe decision. All but `never_sent` do not overlap."""

    found: int
    size_bytes: int
    waiting: Named
    rejected: Named
    videos: Named
    deleted: Named
    """Files whose photo a person deleted; no copy is wanted of them."""
    links: Named
    """Links that lead elsewhere or to nothing: nothing is lost with them."""
    sent_again: Named
    """Rejected uploads in whose place another file was sent, which is counted by itself."""
    never_sent: Named
    """Uploads whose addresses expired unused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpOriginal:
    """An image, how many files of the dump have its bytes, the name of one, and the path of its original."""

    image_id: UUID
    sha256: bytes
    path: bytes
    files: int
    name: str


_DUMP: Final = """
SELECT dump.id, source.kind, source.path AS root, dump.folder, source.device_id, dump.changed_at, dump.settled_at
FROM dump JOIN source ON source.id = dump.source_id WHERE dump.id = $1
"""


async def read_dump(dump_id: UUID) -> DumpRow:
    """Return a dump as it is now. Raises `NotFoundError`."""
    rows = await client().execute_query_dict(_DUMP, [dump_id])
    if not rows:
        raise NotFoundError(f"There is no dump {dump_id}.")
    row = rows[0]
    kind = SourceKind(row["kind"])
    # The folders of uploads are only names, not folders on a disk.
    folder = b"" if kind is SourceKind.UPLOAD else bytes(row["folder"])
    return DumpRow(**row | {"kind": kind, "root": bytes(row["root"]), "folder": folder})


_TALLY: Final = f"""
WITH sorted AS (
    SELECT display_path, size_bytes, CASE
        WHEN state IN ('seen', 'stable') THEN 'waiting'
        WHEN {DELETED} THEN 'deleted'
        WHEN state = 'rejected' AND reason = 'LINK' THEN 'links'
        WHEN state = 'rejected' AND reason = 'SENT_AGAIN' THEN 'sent_again'
        WHEN {VIDEO} THEN 'videos'
        WHEN state = 'rejected' THEN 'rejected'
        ELSE 'kept' END AS kind
    FROM file WHERE dump_id = $1
)
SELECT kind, count(*) AS files, sum(size_bytes)::bigint AS size_bytes,
    CASE WHEN kind = 'kept' THEN '{{}}' ELSE (array_agg(display_path ORDER BY display_path))[:{MOST_EXAMPLES}] END
        AS names
FROM sorted GROUP BY kind
UNION ALL
SELECT 'never_sent', count(*), 0, (array_agg(file_name ORDER BY id))[:{MOST_EXAMPLES}]
FROM upload WHERE dump_id = $1 AND file_id IS NULL AND replaced_at IS NULL AND expires_at <= now() HAVING count(*) > 0
"""


_KINDS: Final = ("waiting", "rejected", "videos", "deleted", "links", "sent_again", "kept")


async def tally(dump_id: UUID) -> WipeCounts:
    """Return the counts of the files of a dump, all at one moment."""
    rows = {row["kind"]: row for row in await client().execute_query_dict(_TALLY, [dump_id])}
    named = {
        kind: Named(rows[kind]["files"], tuple(rows[kind]["names"])) if kind in rows else Named()
        for kind in (*_KINDS, "never_sent")
    }
    return WipeCounts(
        found=sum(named[kind].files for kind in _KINDS),
        size_bytes=sum(row["size_bytes"] for row in rows.values()),
        waiting=named["waiting"],
        rejected=named["rejected"],
        videos=named["videos"],
        deleted=named["deleted"],
        links=named["links"],
        sent_again=named["sent_again"],
        never_sent=named["never_sent"],
    )


_ORIGINALS: Final = f"""
SELECT image.id AS image_id, image.sha256, image.original_path AS path, own.files, own.name
FROM (
    SELECT image_id, count(*) AS files, min(display_path) AS name FROM file
    WHERE dump_id = $1 AND image_id > $2 GROUP BY image_id ORDER BY image_id LIMIT {_PAGE}
) AS own JOIN image ON image.id = own.image_id ORDER BY image.id
"""


async def originals(dump_id: UUID, *, after: UUID) -> list[DumpOriginal]:
    """Return the next images of a dump's files by id; empty when there are no more after that id."""
    rows = await client().execute_query_dict(_ORIGINALS, [dump_id, after])
    return [
        DumpOriginal(**row | {"sha256": bytes(row["sha256"]), "path": bytes(row["path"])}) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class KeptImage:
    """An image and the path of its original."""

    id: UUID
    path: bytes


async def originals_of(hashes: Collection[bytes]) -> dict[bytes, KeptImage]:
    """Return the images with these SHA-256 hashes, by hash."""
    rows = await client().execute_query_dict(
        "SELECT id, sha256, original_path FROM image WHERE sha256 = ANY($1)", [sorted(hashes)]
    )
    return {bytes(row["sha256"]): KeptImage(row["id"], bytes(row["original_path"])) for row in rows}


@dataclass(frozen=True, slots=True)
class Covered:
    """What a receipt knows of a file: whether wiping it would lose something, what it was when it settled."""

    at_stake: bool
    changed_ns: int
    sha256: bytes | None


_AS_DELIVERED: Final = """
SELECT path, size_bytes, mtime_ns, changed_ns, sha256, FALSE AS at_stake
FROM file WHERE dump_id = $1 AND path = ANY($2::bytea[])
"""
_AS_KNOWN: Final = f"""
SELECT file.path, file.size_bytes, file.mtime_ns, file.changed_ns, file.sha256,
    file.dump_id <> dump.id AND NOT {DELETED}
    AND (image.id IS NULL OR substring(image.original_path FROM 1 FOR length($3::bytea)) = $3) AS at_stake
FROM file JOIN dump ON dump.source_id = file.source_id LEFT JOIN image ON image.id = file.image_id
WHERE dump.id = $1 AND file.live AND file.path = ANY($2::bytea[])
"""


async def covered(dump: DumpRow, found: Collection[SeenFile]) -> dict[SeenFile, Covered]:
    """Return those files that a receipt covers with the size and modification time that they have.

    A card has one receipt. A watched folder has one for each delivery, and any of them may cover a file; but a file of
    another delivery would be lost if it was not taken in, or if its original lies in this folder.
    """
    paths: Sequence[bytes] = [path for path, _, _ in found]
    if dump.kind is SourceKind.DROP:
        below = dump.path.rstrip(b"/") + b"/"
        rows = await client().execute_query_dict(_AS_KNOWN, [dump.id, paths, below])
    else:
        rows = await client().execute_query_dict(_AS_DELIVERED, [dump.id, paths])
    by_file = {
        (bytes(row["path"]), row["size_bytes"], row["mtime_ns"]): Covered(
            row["at_stake"], row["changed_ns"] or UNKNOWN_NS, row["sha256"]
        )
        for row in rows
    }
    return {file: by_file[file] for file in found if file in by_file}


def place_of(dump: DumpRow) -> str:
    """Return where the files of a dump came from, for display."""
    return "the sender" if dump.kind is SourceKind.UPLOAD else readable(dump.path)
