"""What people say of whole images, boxes that they draw, reviews that are taken back, uploads that are cancelled."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.migrations import operations as ops

from thumper.domain.mark import MarkKind
from thumper.store.postgres.ids import new_id

CHECKS = [
    "ALTER TABLE mark ADD CONSTRAINT mark_kind CHECK (kind IN ('star', 'tag', 'note', 'empty'))",
    "ALTER TABLE mark ADD CONSTRAINT mark_text CHECK ((kind IN ('tag', 'note')) = (text <> ''))",
    "ALTER TABLE mark ADD CONSTRAINT mark_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL))",
    "ALTER TABLE review ADD CONSTRAINT review_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL))",
    # Only what a person drew can be removed; what was removed does not count.
    "ALTER TABLE detection ADD CONSTRAINT detection_removed CHECK (CASE WHEN removed_at IS NULL THEN removed_by IS NULL"
    " ELSE drawn_by IS NOT NULL AND removed_by IS NOT NULL AND NOT shown END)",
    "ALTER TABLE detector ADD CONSTRAINT detector_people CHECK (NOT (people AND current))",
]
INDEXES = [
    # A photo has one star, one note, one word that it is empty, and each tag once.
    "CREATE UNIQUE INDEX mark_standing_key ON mark (image_id, kind) WHERE kind <> 'tag' AND undone_at IS NULL",
    "CREATE UNIQUE INDEX mark_tag_key ON mark (image_id, lower(text)) WHERE kind = 'tag' AND undone_at IS NULL",
    "CREATE INDEX mark_tagged ON mark (lower(text), image_id) WHERE kind = 'tag' AND undone_at IS NULL",
    "CREATE INDEX mark_kind_image ON mark (kind, image_id) WHERE kind <> 'tag' AND undone_at IS NULL",
    "CREATE INDEX mark_image ON mark (image_id)",  # for the deletion of an image
    "CREATE INDEX detection_drawn ON detection (image_id) WHERE drawn_by IS NOT NULL",
    "CREATE INDEX review_of_mark ON review (mark_id) WHERE mark_id IS NOT NULL",
    "CREATE UNIQUE INDEX detector_people_key ON detector (people) WHERE people",
]


class Migration(migrations.Migration):
    """A table, and columns that are null or have a default: no row is written."""

    dependencies = [("thumper", "0021_idempotency_keys")]

    operations = [
        ops.CreateModel(
            name="Mark",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "image",
                    fields.ForeignKeyField(
                        "thumper.Image",
                        source_field="image_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="marks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharEnumField(enum_type=MarkKind, max_length=8)),
                ("text", fields.TextField(default="", unique=False)),
                ("actor", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("undone_by", fields.CharField(null=True, max_length=200)),
            ],
            options={
                "table": "mark",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "What a person said of a whole image: a star, a tag, a note, or that no animal is on it.",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="Detector", name="people", field=fields.BooleanField(db_default=False)),
        ops.AddField(
            model_name="Detection", name="drawn_by", field=fields.CharField(null=True, max_length=200)
        ),
        ops.AddField(
            model_name="Detection",
            name="removed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Detection", name="removed_by", field=fields.CharField(null=True, max_length=200)
        ),
        ops.AddField(model_name="Detection", name="repeats_id", field=fields.UUIDField(null=True)),
        ops.AddField(
            model_name="Review",
            name="undone_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Review", name="undone_by", field=fields.CharField(null=True, max_length=200)
        ),
        ops.AddField(model_name="Review", name="mark_id", field=fields.UUIDField(null=True)),
        ops.AddField(
            model_name="Upload",
            name="cancelled_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL([*CHECKS, *INDEXES]),
    ]
