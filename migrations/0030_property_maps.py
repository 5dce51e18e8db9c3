"""Pictures of the property, and where locations are on them."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from thumper.store.postgres.ids import new_id

CHECKS = [
    "ALTER TABLE map_spot ADD CONSTRAINT map_spot_inside CHECK (x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1)",
    "ALTER TABLE property_map ADD CONSTRAINT property_map_hash CHECK (length(sha256) = 32)",
]
INDEXES = [
    "CREATE UNIQUE INDEX map_name_key ON property_map (lower(name))",
]


def _of(noun: str, column: str) -> Any:
    return fields.ForeignKeyField(
        f"thumper.{noun}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name="spots",
        on_delete=OnDelete.CASCADE,
    )


class Migration(migrations.Migration):
    """Two tables."""

    dependencies = [("thumper", "0029_looks")]

    operations = [
        ops.CreateModel(
            name="PropertyMap",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("width_px", fields.IntField()),
                ("height_px", fields.IntField()),
                ("picture", fields.BinaryField()),
                ("sha256", fields.BinaryField()),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "property_map",
                "app": "thumper",
                "pk_attr": "id",
                "table_description": "A picture of the property.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MapSpot",
            fields=[
                (
                    "number",
                    fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True),
                ),
                ("map", _of("PropertyMap", "map_id")),
                ("location", _of("Location", "location_id")),
                ("x", fields.FloatField()),
                ("y", fields.FloatField()),
            ],
            options={
                "table": "map_spot",
                "app": "thumper",
                "pk_attr": "number",
                "table_description": "Where a location is on a picture of the property.",
                "unique_together": (("map_id", "location_id"),),
                "indexes": [Index(fields=["location_id"])],
            },
            bases=["Model"],
        ),
        ops.RunSQL([*CHECKS, *INDEXES]),
    ]
