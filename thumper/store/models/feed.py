"""The numbered event log that subscriptions read."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from thumper.domain.feed import FeedKind
from thumper.store.models.columns import created_column


class Feed(Model):
    """One event; `thumper.store.feed.feed` is the only writer."""

    seq = fields.BigIntField(primary_key=True, generated=True)
    kind = fields.CharEnumField(FeedKind, max_length=24)
    image_id = fields.UUIDField(null=True)
    dump_id = fields.UUIDField(null=True)
    batch_id = fields.UUIDField(null=True)
    deer_id = fields.UUIDField(null=True)
    detection_id = fields.UUIDField(null=True)
    at = created_column()

    class Meta:
        table = "feed"
