"""Which machine last used a source: a library that lies elsewhere now was moved there, or another machine sees it so."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One column, empty for sources of before: PostgreSQL writes no row for it."""

    dependencies = [("thumper", "0016_unplaced")]

    operations = [
        ops.AddField(model_name="Source", name="host", field=fields.CharField(null=True, max_length=255))
    ]
