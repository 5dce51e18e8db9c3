"""The index of the boxes that are shown knows as well which of them a person rejected, so that it alone can be counted."""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = ["CREATE INDEX detection_shown ON detection (detector_id, image_id) INCLUDE (verdict) WHERE shown"]


class Migration(migrations.Migration):
    """One index, made anew."""

    dependencies = [("thumper", "0005_precision")]

    operations = [ops.RunSQL(["DROP INDEX detection_shown", *INDEXES])]
