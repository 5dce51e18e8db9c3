"""One distinct photo, known by its bytes."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.moon import MoonPhase
from thumper.domain.progress import ImageState
from thumper.store.models.camera import Camera
from thumper.store.models.columns import BytewiseTextField, WallClockField, created_column, id_column
from thumper.store.models.deployment import Deployment
from thumper.store.models.location import Location

UNTIMED_SORT_AT: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""`sort_at` of an image without a capture time: before every time that is believed (1990 on), so
that the newest-first order, the usual one, pages such images last."""


class Image(Model):
    """One photo by SHA-256, however often it was delivered. Sizes are those of the upright image."""

    id = id_column()
    sha256 = fields.BinaryField()
    """32 bytes; unique (see migrations)."""
    size_bytes = fields.BigIntField()
    media_type = fields.CharField(max_length=32)
    """`image/jpeg` or `image/png`."""
    file_name = fields.TextField()
    """Display name of the file that first delivered it, without folders."""
    original_path = fields.BinaryField()
    """Absolute path of the original: in the drop folder, or in the library."""
    width_px = fields.IntField()
    height_px = fields.IntField()
    taken_at = fields.DatetimeField(null=True)
    sort_at = fields.DatetimeField(default=UNTIMED_SORT_AT)
    sort_name = BytewiseTextField(db_default="")
    """Order among the images of one instant (`domain.card_order.sort_name`); empty for one without a known file."""
    taken_local: dt.datetime | None = WallClockField(null=True)
    """What the camera's clock showed, whether or not it is believed."""
    time_source = fields.CharEnumField(TimeSource, max_length=16, default=TimeSource.NONE)
    clock_source: TimeSource | None = fields.CharEnumField(TimeSource, max_length=16, null=True)  # type: ignore[assignment]  # may be null
    """Where `taken_local` was read; differs from `time_source` while the reading is not believed."""
    utc_offset_s: int | None = fields.IntField(null=True)
    """Offset from UTC that was written beside `taken_local`; null where the location's zone decides."""
    offset_unreadable = fields.BooleanField(db_default=False)
    """Whether something stands beside `taken_local` in place of an offset that cannot be read."""
    clock_offset_s = fields.IntField(default=0)
    """Seconds added to `taken_local` by a clock fix."""
    # A plain column, as `dump_id` below.
    clock_fix_id = fields.UUIDField(null=True)
    """The clock fix that decides (foreign key in the migrations)."""
    clock_doubt: ClockDoubt | None = fields.CharEnumField(ClockDoubt, max_length=24, null=True)  # type: ignore[assignment]  # may be null
    dst_edge: DstEdge | None = fields.CharEnumField(DstEdge, max_length=12, null=True)  # type: ignore[assignment]  # may be null
    camera: fields.ForeignKeyNullableRelation[Camera] = fields.ForeignKeyField(
        "thumper.Camera", related_name="images", null=True, on_delete=fields.RESTRICT
    )
    camera_id: UUID | None
    location: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "thumper.Location", related_name="images", null=True, on_delete=fields.RESTRICT
    )
    location_id: UUID | None
    deployment: fields.ForeignKeyNullableRelation[Deployment] = fields.ForeignKeyField(
        "thumper.Deployment", related_name="images", null=True, on_delete=fields.SET_NULL
    )
    deployment_id: UUID | None
    # A plain column: a relation would make the modules of image and dump import each other.
    dump_id = fields.UUIDField()
    """The dump that first delivered it (foreign key in the migrations)."""
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    temperature_c = fields.FloatField(null=True)
    battery_percent: int | None = fields.SmallIntField(null=True)
    battery_v = fields.FloatField(null=True)
    moon_phase: MoonPhase | None = fields.CharEnumField(MoonPhase, max_length=16, null=True)  # type: ignore[assignment]  # may be null
    sequence_number: int | None = fields.SmallIntField(null=True)
    """Which photo of a burst this is, from 1."""
    sequence_length: int | None = fields.SmallIntField(null=True)
    """How many photos the burst has."""
    exif: Any = fields.JSONField(default=dict)
    arrived: Any = fields.JSONField(null=True)
    """What was there of an incomplete photo (`thumper.domain.arrived_part.ArrivedPart`); null for a whole one."""
    damaged = fields.BooleanField(default=False)
    state = fields.CharEnumField(ImageState, max_length=12, default=ImageState.PENDING)
    error_code = fields.CharField(max_length=32, null=True)
    error = fields.TextField(null=True)
    created_at = created_column()
    processed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "image"
        indexes = (
            ("created_at", "id"),
            ("dump_id", "taken_at"),
            ("camera_id", "sort_at", "sort_name", "id"),
            ("deployment_id", "sort_at", "sort_name", "id"),
            ("location_id", "sort_at", "sort_name", "id"),
            ("sort_at", "sort_name", "id"),
        )
