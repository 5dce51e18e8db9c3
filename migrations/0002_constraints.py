"""Every constraint that Tortoise does not create: checks, partial and expression indexes.

Tortoise drops `Meta.constraints` of a new model without a word, so they are plain SQL here, and
`tests/store/models/test_constraints.py` reads them back from PostgreSQL's own catalogue.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

STATES = "('pending', 'processing', 'completed', 'failed')"
SEXES = "('male', 'female', 'unknown')"
LIFE_STAGES = "('adult', 'subadult', 'juvenile', 'unknown')"
VERDICTS = "('confirmed', 'corrected', 'rejected')"


def check(table: str, name: str, rule: str) -> str:
    """Return the statement that adds one CHECK constraint."""
    return f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name} CHECK ({rule})"


CHECKS = [
    check("location", "latitude", "latitude BETWEEN -90 AND 90"),
    check("location", "longitude", "longitude BETWEEN -180 AND 180"),
    check("location", "placed", "(latitude IS NULL) = (longitude IS NULL)"),
    check("location", "name", "btrim(name) <> ''"),
    check("deer", "name", "btrim(name) <> ''"),
    check("deer", "sex", f"sex IN {SEXES}"),
    check("deer", "status", "status IN ('alive', 'harvested', 'dead', 'missing')"),
    check("source", "kind", "kind IN ('drop', 'ingest', 'upload')"),
    check("source", "state", "state IN ('online', 'offline')"),
    check("dump", "number", "number >= 1"),
    check("file", "state", "state IN ('seen', 'stable', 'stored', 'duplicate', 'rejected')"),
    check("file", "rejected", "(state = 'rejected') = (reason IS NOT NULL)"),
    check("file", "known", "(state IN ('stored', 'duplicate')) = (image_id IS NOT NULL)"),
    check("file", "settled", "(state IN ('seen', 'stable')) = (settled_at IS NULL)"),
    check("file", "sha256", "octet_length(sha256) = 32"),
    check("image", "sha256", "octet_length(sha256) = 32"),
    check("image", "state", f"state IN {STATES}"),
    check("image", "size", "size_bytes > 0 AND width_px > 0 AND height_px > 0"),
    check(
        "image",
        "time_source",
        "time_source IN ('exif_original', 'exif_digitized', 'maker_note', 'exif_modified',"
        " 'file_name', 'sidecar', 'none')",
    ),
    # Honest time: an instant has a source, and no source means no instant.
    check("image", "timed", "(time_source = 'none') = (taken_at IS NULL)"),
    check("image", "sorted", "sort_at = coalesce(taken_at, '1970-01-01T00:00:00Z'::timestamptz)"),
    check("image", "failed", "state <> 'failed' OR error_code IS NOT NULL"),
    check("detector", "sha256", "octet_length(sha256) = 32"),
    check("batch", "kind", "kind IN ('detect', 'retry')"),
    check("job", "state", f"state IN {STATES}"),
    check("job", "leased", "(state = 'processing') = (lease_token IS NOT NULL)"),
    check("job", "lease", "(lease_token IS NULL) = (lease_until IS NULL)"),
    check("job", "finished", "(state IN ('completed', 'failed')) = (finished_at IS NOT NULL)"),
    check("job", "failed", "(state = 'failed') = (error_code IS NOT NULL)"),
    check("job", "held", "NOT held OR state = 'pending'"),
    check("detection", "confidence", "confidence BETWEEN 0 AND 1"),
    check(
        "detection",
        "box",
        "x >= 0 AND y >= 0 AND width >= 0 AND height >= 0 AND x + width <= 1.000001 AND y + height <= 1.000001",
    ),
    check("detection", "ordinal", "ordinal >= 0"),
    check("detection", "duplicate", "duplicate_of < ordinal AND duplicate_of >= 0"),
    check("detection", "sex", f"sex IN {SEXES}"),
    check("detection", "life_stage", f"life_stage IN {LIFE_STAGES}"),
    check("detection", "verdict", f"verdict IN {VERDICTS}"),
    check("review", "verdict", f"verdict IN {VERDICTS}"),
    check("review", "sex", f"sex IN {SEXES}"),
    check("review", "life_stage", f"life_stage IN {LIFE_STAGES}"),
    check("process", "role", "role IN ('serve', 'watch', 'work')"),
    check("process", "state", "state IN ('starting', 'idle', 'busy', 'stopping')"),
]

INDEXES = [
    "CREATE UNIQUE INDEX location_name_key ON location (lower(name))",
    "CREATE UNIQUE INDEX deer_name_key ON deer (lower(name))",
    "CREATE UNIQUE INDEX source_key ON source (kind, path)",
    "CREATE UNIQUE INDEX file_live_key ON file (source_id, path) WHERE live",
    "CREATE INDEX file_unsettled ON file (dump_id) WHERE state IN ('seen', 'stable')",
    "CREATE UNIQUE INDEX image_sha256_key ON image (sha256)",
    "CREATE INDEX image_unfinished ON image (state, id) WHERE state <> 'completed'",
    # Oldest first pages images without a capture time last, too.
    "CREATE INDEX image_oldest_first ON image ((taken_at IS NULL), sort_at, id)",
    "CREATE UNIQUE INDEX detector_sha256_key ON detector (sha256)",
    "CREATE UNIQUE INDEX detector_current_key ON detector (current) WHERE current",
    "CREATE INDEX job_claimable ON job (detector_id, alone DESC, id) WHERE state = 'pending' AND NOT held",
    "CREATE INDEX job_leased ON job (lease_until) WHERE state = 'processing'",
    "CREATE INDEX job_failed ON job (id) WHERE state = 'failed'",
    "CREATE INDEX detection_shown ON detection (detector_id, image_id) WHERE shown",
    "CREATE INDEX process_heartbeat ON process (role, heartbeat_at)",
    "CREATE UNIQUE INDEX upload_token_key ON upload (token_hash)",
]

KEYS = [
    "ALTER TABLE image ADD CONSTRAINT image_dump_id_fkey FOREIGN KEY (dump_id) REFERENCES dump (id)",
    # A sighting repeats image and detector of its detection so that PostgreSQL itself refuses
    # two boxes of one image for one deer.
    "ALTER TABLE sighting ADD CONSTRAINT sighting_detection_image_fkey FOREIGN KEY"
    " (detection_id, image_id, detector_id) REFERENCES detection (id, image_id, detector_id)",
]


class Migration(migrations.Migration):
    """Constraints and indexes of the first schema."""

    dependencies = [("thumper", "0001_first_schema")]

    operations = [ops.RunSQL([*CHECKS, *INDEXES, *KEYS])]
