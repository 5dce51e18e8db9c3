"""Photos without a location are counted from an index; which duplicates gave an image its place; one blank in names."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

INDEXES = ["CREATE INDEX image_unplaced ON image (dump_id, camera_id) WHERE location_id IS NULL"]

# A name that another location has already stays as it is: people merge the two.
ONE_BLANK = r"""
UPDATE location SET name = fresh.name
FROM (
    SELECT DISTINCT ON (lower(clean.name)) location.id, clean.name
    FROM location, LATERAL (SELECT btrim(regexp_replace(location.name, '[\s\u00a0]+', ' ', 'g')) AS name) AS clean
    WHERE clean.name <> ''
    ORDER BY lower(clean.name), location.name <> clean.name, location.created_at, location.id
) AS fresh
WHERE location.id = fresh.id AND location.name <> fresh.name
    AND NOT EXISTS (
        SELECT FROM location AS other WHERE other.id <> location.id AND lower(other.name) = lower(fresh.name)
    )
"""


class Migration(migrations.Migration):
    """A column, an index, and names."""

    dependencies = [("thumper", "0012_places")]

    operations = [
        ops.AddField(model_name="File", name="placed", field=fields.BooleanField(db_default=False)),
        ops.RunSQL([*INDEXES, ONE_BLANK]),
    ]
