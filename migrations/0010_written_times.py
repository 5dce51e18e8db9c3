"""Times out of XMP, IPTC and GPS, and which photos have an offset from UTC beside their time that cannot be read."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

SOURCES = "'exif_original', 'exif_digitized', 'maker_note', 'exif_modified', 'xmp', 'iptc', 'file_name', 'sidecar', 'gps'"

# The words that were allowed stay so: a look at every row, without a change to one.
CHECKS = [
    f"ALTER TABLE image ADD CONSTRAINT image_time_source CHECK (time_source IN ({SOURCES}, 'none'))",
    f"ALTER TABLE image ADD CONSTRAINT image_clock_source CHECK (clock_source IN ({SOURCES}))",
]
INDEXES = ["CREATE INDEX image_offset_unreadable ON image (sort_at, id) WHERE offset_unreadable"]


class Migration(migrations.Migration):
    """A column and two constraints."""

    dependencies = [("thumper", "0009_arrived")]

    operations = [
        ops.AddField(
            model_name="Image", name="offset_unreadable", field=fields.BooleanField(db_default=False)
        ),
        ops.RunSQL(
            [
                "ALTER TABLE image DROP CONSTRAINT image_time_source",
                "ALTER TABLE image DROP CONSTRAINT image_clock_source",
                *CHECKS,
                *INDEXES,
            ]
        ),
    ]
