"""A model that computes in another precision is another detector; how far it agrees with the reference is recorded."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from thumper.domain.precision import Precision

CHECKS = [
    "ALTER TABLE detector ADD CONSTRAINT detector_precision CHECK (precision IN ('fp32', 'bf16', 'fp16'))",
]
INDEXES = ["CREATE UNIQUE INDEX detector_sha256_key ON detector (sha256, precision)"]


class Migration(migrations.Migration):
    """Two columns, and the key that holds one of them."""

    dependencies = [("thumper", "0004_scale")]

    operations = [
        ops.AddField(
            model_name="Detector",
            name="precision",
            field=fields.CharEnumField(
                enum_type=Precision,
                max_length=4,
                db_default=Precision.FP32,
                description="FP32: fp32\nBF16: bf16\nFP16: fp16",
            ),
        ),
        ops.AddField(
            model_name="Detector",
            name="agreement",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.RunSQL(["DROP INDEX detector_sha256_key", *CHECKS, *INDEXES]),
    ]
