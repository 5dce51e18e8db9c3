"""What a process waits for is a word, so that an image that waits for the process can tell it, too."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """A column; a running process fills it with its next sign of life."""

    dependencies = [("thumper", "0018_host")]

    operations = [
        ops.AddField(
            model_name="Process",
            name="condition",
            field=fields.CharField(null=True, unique=False, max_length=32),
        ),
    ]
