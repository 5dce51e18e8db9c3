import datetime
import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.domain.animal import DeerStatus, ReviewVerdict
from thumper.domain.capture_time import TimeSource
from thumper.domain.feed import FeedKind
from thumper.domain.label import LifeStage, Sex
from thumper.domain.progress import (
    BatchKind,
    FileState,
    ImageState,
    ProcessRole,
    ProcessState,
    SourceKind,
    SourceState,
)
from thumper.store.models.columns import WallClockField
from thumper.store.postgres.ids import new_id


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Batch",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="DETECT: detect\nRETRY: retry", enum_type=BatchKind, max_length=8
                    ),
                ),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "batch",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One request to detect or retry; its progress is the count of its jobs by state.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Camera",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("make", fields.CharField(default="", max_length=200)),
                ("model", fields.CharField(default="", max_length=200)),
                ("serial", fields.CharField(default="", max_length=200)),
                ("name", fields.CharField(default="", max_length=200)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "camera",
                "app": "thumper",
                "unique_together": (("make", "model", "serial", "name"),),
                "pk_attr": "id",
                "table_description": "A device by what it writes of itself; an empty string where it writes nothing.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Deer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                (
                    "sex",
                    fields.CharEnumField(
                        default=Sex.UNKNOWN,
                        description="MALE: male\nFEMALE: female\nUNKNOWN: unknown",
                        enum_type=Sex,
                        max_length=8,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=DeerStatus.ALIVE,
                        description="ALIVE: alive\nHARVESTED: harvested\nDEAD: dead\nMISSING: missing",
                        enum_type=DeerStatus,
                        max_length=12,
                    ),
                ),
                ("notes", fields.TextField(default="", unique=False)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "deer",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "A known individual. Everything seen of it is derived from its sightings.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Detector",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("sha256", fields.BinaryField()),
                ("name", fields.CharField(max_length=200)),
                (
                    "labels",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "class_map",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("current", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "detector",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One model file, known by its hash. Class numbers and meanings are data.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Feed",
            fields=[
                ("seq", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="FILE_SEEN: file_seen\nIMAGE_STORED: image_stored\nFILE_SETTLED: file_settled\nIMAGE_PROCESSED: image_processed\nIMAGE_QUEUED: image_queued\nDETECTION_REVIEWED: detection_reviewed\nDEER_SEEN: deer_seen\nDEER_UNSEEN: deer_unseen",
                        enum_type=FeedKind,
                        max_length=24,
                    ),
                ),
                ("image_id", fields.UUIDField(null=True)),
                ("dump_id", fields.UUIDField(null=True)),
                ("batch_id", fields.UUIDField(null=True)),
                ("deer_id", fields.UUIDField(null=True)),
                ("detection_id", fields.UUIDField(null=True)),
                ("at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "feed",
                "app": "thumper",
                "pk_attr": "seq",
                "table_description": "One event; `thumper.store.feed` is the only writer.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Location",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                ("latitude", fields.FloatField(null=True)),
                ("longitude", fields.FloatField(null=True)),
                ("time_zone", fields.CharField(null=True, max_length=64)),
                ("active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "location",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "A place with a unique name (whatever its case); without coordinates it is still to be placed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Image",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("sha256", fields.BinaryField()),
                ("size_bytes", fields.BigIntField()),
                ("media_type", fields.CharField(max_length=32)),
                ("file_name", fields.TextField(unique=False)),
                ("original_path", fields.BinaryField()),
                ("width_px", fields.IntField()),
                ("height_px", fields.IntField()),
                ("taken_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "sort_at",
                    fields.DatetimeField(
                        default=datetime.datetime.fromisoformat("1970-01-01T00:00:00+00:00"),
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("taken_local", WallClockField(null=True, generated=False, unique=False)),
                (
                    "time_source",
                    fields.CharEnumField(
                        default=TimeSource.NONE,
                        description="EXIF_ORIGINAL: exif_original\nEXIF_DIGITIZED: exif_digitized\nMAKER_NOTE: maker_note\nEXIF_MODIFIED: exif_modified\nFILE_NAME: file_name\nSIDECAR: sidecar\nNONE: none",
                        enum_type=TimeSource,
                        max_length=16,
                    ),
                ),
                ("clock_offset_s", fields.IntField(default=0)),
                (
                    "camera",
                    fields.ForeignKeyField(
                        "thumper.Camera",
                        source_field="camera_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="images",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "location",
                    fields.ForeignKeyField(
                        "thumper.Location",
                        source_field="location_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="images",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("dump_id", fields.UUIDField()),
                ("latitude", fields.FloatField(null=True)),
                ("longitude", fields.FloatField(null=True)),
                (
                    "exif",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("damaged", fields.BooleanField(default=False)),
                (
                    "state",
                    fields.CharEnumField(
                        default=ImageState.PENDING,
                        description="PENDING: pending\nPROCESSING: processing\nCOMPLETED: completed\nFAILED: failed",
                        enum_type=ImageState,
                        max_length=12,
                    ),
                ),
                ("error_code", fields.CharField(null=True, max_length=32)),
                ("error", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("processed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "image",
                "app": "thumper",
                "indexes": [
                    Index(fields=["location_id", "sort_at", "id"]),
                    Index(fields=["sort_at", "id"]),
                    Index(fields=["created_at", "id"]),
                    Index(fields=["dump_id"]),
                    Index(fields=["camera_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One photo by SHA-256, however often it was delivered. Sizes are those of the upright image.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DetectionRun",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "image",
                    fields.ForeignKeyField(
                        "thumper.Image",
                        source_field="image_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="runs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "detector",
                    fields.ForeignKeyField(
                        "thumper.Detector",
                        source_field="detector_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="runs",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("device", fields.CharField(max_length=64)),
                ("engine", fields.CharField(max_length=64)),
                ("duration_ms", fields.FloatField()),
                ("finished_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "detection_run",
                "app": "thumper",
                "unique_together": (("image_id", "detector_id"),),
                "pk_attr": "id",
                "table_description": "One finished look of one detector at one image.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Detection",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "thumper.DetectionRun",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="detections",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("ordinal", fields.SmallIntField()),
                (
                    "image",
                    fields.ForeignKeyField(
                        "thumper.Image",
                        source_field="image_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="detections",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "detector",
                    fields.ForeignKeyField(
                        "thumper.Detector",
                        source_field="detector_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="detections",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("label", fields.CharField(max_length=200)),
                ("confidence", fields.FloatField()),
                ("x", fields.FloatField()),
                ("y", fields.FloatField()),
                ("width", fields.FloatField()),
                ("height", fields.FloatField()),
                ("shown", fields.BooleanField()),
                ("duplicate_of", fields.SmallIntField(null=True)),
                ("species", fields.CharField(null=True, max_length=200)),
                (
                    "sex",
                    fields.CharEnumField(
                        default=Sex.UNKNOWN,
                        description="MALE: male\nFEMALE: female\nUNKNOWN: unknown",
                        enum_type=Sex,
                        max_length=8,
                    ),
                ),
                (
                    "life_stage",
                    fields.CharEnumField(
                        default=LifeStage.UNKNOWN,
                        description="ADULT: adult\nSUBADULT: subadult\nJUVENILE: juvenile\nUNKNOWN: unknown",
                        enum_type=LifeStage,
                        max_length=12,
                    ),
                ),
                (
                    "verdict",
                    fields.CharEnumField(
                        null=True,
                        description="CONFIRMED: confirmed\nCORRECTED: corrected\nREJECTED: rejected",
                        enum_type=ReviewVerdict,
                        max_length=12,
                    ),
                ),
            ],
            options={
                "table": "detection",
                "app": "thumper",
                "unique_together": (("run_id", "ordinal"), ("id", "image_id", "detector_id")),
                "indexes": [Index(fields=["image_id", "detector_id"])],
                "pk_attr": "id",
                "table_description": "One box. Fractions of the upright image, origin top left: x, y, width, height.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Job",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "image",
                    fields.ForeignKeyField(
                        "thumper.Image",
                        source_field="image_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="jobs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "detector",
                    fields.ForeignKeyField(
                        "thumper.Detector",
                        source_field="detector_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="jobs",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "batch",
                    fields.ForeignKeyField(
                        "thumper.Batch",
                        source_field="batch_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="jobs",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=ImageState.PENDING,
                        description="PENDING: pending\nPROCESSING: processing\nCOMPLETED: completed\nFAILED: failed",
                        enum_type=ImageState,
                        max_length=12,
                    ),
                ),
                ("held", fields.BooleanField(default=False)),
                ("alone", fields.BooleanField(default=False)),
                ("claimed_alone", fields.BooleanField(default=False)),
                ("begun_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("crash_count", fields.IntField(default=0)),
                ("lease_token", fields.UUIDField(null=True)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("not_before", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("queued_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("claimed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("error_code", fields.CharField(null=True, max_length=32)),
                ("error", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "job",
                "app": "thumper",
                "unique_together": (("image_id", "detector_id"),),
                "indexes": [Index(fields=["batch_id", "state"])],
                "pk_attr": "id",
                "table_description": "Image x detector with its lease. `thumper.store.jobs` is the only writer.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Process",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "role",
                    fields.CharEnumField(
                        description="SERVE: serve\nWATCH: watch\nWORK: work",
                        enum_type=ProcessRole,
                        max_length=8,
                    ),
                ),
                ("host", fields.CharField(max_length=255)),
                ("pid", fields.IntField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=ProcessState.STARTING,
                        description="STARTING: starting\nIDLE: idle\nBUSY: busy\nSTOPPING: stopping",
                        enum_type=ProcessState,
                        max_length=12,
                    ),
                ),
                ("message", fields.TextField(default="", unique=False)),
                ("device", fields.CharField(null=True, max_length=64)),
                (
                    "detector",
                    fields.ForeignKeyField(
                        "thumper.Detector",
                        source_field="detector_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="processes",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("images_per_s", fields.FloatField(null=True)),
                ("restarts", fields.IntField(default=0)),
                ("last_exit", fields.TextField(default="", unique=False)),
                ("started_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("heartbeat_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "process",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One process; it is down when its heartbeat is older than `DOWN_AFTER_S` of the store.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Review",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "detection",
                    fields.ForeignKeyField(
                        "thumper.Detection",
                        source_field="detection_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "verdict",
                    fields.CharEnumField(
                        description="CONFIRMED: confirmed\nCORRECTED: corrected\nREJECTED: rejected",
                        enum_type=ReviewVerdict,
                        max_length=12,
                    ),
                ),
                ("species", fields.CharField(null=True, max_length=200)),
                (
                    "sex",
                    fields.CharEnumField(
                        null=True,
                        description="MALE: male\nFEMALE: female\nUNKNOWN: unknown",
                        enum_type=Sex,
                        max_length=8,
                    ),
                ),
                (
                    "life_stage",
                    fields.CharEnumField(
                        null=True,
                        description="ADULT: adult\nSUBADULT: subadult\nJUVENILE: juvenile\nUNKNOWN: unknown",
                        enum_type=LifeStage,
                        max_length=12,
                    ),
                ),
                ("note", fields.TextField(default="", unique=False)),
                ("actor", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "review",
                "app": "thumper",
                "indexes": [Index(fields=["detection_id", "id"])],
                "pk_attr": "id",
                "table_description": "One verdict; the latest of a detection stands and is copied onto the detection.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Sighting",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "detection",
                    fields.OneToOneField(
                        "thumper.Detection",
                        source_field="detection_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sighting",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("image_id", fields.UUIDField()),
                ("detector_id", fields.UUIDField()),
                (
                    "deer",
                    fields.ForeignKeyField(
                        "thumper.Deer",
                        source_field="deer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sightings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("actor", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sighting",
                "app": "thumper",
                "unique_together": (("image_id", "detector_id", "deer_id"),),
                "indexes": [Index(fields=["deer_id"])],
                "pk_attr": "id",
                "table_description": "A detection confirmed to be a deer. Two boxes of one image are never one deer (unique).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Source",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="DROP: drop\nINGEST: ingest\nUPLOAD: upload",
                        enum_type=SourceKind,
                        max_length=8,
                    ),
                ),
                ("path", fields.BinaryField()),
                ("display_path", fields.TextField(unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        default=SourceState.ONLINE,
                        description="ONLINE: online\nOFFLINE: offline",
                        enum_type=SourceState,
                        max_length=8,
                    ),
                ),
                ("device_id", fields.BigIntField(null=True)),
                ("last_scan_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "source",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "A watched root, a path given to `thumper ingest`, or the upload door.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Dump",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "source",
                    fields.ForeignKeyField(
                        "thumper.Source",
                        source_field="source_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="dumps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("folder", fields.BinaryField()),
                ("display_folder", fields.TextField(unique=False)),
                ("number", fields.IntField()),
                (
                    "location",
                    fields.ForeignKeyField(
                        "thumper.Location",
                        source_field="location_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="dumps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("first_seen_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("changed_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dump",
                "app": "thumper",
                "unique_together": (("source_id", "folder", "number"),),
                "pk_attr": "id",
                "table_description": "One delivery: files that arrived under one top folder of a source until it was quiet.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="File",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "source",
                    fields.ForeignKeyField(
                        "thumper.Source",
                        source_field="source_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "dump",
                    fields.ForeignKeyField(
                        "thumper.Dump",
                        source_field="dump_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("path", fields.BinaryField()),
                ("display_path", fields.TextField(unique=False)),
                ("size_bytes", fields.BigIntField()),
                ("mtime_ns", fields.BigIntField()),
                ("sha256", fields.BinaryField(null=True)),
                (
                    "state",
                    fields.CharEnumField(
                        default=FileState.SEEN,
                        description="SEEN: seen\nSTABLE: stable\nSTORED: stored\nDUPLICATE: duplicate\nREJECTED: rejected",
                        enum_type=FileState,
                        max_length=12,
                    ),
                ),
                ("reason", fields.CharField(null=True, max_length=32)),
                ("message", fields.TextField(null=True, unique=False)),
                ("attempts", fields.IntField(default=0)),
                ("live", fields.BooleanField(default=True)),
                (
                    "image",
                    fields.ForeignKeyField(
                        "thumper.Image",
                        source_field="image_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("seen_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "file",
                "app": "thumper",
                "indexes": [Index(fields=["dump_id", "state"]), Index(fields=["image_id"])],
                "pk_attr": "id",
                "table_description": "One path in one dump, in exactly one state; the receipt is the count of these.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Upload",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "dump",
                    fields.ForeignKeyField(
                        "thumper.Dump",
                        source_field="dump_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="uploads",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("token_hash", fields.BinaryField()),
                ("file_name", fields.TextField(unique=False)),
                ("detect", fields.BooleanField(default=True)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "file",
                    fields.ForeignKeyField(
                        "thumper.File",
                        source_field="file_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="uploads",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "upload",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "A one-time PUT address for one file of a dump of the upload source.",
            },
            bases=["Model"],
        ),
    ]
