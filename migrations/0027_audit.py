"""What people and programs did, appended in the transaction of what they did."""

from tortoise import fields, migrations
from tortoise.fields.db_defaults import Now
from tortoise.migrations import operations as ops

from thumper.store.postgres.ids import new_id

CHECKS = [
    "ALTER TABLE audit ADD CONSTRAINT audit_role CHECK (role IN ('', 'owner', 'member', 'guest'))",
    "ALTER TABLE audit ADD CONSTRAINT audit_outcome CHECK (action <> '' AND outcome <> '')",
]
INDEXES = [
    "CREATE INDEX audit_latest ON audit (created_at, id)",
    "CREATE INDEX audit_person ON audit (person_id, created_at, id)",
]


class Migration(migrations.Migration):
    """A table, empty at first."""

    dependencies = [("thumper", "0026_accounts")]

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("actor", fields.TextField(unique=False)),
                ("role", fields.TextField(unique=False)),
                ("person_id", fields.UUIDField(null=True)),
                ("credential_id", fields.UUIDField(null=True)),
                ("address", fields.TextField(unique=False)),
                ("action", fields.TextField(unique=False)),
                ("records", fields.JSONField(default=list)),
                ("record_count", fields.IntField(default=0)),
                ("outcome", fields.TextField(unique=False)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "audit",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One thing that somebody did: appended, never changed.",
            },
            bases=["Model"],
        ),
        ops.RunSQL([*CHECKS, *INDEXES]),
    ]
