"""Images that people deleted, by the hash of their bytes: the same bytes are not taken in again."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.db_defaults import Now
from tortoise.migrations import operations as ops

from thumper.store.postgres.ids import new_id

CHECKS = [
    "ALTER TABLE deletion ADD CONSTRAINT deletion_sha256 CHECK (octet_length(sha256) = 32)",
]
INDEXES = [
    "CREATE UNIQUE INDEX deletion_sha256_key ON deletion (sha256) WHERE undone_at IS NULL",
    "CREATE INDEX deletion_newest ON deletion (created_at, id)",
    # Pictures that may still lie in the library: those of the last hour.
    "CREATE INDEX deletion_unerased ON deletion (id) WHERE erased_at IS NULL",
    # Which files of which dumps had the bytes of a deleted image.
    "CREATE INDEX file_deleted ON file (sha256) WHERE reason = 'DELETED'",
    # Images by the names of the files that delivered them again; image_file_name is for the first.
    "CREATE INDEX file_name_again ON file (lower(regexp_replace(display_path, '^.*/', ''))) WHERE state = 'duplicate'",
]


class Migration(migrations.Migration):
    """A table, and an index of the files that were rejected because of it."""

    dependencies = [("thumper", "0013_places_of_cards")]

    operations = [
        ops.CreateModel(
            name="Deletion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("sha256", fields.BinaryField()),
                ("note", fields.TextField(default="", unique=False)),
                (
                    "arrived",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("erased_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "deletion",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One image that a person deleted; while it stands, its bytes are not taken in again.",
            },
            bases=["Model"],
        ),
        ops.RunSQL([*CHECKS, *INDEXES]),
    ]
