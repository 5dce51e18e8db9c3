"""Clock repair, deployments, what cameras measure, how sources are watched, what detectors proved."""

import functools
from enum import StrEnum
from json import dumps, loads
from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.moon import MoonPhase
from thumper.domain.progress import WatchMode
from thumper.store.models.columns import WallClockField
from thumper.store.postgres.ids import new_id

SOURCES = "('exif_original', 'exif_digitized', 'maker_note', 'exif_modified', 'file_name', 'sidecar')"
MOON_PHASES = (
    "('new', 'waxing_crescent', 'first_quarter', 'waxing_gibbous', 'full', 'waning_gibbous',"
    " 'last_quarter', 'waning_crescent')"
)


def check(table: str, name: str, rule: str) -> str:
    """Return the statement that adds one CHECK constraint."""
    return f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name} CHECK ({rule})"


def words(kind: type[StrEnum]) -> str:
    """Return the description that Tortoise makes of an enumeration."""
    return "\n".join(f"{word.name}: {word.value}" for word in kind)


CHECKS = [
    check("image", "clock_source", f"clock_source IN {SOURCES}"),
    # A reading has a source, and an instant comes from the reading that is kept.
    check("image", "clock_read", "(clock_source IS NULL) = (taken_local IS NULL)"),
    check("image", "clock_believed", "time_source = 'none' OR time_source = clock_source"),
    check("image", "clock_fixed", "clock_offset_s = 0 OR clock_fix_id IS NOT NULL"),
    check("image", "clock_doubt", "clock_doubt IN ('year_out_of_range', 'factory_date', 'jumped_back')"),
    check("image", "dst_edge", "dst_edge IN ('ambiguous', 'missing')"),
    check("image", "temperature", "temperature_c BETWEEN -100 AND 100"),
    check("image", "battery_percent", "battery_percent BETWEEN 0 AND 100"),
    check("image", "battery_v", "battery_v BETWEEN 0 AND 100"),
    check("image", "moon_phase", f"moon_phase IN {MOON_PHASES}"),
    check(
        "image", "sequence", "1 <= sequence_number AND sequence_number <= coalesce(sequence_length, 32767)"
    ),
    check("clock_fix", "covers", "(dump_id IS NULL) <> (deployment_id IS NULL)"),
    check("clock_fix", "shown", "shown_from <= shown_until"),
    check("source", "watch_mode", "watch_mode IN ('events', 'polling')"),
]

INDEXES = [
    "CREATE INDEX image_clock_suspect ON image (sort_at, id) WHERE clock_doubt IS NOT NULL AND clock_fix_id IS NULL",
    "CREATE INDEX image_untimed ON image (id) WHERE time_source = 'none'",
    "CREATE INDEX image_clock_fix ON image (clock_fix_id) WHERE clock_fix_id IS NOT NULL",
    # A camera that does not say which one it is may be several, each at a place of its own.
    "CREATE UNIQUE INDEX deployment_present_key ON deployment (camera_id, location_id) WHERE ended_at IS NULL",
    # Whether a changed file holds the bytes that its own dump took in before.
    "CREATE INDEX file_retired ON file (dump_id, path) WHERE NOT live",
    # Files that somebody asked to retry have been settled before.
    "CREATE INDEX file_retried ON file (source_id) WHERE state IN ('seen', 'stable') AND attempts > 0",
]

KEYS = [
    "ALTER TABLE image ADD CONSTRAINT image_clock_fix_id_fkey FOREIGN KEY (clock_fix_id) REFERENCES clock_fix (id)",
    "ALTER TABLE clock_fix ADD CONSTRAINT clock_fix_dump_id_fkey FOREIGN KEY (dump_id) REFERENCES dump (id)",
    "ALTER TABLE clock_fix ADD CONSTRAINT clock_fix_deployment_id_fkey FOREIGN KEY (deployment_id)"
    " REFERENCES deployment (id)",
]

FILL = [
    "UPDATE image SET clock_source = time_source WHERE taken_local IS NOT NULL",
    # Readings with an offset beside them say so in `exif.times`; the instant then tells the offset.
    """
    UPDATE image SET utc_offset_s = extract(epoch FROM taken_local - (taken_at AT TIME ZONE 'UTC'))
    WHERE exif -> 'times' ->> time_source LIKE '%UTC%'
    """,
]


def _word(kind: type[StrEnum], *, max_length: int) -> Any:
    return fields.CharEnumField(null=True, description=words(kind), enum_type=kind, max_length=max_length)


IMAGE_FIELDS = [
    ("clock_source", _word(TimeSource, max_length=16)),
    ("utc_offset_s", fields.IntField(null=True)),
    ("clock_fix_id", fields.UUIDField(null=True)),
    ("clock_doubt", _word(ClockDoubt, max_length=24)),
    ("dst_edge", _word(DstEdge, max_length=12)),
    (
        "deployment",
        fields.ForeignKeyField(
            "thumper.Deployment",
            source_field="deployment_id",
            null=True,
            db_constraint=True,
            to_field="id",
            related_name="images",
            on_delete=OnDelete.SET_NULL,
        ),
    ),
    ("temperature_c", fields.FloatField(null=True)),
    ("battery_percent", fields.SmallIntField(null=True)),
    ("battery_v", fields.FloatField(null=True)),
    ("moon_phase", _word(MoonPhase, max_length=16)),
    ("sequence_number", fields.SmallIntField(null=True)),
    ("sequence_length", fields.SmallIntField(null=True)),
]


class Migration(migrations.Migration):
    """Tables, columns and constraints of honest time."""

    dependencies = [("thumper", "0002_constraints")]

    operations = [
        ops.CreateModel(
            name="Deployment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "camera",
                    fields.ForeignKeyField(
                        "thumper.Camera",
                        source_field="camera_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deployments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "location",
                    fields.ForeignKeyField(
                        "thumper.Location",
                        source_field="location_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deployments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "deployment",
                "app": "thumper",
                "indexes": [Index(fields=["camera_id", "created_at"]), Index(fields=["location_id"])],
                "pk_attr": "id",
                "table_description": "A stay of a camera at a location: opened by the first photo from there, until one comes from elsewhere.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ClockFix",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("dump_id", fields.UUIDField(null=True)),
                ("deployment_id", fields.UUIDField(null=True)),
                ("offset_s", fields.IntField()),
                ("shown_from", WallClockField(null=True)),
                ("shown_until", WallClockField(null=True)),
                ("note", fields.TextField(default="", unique=False)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "clock_fix",
                "app": "thumper",
                "indexes": [Index(fields=["dump_id"]), Index(fields=["deployment_id"])],
                "pk_attr": "id",
                "table_description": "One person's word on how wrong a clock was; of those that cover an image the latest that stands counts.",
            },
            bases=["Model"],
        ),
        *(ops.AddField(model_name="Image", name=name, field=field) for name, field in IMAGE_FIELDS),
        ops.AddIndex(model_name="Image", index=Index(fields=["deployment_id"])),
        ops.AddField(model_name="Source", name="inode", field=fields.BigIntField(null=True)),
        ops.AddField(model_name="Source", name="watch_mode", field=_word(WatchMode, max_length=8)),
        ops.AddField(model_name="Source", name="watch_note", field=fields.TextField(null=True, unique=False)),
        ops.AddField(
            model_name="Source",
            name="canary_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Detector",
            name="proof",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        # The rows that are there are filled before the constraints look at them.
        ops.RunSQL([*FILL, *CHECKS, *INDEXES, *KEYS]),
    ]
