"""Names that are promised anew, files that are sent again, and no secret of an address beside the keys of mutations."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# Answers held the addresses as they were told. They lasted for an hour; the key still says which dump was made.
FORGET_ADDRESSES = """
UPDATE idempotency_key SET answer = NULL, request_sha256 = NULL,
    payload = jsonb_set(payload::jsonb, '{object,1,uploads}', 'null')::text
WHERE mutation = 'createUpload'
"""

INDEXES = [
    # Which rejected files of a card wait for another of their name.
    "CREATE INDEX upload_received ON upload (dump_id) WHERE file_id IS NOT NULL",
]


class Migration(migrations.Migration):
    """Two columns that may be null, for which PostgreSQL writes no row, and an index."""

    dependencies = [("thumper", "0031_scenes")]

    operations = [
        ops.AddField(model_name="Upload", name="replaced_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="Upload", name="replaces_id", field=fields.UUIDField(null=True)),
        ops.RunSQL([FORGET_ADDRESSES, *INDEXES]),
    ]
