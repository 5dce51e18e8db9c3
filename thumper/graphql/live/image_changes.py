"""What happened to images since an event, for clients that ask now and then instead of following live.

A client that comes too late is told so with a code, and never given a part as if it were all.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.live.image_content import DELETED_IDS, deleted_ids_in, images_in
from thumper.graphql.live.subscription_stream import MOST_ITEMS, changes_of
from thumper.graphql.live.subscription_topic import Images
from thumper.graphql.photos.image import IMAGE_LIST
from thumper.graphql.refusal import RequestError, bad_request
from thumper.graphql.relay.field import field, lazy, listed
from thumper.graphql.relay.price import price
from thumper.graphql.relay.scalar import BigInt
from thumper.graphql.shared.events import PAGE_EVENTS
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.feed.snapshot import remembers

FEED_EXPIRED: Final = "FEED_EXPIRED"
"""Code of a question for what happened since an event that the feed does not go back to."""


@strawberry.type(
    description="What happened to images since an event, as one step of keeping a copy up to date."
)
class ImageChanges:
    """Up to 250 images."""

    seq: BigInt = strawberry.field(
        description="Number of the newest event that this knows of. Ask for what came later with it as `after`."
    )
    has_more: bool = strawberry.field(description="Whether more has happened already: ask again at once.")
    content: strawberry.Private[list[models.Image | UUID]]

    @field(
        "Images that were completed or failed, up to 250, as they are now; first ended first.",
        listed(lazy("Image")),
        takes=price(items=MOST_ITEMS),
    )
    def images(self) -> list[models.Image]:
        return images_in(self.content)

    @field(DELETED_IDS)
    def deleted_ids(self) -> list[strawberry.ID]:
        return deleted_ids_in(self.content)


@strawberry.type
class ImageChangesQuery:
    """The query for what happened."""

    @field(
        "What happened to images since an event: what `imageProcessed` tells those who follow it live."
        " Refused with FEED_EXPIRED when the feed does not go back as far as `after`; then read `images` anew."
    )
    @staticmethod
    async def image_changes(
        info: Info,
        after: Annotated[
            BigInt | None,
            strawberry.argument(
                description="The seq of the answer or message before. Left out: only the present seq is answered, to be"
                " asked for before all `images` are read for the first time."
            ),
        ] = None,
        where: Annotated[Any, IMAGE_LIST.where] = None,
    ) -> ImageChanges | None:
        topic = Images(IMAGE_LIST.search(where))
        if after is None:
            return ImageChanges(seq=BigInt(await feed.latest()), has_more=False, content=[])
        events = await feed.read_after(after, limit=PAGE_EVENTS)
        # Asked afterwards: what was pruned between two questions must not be missing unnoticed.
        if not await remembers(after):
            raise _expired(after, info.context.settings.feed_days)
        if not events:
            return ImageChanges(seq=after, has_more=False, content=[])
        told = await changes_of(topic, events)
        more = told.seq < events[-1].seq or len(events) == PAGE_EVENTS
        return ImageChanges(seq=BigInt(told.seq), has_more=more, content=told.content)


def _expired(after: int, days: int) -> RequestError:
    return bad_request(
        FEED_EXPIRED,
        f"What happened after event {after} is not known any more, or that event has not come: events are kept for "
        f"{days} days (THUMPER_FEED_DAYS). Ask imageChanges without after for the present seq, then read all images "
        "anew, and go on with that seq.",
    )
