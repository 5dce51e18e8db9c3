"""What a worker's stages take, and the indexes that a large herd of images needs."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

INDEXES = [
    # The newest processed images, for whoever shows what just happened.
    "CREATE INDEX image_processed ON image (processed_at DESC, id DESC) WHERE processed_at IS NOT NULL",
    # A sweeper asks what waits for which detector, and most jobs wait for none.
    "CREATE INDEX job_waiting ON job (detector_id) WHERE state = 'pending'",
]


class Migration(migrations.Migration):
    """A column and two indexes."""

    dependencies = [("thumper", "0003_honest_time")]

    operations = [
        ops.AddField(
            model_name="Process",
            name="stages",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.RunSQL(INDEXES),
    ]
