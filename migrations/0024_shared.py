"""Which locations guests may see: none, until somebody shares one."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One column with a constant default: PostgreSQL writes no row for it."""

    dependencies = [("thumper", "0023_identity")]

    operations = [
        ops.AddField(model_name="Location", name="shared", field=fields.BooleanField(db_default=False))
    ]
