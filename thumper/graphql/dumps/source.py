"""Where files come from, and whether watching a folder works."""

from __future__ import annotations

import datetime as dt

import strawberry

from thumper.domain.progress import SourceKind, SourceState, WatchMode
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import WITHHELD, field
from thumper.store import models
from thumper.store.status import system_status

publish(
    WatchMode,
    "How new files of a watched folder are noticed.",
    {
        WatchMode.EVENTS: "The file system tells of them at once; rescans find what it forgets.",
        WatchMode.POLLING: "By rescans only, as the file system tells nothing, or only a part.",
    },
)


@strawberry.type(description="Where files come from: a watched folder, an ingested path, or uploads.")
class Source:
    """Backed by `models.Source`, and by `system_status.SourceStatus`."""

    kind: SourceKind = strawberry.field(description="How its files come in.")
    state: SourceState = strawberry.field(description="Whether it can be read now.")
    watch_mode: WatchMode | None = strawberry.field(
        description="How new files are noticed; null for a source that is not watched."
    )
    watch_note: str | None = strawberry.field(
        description="Why it is polled, is offline, or gets no canary, in a sentence or two; null when all is well."
        f" {WITHHELD}"
    )
    canary_at: dt.datetime | None = strawberry.field(
        description="When a canary file last proved that events arrive; null when none ever did."
    )
    last_scan_at: dt.datetime | None = strawberry.field(
        description="When all of it was last walked; null when it never was."
    )

    @field(
        r"Its path; bytes that are no UTF-8, or could mislead a reader, are escaped as \xe9 or \n. "
        + WITHHELD
    )
    @staticmethod
    def path(root: strawberry.Parent[models.Source | system_status.SourceStatus]) -> str | None:
        return root.display_path
