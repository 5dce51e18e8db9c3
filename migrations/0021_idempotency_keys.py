"""Keys under which clients may send a mutation again: what it did is recorded in the same transaction."""

from tortoise import fields, migrations
from tortoise.fields.db_defaults import Now
from tortoise.migrations import operations as ops

from thumper.store.postgres.ids import new_id

INDEXES = [
    "CREATE UNIQUE INDEX idempotency_key_key ON idempotency_key (actor, key)",
    "CREATE INDEX idempotency_key_age ON idempotency_key (created_at)",
]


class Migration(migrations.Migration):
    """A table, empty at first."""

    dependencies = [("thumper", "0020_condition")]

    operations = [
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("actor", fields.TextField(unique=False)),
                ("key", fields.TextField(unique=False)),
                ("mutation", fields.TextField(unique=False)),
                ("input_sha256", fields.BinaryField()),
                ("payload", fields.TextField(null=True, unique=False)),
                ("completed", fields.BooleanField(default=False)),
                ("request_sha256", fields.BinaryField(null=True)),
                ("answer", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_key",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One mutation that a client named, so that it may be sent again without being made again.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(INDEXES),
    ]
