"""What cameras have shown so far, and when one of them began to show another scene."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.store.models.columns import BytewiseTextField
from thumper.store.postgres.ids import new_id

CHECKS = [
    "ALTER TABLE scene_change ADD CONSTRAINT scene_change_answer CHECK ((moved IS NULL) = (answered_at IS NULL))",
]
INDEXES = [
    # The photos that were not looked at yet, without a look at those that nobody may look at for long.
    "CREATE INDEX image_scene ON image (deployment_id, sort_at, sort_name, id)"
    " WHERE state = 'completed' AND taken_at IS NOT NULL",
    # Files that a dump of uploads misses: looked for after each file that came.
    "CREATE INDEX upload_unsent ON upload (dump_id, expires_at) WHERE file_id IS NULL",
]


def _link(noun: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "source_field": f"{noun.lower()}_id",
        "db_constraint": True,
        "to_field": "id",
        "related_name": name,
        "on_delete": OnDelete.CASCADE,
        **more,
    }


class Migration(migrations.Migration):
    """Two tables; the photos that are there are looked at when the worker has nothing else to do."""

    dependencies = [("thumper", "0030_property_maps")]

    operations = [
        ops.CreateModel(
            name="SceneMemory",
            fields=[
                (
                    "deployment",
                    fields.OneToOneField(
                        "thumper.Deployment",
                        **_link("Deployment", "scene_memory", primary_key=True),
                    ),
                ),
                ("sort_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sort_name", BytewiseTextField(unique=False)),
                ("image_id", fields.UUIDField()),
                ("known", fields.BinaryField()),
                ("strange", fields.BinaryField()),
            ],
            options={
                "table": "scene_memory",
                "app": "thumper",
                "pk_attr": "deployment_id",
                "table_description": "How far a deployment's photos were looked at, in the order of its list, and what is"
                " remembered of them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SceneChange",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "deployment",
                    fields.ForeignKeyField("thumper.Deployment", **_link("Deployment", "scene_changes")),
                ),
                (
                    "image",
                    fields.OneToOneField("thumper.Image", **_link("Image", "scene_change")),
                ),
                ("before_image_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("moved", fields.BooleanField(null=True)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "scene_change",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "A camera that stayed at its place and shows another scene: whether it was moved is"
                " asked.",
                "indexes": [Index(fields=["deployment_id", "created_at"])],
            },
            bases=["Model"],
        ),
        ops.RunSQL([*CHECKS, *INDEXES]),
    ]
