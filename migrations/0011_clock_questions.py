"""Clocks ahead of the day of delivery, cards that are old when they arrive and what people say of them, file names."""

from tortoise import fields, migrations
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.store.postgres.ids import new_id

AHEAD = "coalesce(taken_at - created_at > interval '1 day', FALSE)"

INDEXES = [
    "CREATE INDEX image_clock_suspect ON image (sort_at, id)"
    f" WHERE clock_doubt IS NOT NULL AND clock_fix_id IS NULL OR {AHEAD}",
    # People know a photo by the name of its file.
    "CREATE INDEX image_file_name ON image (lower(file_name))",
    # A dump is confirmed once at a time.
    "CREATE UNIQUE INDEX clock_confirmation_standing_key ON clock_confirmation (dump_id) WHERE undone_at IS NULL",
]

KEYS = [
    "ALTER TABLE clock_confirmation ADD CONSTRAINT clock_confirmation_dump_id_fkey FOREIGN KEY (dump_id)"
    " REFERENCES dump (id)",
]


class Migration(migrations.Migration):
    """A table, and indexes: no row of an image is written."""

    dependencies = [("thumper", "0010_written_times")]

    operations = [
        ops.CreateModel(
            name="ClockConfirmation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("dump_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "clock_confirmation",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "One person's word that the clocks of a dump were right although its photos are old.",
            },
            bases=["Model"],
        ),
        # The newest photo of a dump is found without reading the others.
        ops.RemoveIndex(model_name="Image", fields=["dump_id"]),
        ops.AddIndex(model_name="Image", index=Index(fields=["dump_id", "taken_at"])),
        ops.RunSQL(["DROP INDEX image_clock_suspect", *INDEXES, *KEYS]),
    ]
