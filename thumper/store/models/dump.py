"""Where files come from: sources, the dumps they deliver, and the ledger of files."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.domain.progress import FileState, SourceKind, SourceState, WatchMode
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.image import Image
from thumper.store.models.location import Location


class Source(Model):
    """A watched root, a path given to `thumper ingest`, or the upload door."""

    id = id_column()
    kind = fields.CharEnumField(SourceKind, max_length=8)
    path = fields.BinaryField()
    """Absolute path as bytes: file names need not be UTF-8. Unique (see migrations)."""
    display_path = fields.TextField()
    host = fields.CharField(max_length=255, null=True)
    """The machine that last used it under this path; null for one that no version knew of that records it."""
    state = fields.CharEnumField(SourceState, max_length=8, default=SourceState.ONLINE)
    device_id = fields.BigIntField(null=True)
    """`st_dev` of the root when last seen online. It may change with every mount of the same disk."""
    inode: int | None = fields.BigIntField(null=True)
    """Inode of the root when last seen online, as a signed number."""
    last_scan_at = fields.DatetimeField(null=True)
    watch_mode: WatchMode | None = fields.CharEnumField(WatchMode, max_length=8, null=True)  # type: ignore[assignment]  # may be null
    """How new files are noticed; null for a source that is not watched."""
    watch_note: str | None = fields.TextField(null=True)
    """Why it is polled, is offline, or gets no canary, in a sentence or two; null when all is well."""
    canary_at: dt.datetime | None = fields.DatetimeField(null=True)
    """When a canary file last proved that events arrive."""
    created_at = created_column()

    class Meta:
        table = "source"


class Dump(Model):
    """One delivery: files that arrived under one top folder of a source until it was quiet."""

    id = id_column()
    source: fields.ForeignKeyRelation[Source] = fields.ForeignKeyField(
        "thumper.Source", related_name="dumps", on_delete=fields.RESTRICT
    )
    source_id: UUID
    folder = fields.BinaryField()
    """Top folder relative to the source, empty for files directly in the root."""
    display_folder = fields.TextField()
    number = fields.IntField()
    """1 for the first delivery under this folder, 2 for the next."""
    location: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "thumper.Location", related_name="dumps", null=True, on_delete=fields.RESTRICT
    )
    location_id: UUID | None
    first_seen_at: dt.datetime = created_column()
    changed_at: dt.datetime = created_column()
    """When a file of this dump was last seen or settled."""
    settled_at = fields.DatetimeField(null=True)
    """When every file was settled and the folder had been quiet."""
    credential_id: UUID | None = fields.UUIDField(null=True)
    """The session or token with which an upload was begun, which may be gone; null for all that came otherwise."""

    class Meta:
        table = "dump"
        unique_together = (("source_id", "folder", "number"),)


class File(Model):
    """One path in one dump, in exactly one state; the receipt is the count of these."""

    id = id_column()
    source: fields.ForeignKeyRelation[Source] = fields.ForeignKeyField(
        "thumper.Source", related_name="files", on_delete=fields.RESTRICT
    )
    source_id: UUID
    dump: fields.ForeignKeyRelation[Dump] = fields.ForeignKeyField(
        "thumper.Dump", related_name="files", on_delete=fields.RESTRICT
    )
    dump_id: UUID
    path = fields.BinaryField()
    """Relative to the source."""
    display_path = fields.TextField()
    size_bytes = fields.BigIntField()
    mtime_ns = fields.BigIntField()
    changed_ns: int | None = fields.BigIntField(null=True)
    """Status change time when it settled; -1 when its file system shows that of the look, null when it is not known."""
    sha256 = fields.BinaryField(null=True)
    state = fields.CharEnumField(FileState, max_length=12, default=FileState.SEEN)
    reason = fields.CharField(max_length=32, null=True)
    """Reason code of a rejection (`thumper.domain.reason.Reason`)."""
    message = fields.TextField(null=True)
    """What is wrong with this very file, in a sentence."""
    attempts = fields.IntField(default=0)
    """How often it settled with the size and time that it has; one that waits nevertheless was asked for again."""
    live = fields.BooleanField(default=True)
    """False once the same path holds other bytes, which have a row of their own."""
    image: fields.ForeignKeyNullableRelation[Image] = fields.ForeignKeyField(
        "thumper.Image", related_name="files", null=True, on_delete=fields.RESTRICT
    )
    image_id: UUID | None
    placed = fields.BooleanField(db_default=False)
    """Whether this file, a duplicate, gave its image a place, as its dump has one and the image had none."""
    seen_at = created_column()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "file"
        indexes = (("dump_id", "state"), ("image_id",))
