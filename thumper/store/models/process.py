"""The running processes of Thumper and their last sign of life."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from thumper.domain.progress import ProcessRole, ProcessState
from thumper.store.models.columns import created_column, id_column
from thumper.store.models.detector import Detector


class Process(Model):
    """One process; it is down when its heartbeat is older than `processes.DOWN_AFTER_S`."""

    id = id_column()
    role = fields.CharEnumField(ProcessRole, max_length=8)
    host = fields.CharField(max_length=255)
    pid = fields.IntField()
    state = fields.CharEnumField(ProcessState, max_length=12, default=ProcessState.STARTING)
    condition: str | None = fields.CharField(max_length=32, null=True)  # type: ignore[assignment]  # may be null
    """What it waits for, or why it is slower than it could be (`thumper.domain.condition.Condition`); null when all is
    well. Not an enum's column, so that a new word needs no migration."""
    message = fields.TextField(default="")
    """What keeps it from working, in a sentence; empty when all is well."""
    device = fields.CharField(max_length=64, null=True)
    detector: fields.ForeignKeyNullableRelation[Detector] = fields.ForeignKeyField(
        "thumper.Detector", related_name="processes", null=True, on_delete=fields.SET_NULL
    )
    images_per_s = fields.FloatField(null=True)
    stages: Any = fields.JSONField(null=True)
    """Seconds an image of each `Stage` that a worker has timed, by its name."""
    restarts = fields.IntField(default=0)
    """How often the supervisor had to start it again."""
    last_exit = fields.TextField(default="")
    """How the process before it ended."""
    started_at = created_column()
    heartbeat_at = created_column()

    class Meta:
        table = "process"
