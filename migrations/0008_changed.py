"""The status change time of each file as it settled: another one means that its bytes may be others (`docs/decisions/026`)."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One column, empty for files that settled before: PostgreSQL writes no row for it."""

    dependencies = [("thumper", "0007_moves")]

    operations = [ops.AddField(model_name="File", name="changed_ns", field=fields.BigIntField(null=True))]
