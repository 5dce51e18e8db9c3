"""With which session or token an upload was begun: a program that may only upload sees its own dumps and no others."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One column that may be null: PostgreSQL writes no row for it."""

    dependencies = [("thumper", "0026_accounts")]

    operations = [ops.AddField(model_name="Dump", name="credential_id", field=fields.UUIDField(null=True))]
