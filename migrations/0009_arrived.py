"""What was there of a photo that was admitted incomplete, so that the whole one is known when it comes."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

INDEXES = [
    # Which rows a path had before, whatever their dumps: there are few.
    "CREATE INDEX file_superseded ON file (source_id, path) WHERE NOT live",
]


class Migration(migrations.Migration):
    """A column and an index."""

    dependencies = [("thumper", "0008_changed")]

    operations = [
        ops.AddField(
            model_name="Image",
            name="arrived",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.RunSQL(INDEXES),
    ]
