"""Places that people change: what a relocation was about, and what everything that it moved had before."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.store.postgres.ids import new_id

CHECKS = [
    "ALTER TABLE relocation ADD CONSTRAINT relocation_scope"
    " CHECK (num_nonnulls(dump_id, deployment_id, merged_id) <= 1 AND (camera_id IS NULL OR dump_id IS NOT NULL))",
    "ALTER TABLE location ADD CONSTRAINT location_merged CHECK (merged_into_id <> id)",
]

INDEXES = [
    "CREATE INDEX location_merged_into ON location (merged_into_id) WHERE merged_into_id IS NOT NULL",
]

KEYS = [
    # What was merged into a location is another name of it, and goes with it.
    "ALTER TABLE location ADD CONSTRAINT location_merged_into_id_fkey FOREIGN KEY (merged_into_id)"
    " REFERENCES location (id) ON DELETE CASCADE",
    "ALTER TABLE relocation ADD CONSTRAINT relocation_dump_id_fkey FOREIGN KEY (dump_id)"
    " REFERENCES dump (id)",
]


def _id() -> Any:
    return fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)


def _number() -> Any:
    return fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)


def _of(noun: str, *, moves: str) -> Any:
    return fields.ForeignKeyField(
        f"thumper.{noun}",
        source_field=f"{noun.lower()}_id",
        db_constraint=True,
        to_field="id",
        related_name=moves,
        on_delete=OnDelete.CASCADE,
    )


def _options(table: str, description: str, **more: Any) -> dict[str, Any]:
    return {
        "table": table,
        "app": "thumper",
        "pk_attr": "id" if table == "relocation" else "number",
        "table_description": description,
        **more,
    }


class Migration(migrations.Migration):
    """A column, and four tables."""

    dependencies = [("thumper", "0011_clock_questions")]

    operations = [
        ops.AddField(model_name="Location", name="merged_into_id", field=fields.UUIDField(null=True)),
        ops.CreateModel(
            name="Relocation",
            fields=[
                ("id", _id()),
                ("dump_id", fields.UUIDField(null=True)),
                ("camera_id", fields.UUIDField(null=True)),
                ("deployment_id", fields.UUIDField(null=True)),
                ("merged_id", fields.UUIDField(null=True)),
                ("location_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ("undone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options=_options(
                "relocation",
                "One person's word on where photos are from; what it moved knows what it had before.",
                indexes=[
                    Index(fields=["dump_id"]),
                    Index(fields=["location_id"]),
                    Index(fields=["merged_id"]),
                ],
            ),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImageMove",
            fields=[
                ("number", _number()),
                ("relocation", _of("Relocation", moves="image_moves")),
                ("image", _of("Image", moves="moves")),
                ("location_id", fields.UUIDField(null=True)),
                ("deployment_id", fields.UUIDField(null=True)),
            ],
            options=_options(
                "image_move",
                "Where an image was, and to which stay it belonged, before a relocation.",
                unique_together=(("relocation_id", "image_id"),),
                indexes=[Index(fields=["image_id"]), Index(fields=["location_id"])],
            ),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DumpMove",
            fields=[
                ("number", _number()),
                ("relocation", _of("Relocation", moves="dump_moves")),
                ("dump", _of("Dump", moves="moves")),
                ("location_id", fields.UUIDField(null=True)),
            ],
            options=_options(
                "dump_move",
                "Which place a dump had before a relocation.",
                unique_together=(("relocation_id", "dump_id"),),
                indexes=[Index(fields=["dump_id"])],
            ),
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DeploymentMove",
            fields=[
                ("number", _number()),
                ("relocation", _of("Relocation", moves="deployment_moves")),
                ("deployment_id", fields.UUIDField()),
                ("camera_id", fields.UUIDField()),
                ("location_id", fields.UUIDField(null=True)),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options=_options(
                "deployment_move",
                "What a deployment was before a relocation; without a place it did not exist.",
                unique_together=(("relocation_id", "deployment_id"),),
                indexes=[Index(fields=["deployment_id"])],
            ),
            bases=["Model"],
        ),
        ops.RunSQL([*CHECKS, *INDEXES, *KEYS]),
    ]
