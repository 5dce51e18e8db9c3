"""Until when each person has seen what is new, and the boxes that nobody reviewed by how sure the model is."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

INDEXES = [
    "CREATE INDEX detection_least_sure ON detection (confidence, id) WHERE shown AND verdict IS NULL",
]


class Migration(migrations.Migration):
    """One column that may be null, and one index: a million boxes take some seconds."""

    dependencies = [("thumper", "0028_uploads_of_programs")]

    operations = [
        ops.AddField(
            model_name="Person",
            name="looked_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(INDEXES),
    ]
