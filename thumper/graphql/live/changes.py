"""What has changed since an event, for clients that keep a copy and ask now and then instead of following live.

A client that comes too late is told so with a code, and never given a part as if it were all.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import strawberry

from thumper.domain.changed_records import MOST_RECORDS, ChangedRecords, changed_records
from thumper.graphql.context import Info
from thumper.graphql.refusal import RequestError, bad_request
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.identity import encode
from thumper.graphql.relay.price import OF_PAGE, price
from thumper.graphql.relay.scalar import BigInt
from thumper.graphql.shared.events import PAGE_EVENTS
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.feed.snapshot import remembers
from thumper.store.images import detectors

FEED_EXPIRED: Final = "FEED_EXPIRED"
"""Code of a question for what happened since an event that the feed does not go back to."""


@strawberry.type(
    description="What has changed since an event, as one step of keeping a copy up to date. Everything is given as it"
    " is now, not as it was at the event: what changes again while you page comes again on a later page, and nothing is"
    " left out."
)
class Changes:
    """One step; rows are read when they are asked for, hence never older than `seq`."""

    seq: BigInt = strawberry.field(
        description="Number of the newest event that this knows of. Ask for what came later with it as `after`."
    )
    has_more: bool = strawberry.field(description="Whether more has happened already: ask again at once.")
    records: strawberry.Private[ChangedRecords]

    @field(
        "Images that are new, or changed in anything: their detection ended, a box was reviewed, drawn or removed, a"
        " deer was recognised or no longer, somebody noted something. Read all that you keep of each anew, what hangs"
        " on it included. With deletedIds and dumpsToReread together no more than `first`.",
        listed(lazy("Image")),
        takes=price(items=OF_PAGE),
    )
    async def images(self, info: Info) -> list[models.Image]:
        return await _rows(info, "Image", self.records)

    @field(
        "Ids of images that are gone: deleted, or replaced by the whole photo. Forget them with all that hung on them;"
        " an id never comes back."
    )
    def deleted_ids(self) -> list[strawberry.ID]:
        return [encode("Image", gone) for gone in self.records.gone]

    @field(
        "Dumps whose images may have other capture times, doubts of them or places: a clock was repaired, a time zone"
        " changed, a card was compared when it had settled, photos moved to another place. That may be many images, so"
        " page through `images` of each dump.",
        listed(lazy("Dump")),
        takes=price(items=OF_PAGE),
    )
    async def dumps_to_reread(self, info: Info) -> list[models.Dump]:
        return await _rows(info, "Dump", self.records)

    @field(
        "The detector whose boxes images show; null before the first one. When it is another one than before, the boxes"
        " of all images may be others: read `images` of the query anew.",
        optional(lazy("Detector")),
    )
    async def detector(self) -> models.Detector | None:
        return await detectors.current()


async def _rows(info: Info, noun: str, records: ChangedRecords) -> list[Any]:
    """Return the rows that are still there: what went since is told by a later event."""
    ids = records.images if noun == "Image" else records.dumps
    rows = await info.context.loaders.rows[noun].load_many(list(ids))
    return [row for row in rows if row is not None]


@strawberry.type
class ChangesQuery:
    """The query for what has changed."""

    @field(
        "What has changed since an event, for keeping a copy of images up to date by asking now and then. Refused with"
        " FEED_EXPIRED when the feed does not go back as far as `after`; then read everything anew. Locations, cameras,"
        " deployments, dumps and deer are few: read these lists again when you need them. Not told is that an image"
        " waits for the detector again or is at it; the end of it is.",
        optional(Changes),
        takes=price(page=MOST_RECORDS),
    )
    @staticmethod
    async def changes(
        info: Info,
        after: Annotated[
            BigInt | None,
            strawberry.argument(
                description="The seq of the answer or message before: what came later is answered. Left out: only the"
                " present seq, to be asked for before all `images` are read for the first time."
            ),
        ] = None,
        first: Annotated[
            int | None,
            strawberry.argument(
                description=f"How many images, deletedIds and dumpsToReread together at most, 1 to {MOST_RECORDS};"
                f" {MOST_RECORDS} when left out."
            ),
        ] = None,
    ) -> Changes:
        most = _most(first)
        if after is None:
            return _nothing(await feed.latest())
        events = await feed.read_after(after, limit=PAGE_EVENTS)
        # Asked afterwards: what was pruned between two questions must not be missing unnoticed.
        if not await remembers(after):
            raise _expired(after, info.context.settings.feed_days)
        if not events:
            return _nothing(after)
        records = changed_records(events, most=most)
        more = records.seq < events[-1].seq or len(events) == PAGE_EVENTS
        return Changes(seq=BigInt(records.seq), has_more=more, records=records)


def _most(first: int | None) -> int:
    """Return how many records one answer may have. Raises BAD_PAGE, PAGE_TOO_LARGE."""
    if first is None:
        return MOST_RECORDS
    if first < 1:
        raise bad_request("BAD_PAGE", f"first is {first}; it must be 1 to {MOST_RECORDS}.")
    if first > MOST_RECORDS:
        raise bad_request(
            "PAGE_TOO_LARGE",
            f"first is {first}; changes has at most {MOST_RECORDS} records at a time. Ask for more with the seq of the "
            "answer as after.",
        )
    return first


def _nothing(seq: int) -> Changes:
    records = ChangedRecords(seq=seq, images=(), gone=(), dumps=())
    return Changes(seq=BigInt(seq), has_more=False, records=records)


def _expired(after: int, days: int) -> RequestError:
    return bad_request(
        FEED_EXPIRED,
        f"What happened after event {after} is not known any more, or that event has not come: events are kept for "
        f"{days} days (THUMPER_FEED_DAYS). Ask changes without after for the present seq, then read all images "
        "anew, and go on with that seq.",
    )
