"""What clients may follow: a snapshot first, then changes in order, resumable by number."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

import strawberry

from thumper.domain.feed import FeedEvent, FeedKind
from thumper.graphql.context import Info
from thumper.graphql.dumps.dump import watchable_dump
from thumper.graphql.image_list import IMAGE_LIST
from thumper.graphql.live.changed_images import ChangedImages
from thumper.graphql.live.image_content import DELETED_IDS, deleted_ids_in, images_in
from thumper.graphql.live.status import Status
from thumper.graphql.live.subscription_stream import MOST_ITEMS, Delivery, follow, newest
from thumper.graphql.live.subscription_topic import Detections, Images, SightingChange, Sightings
from thumper.graphql.photos.detection import DETECTION_LIST
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.identity import decode, decode_given
from thumper.graphql.relay.node import related
from thumper.graphql.relay.price import price
from thumper.graphql.relay.scalar import BigInt
from thumper.graphql.shared.shared_execution import Shared
from thumper.graphql.shared.together import loaded
from thumper.graphql.shared.wipe_checks import Asked
from thumper.store import models
from thumper.store.feed.snapshot import snapshot
from thumper.store.images import image_counts
from thumper.store.status import system_status

STATUS_AGE_S: Final = 0.5
"""Age up to which subscribers share a status that was computed for another."""

R = TypeVar("R")
C = TypeVar("C")
M = TypeVar("M")

DumpState: TypeAlias = tuple[system_status.DumpStatus, Asked | None, int]
"""The status of a dump, whether its card may be wiped if that was asked for, and the last event that changed capture
times or places of its images."""

After: TypeAlias = Annotated[
    BigInt | None,
    strawberry.argument(
        description="Go on after the message with this seq: without a snapshot, with everything that came later. When"
        " the feed does not reach back that far, or has not come that far, a snapshot is sent after all."
        " Over SSE the header Last-Event-ID says the same."
    ),
]
DumpId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="Global id of the dump.")]
BatchId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="Global id of the batch.")]
DeerId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only this deer; all when left out.")
]


@strawberry.interface(description="One message of a subscription; at most four are sent in a second.")
class LiveMessage:
    """Fields of every message."""

    seq: BigInt = strawberry.field(
        description="Number of the newest event that the message knows of; grows from message to message."
        " Give it as `after` to go on from here; over SSE it is the id of the event."
    )
    snapshot: bool = strawberry.field(
        description="Whether it stands by itself. When it comes later than first, forget what came before it."
    )
    answers: strawberry.Private[Shared] = dataclasses.field(default_factory=Shared, kw_only=True)
    """Its answers, by `answer_key`."""


@strawberry.type(description="How everything stands.")
class StatusMessage(LiveMessage):
    """One status."""

    content: strawberry.Private[system_status.SystemStatus]

    @field("How everything stands.", Status, takes=price(own=4))  # statements that count
    def status(self) -> system_status.SystemStatus:
        return self.content


@strawberry.type(description="How far a dump is.")
class DumpMessage(LiveMessage):
    """One dump."""

    content: strawberry.Private[DumpState]

    @field("The dump.", lazy("Dump"), takes=price(own=3))  # statements that count
    def dump(self) -> models.Dump:
        return self.content[0].row


@strawberry.type(description="How far a batch is.")
class BatchMessage(LiveMessage):
    """One batch."""

    content: strawberry.Private[tuple[models.Batch, image_counts.ImageCounts]]

    @field("The batch.", lazy("Batch"), takes=price(own=1))  # statements that count
    def batch(self) -> models.Batch:
        return self.content[0]


@strawberry.type(description="Images whose detection ended, and images that are gone.")
class ImagesMessage(LiveMessage):
    """Up to 250 images."""

    content: strawberry.Private[list[models.Image | UUID]]

    @field(
        "Completed and failed images, first ended first: up to 50 in a snapshot, 250 otherwise.",
        listed(lazy("Image")),
        takes=price(items=MOST_ITEMS),
    )
    def images(self) -> list[models.Image]:
        return images_in(self.content)

    @field(DELETED_IDS)
    def deleted_ids(self) -> list[strawberry.ID]:
        return deleted_ids_in(self.content)


@strawberry.type(description="Images of which people said something, and images that are gone.")
class ChangedImagesMessage(LiveMessage):
    """Up to 250 images."""

    content: strawberry.Private[list[models.Image | UUID]]

    @field(
        "The images as they are now, in the order of what was said last.",
        listed(lazy("Image")),
        takes=price(items=MOST_ITEMS),
    )
    def images(self) -> list[models.Image]:
        return images_in(self.content)

    @field(DELETED_IDS)
    def deleted_ids(self) -> list[strawberry.ID]:
        return deleted_ids_in(self.content)


@strawberry.type(description="New detections.")
class DetectionsMessage(LiveMessage):
    """Up to 250 detections."""

    content: strawberry.Private[list[models.Detection]]

    @field(
        "Detections, those of one image together: up to 50 in a snapshot, 250 otherwise, or all of a single image.",
        listed(lazy("Detection")),
        takes=price(items=MOST_ITEMS),
    )
    def detections(self) -> list[models.Detection]:
        return self.content


@strawberry.type(description="That a detection is no longer said to be a deer.")
class TakenBack:
    """An assignment that was taken back."""

    change: strawberry.Private[SightingChange]

    @field("The deer that it was said to be; null when it was deleted since.", optional(lazy("Deer")))
    @loaded
    def deer(self, info: Info) -> Any:
        return related(self.change.deer_id, "Deer", info=info)

    @field("The box; null when its image was deleted since.", optional(lazy("Detection")))
    @loaded
    def detection(self, info: Info) -> Any:
        return related(self.change.detection_id, "Detection", info=info)


@strawberry.type(description="Deer that were recognised.")
class SightingsMessage(LiveMessage):
    """Up to 250 changes."""

    content: strawberry.Private[list[SightingChange]]

    @field(
        "New sightings, first recorded first: up to 50 in a snapshot.",
        listed(lazy("Sighting")),
        takes=price(items=MOST_ITEMS),
    )
    def sightings(self) -> list[models.Sighting]:
        return [change.sighting for change in self.content if change.sighting is not None]

    @field("Sightings that were taken back.", takes=price(items=MOST_ITEMS))
    def taken_back(self) -> list[TakenBack]:
        return [TakenBack(change=change) for change in self.content if change.sighting is None]


class _DumpChanges:
    """The changes that one subscriber to a dump knows; of capture times and places it knows by the event only."""

    def __init__(self, dump_id: UUID) -> None:
        self._dump_id = dump_id
        self.clocks_changed = 0

    def concern(self, event: FeedEvent) -> bool:
        """Return whether an event is about the dump, and note one that changed capture times or places."""
        if event.dump_id != self._dump_id:
            return False
        if event.kind in {FeedKind.CLOCK_FIXED, FeedKind.PLACE_CHANGED}:
            self.clocks_changed = event.seq
        return True


_BEING_SENT: Final[WeakValueDictionary[Hashable, Any]] = WeakValueDictionary()
"""The messages that are being sent now, each to any number of subscribers."""


async def _messages(
    deliveries: AsyncIterator[Delivery[C]], kind: Callable[..., M]
) -> AsyncGenerator[M, None]:
    """Make messages; subscribers to the same content get the same object, and so share its answers."""
    async for delivery in deliveries:
        messages = [_message(delivery, kind)]
        del delivery  # as `follow` does
        yield messages.pop()


def _message(delivery: Delivery[C], kind: Callable[..., M]) -> M:
    """Return the message that brings a delivery, the same to all whom it is sent to."""
    # No other content has this id for as long as the message is there, which holds it.
    key = (kind, delivery.seq, delivery.snapshot, id(delivery.content))
    message: M | None = _BEING_SENT.get(key)
    if message is None:
        message = kind(seq=BigInt(delivery.seq), snapshot=delivery.snapshot, content=delivery.content)
        _BEING_SENT[key] = message
    return message


def subscription(description: str) -> Callable[[R], R]:
    """Make a resolver a subscription."""

    def declare(resolver: R) -> R:
        declared: R = strawberry.subscription(description=description)(resolver)
        return declared

    return declare


@strawberry.type(
    description="What can be followed live, over WebSocket (graphql-transport-ws) and over GraphQL over SSE (distinct"
    " connections) alike: the same messages, the same way to go on, the same refusals."
)
class Subscription:
    """The subscriptions."""

    @subscription(
        "How everything stands: at once, and whenever it changes. A process that falls silent shows within 15 seconds."
    )
    @staticmethod
    async def status(info: Info, after: After = None) -> AsyncGenerator[StatusMessage, None]:
        live = info.context.live

        async def read() -> tuple[int, system_status.SystemStatus]:
            seen = await live.status(seq=live.seq, max_age_s=STATUS_AGE_S)
            return seen.seq, seen

        return _messages(
            newest(live, read, concerns=lambda _: True, after=info.context.place(after)), StatusMessage
        )

    @subscription(
        "How far a dump is: at once, and whenever its receipt, its images, their capture times or places change, or a"
        " check whether its card may be wiped goes on. A check that a message asks for is shown in later ones; its"
        " verdict stands for as long as the dump does not change, ten minutes at most."
    )
    @staticmethod
    async def dump_progress(
        info: Info, dump_id: DumpId, after: After = None
    ) -> AsyncGenerator[DumpMessage, None]:
        uuid = decode(dump_id, "Dump")
        changes = _DumpChanges(uuid)

        async def read() -> tuple[int, DumpState]:
            async with snapshot() as seq:
                row = await models.Dump.get(id=uuid)
                seen = (await system_status.dump_statuses([row]))[0]
            # The progress of a check is a change, too.
            return seq, (seen, info.context.wipes.peek(uuid), changes.clocks_changed)

        if await watchable_dump(dump_id, info=info) is None:
            raise bad_request("NOT_FOUND", "There is no such dump.")
        states = newest(info.context.live, read, concerns=changes.concern, after=info.context.place(after))
        return _messages(states, DumpMessage)

    @subscription("How far a batch is: at once, and whenever a job of it changes.")
    @staticmethod
    async def batch_progress(
        info: Info, batch_id: BatchId, after: After = None
    ) -> AsyncGenerator[BatchMessage, None]:
        uuid = decode(batch_id, "Batch")

        async def read() -> tuple[int, tuple[models.Batch, image_counts.ImageCounts]]:
            async with snapshot() as seq:
                row = await models.Batch.get(id=uuid)
                return seq, (row, (await image_counts.of_batches([uuid]))[uuid])

        await _exists(uuid, "Batch", info=info)
        states = newest(
            info.context.live,
            read,
            concerns=lambda event: event.batch_id == uuid,
            after=info.context.place(after),
        )
        return _messages(states, BatchMessage)

    @subscription(
        "Images whose detection completed or failed: the last 50 first, then each once, in order. An image that is"
        " detected again comes again; of one that is gone comes its id."
    )
    @staticmethod
    async def image_processed(
        info: Info, where: Annotated[Any, IMAGE_LIST.where] = None, after: After = None
    ) -> AsyncGenerator[ImagesMessage, None]:
        topic = Images(IMAGE_LIST.search(where, zone=info.context.settings.zone))
        return _messages(follow(info.context.live, topic, after=info.context.place(after)), ImagesMessage)

    @subscription(
        "Images of which people said something: stars, tags, notes, that no animal is there, boxes drawn and removed,"
        " reviews, which deer it is; and ids of images that are gone. The first message is empty and tells from which"
        " seq on. An image comes again with each change as long as it matches."
    )
    @staticmethod
    async def image_changed(
        info: Info, where: Annotated[Any, IMAGE_LIST.where] = None, after: After = None
    ) -> AsyncGenerator[ChangedImagesMessage, None]:
        topic = ChangedImages(IMAGE_LIST.search(where, zone=info.context.settings.zone))
        return _messages(
            follow(info.context.live, topic, after=info.context.place(after)), ChangedImagesMessage
        )

    @subscription(
        "Detections of images that were completed, and boxes that people drew: the last 50 first, then each once, in"
        " order."
    )
    @staticmethod
    async def detection_added(
        info: Info, where: Annotated[Any, DETECTION_LIST.where] = None, after: After = None
    ) -> AsyncGenerator[DetectionsMessage, None]:
        topic = Detections(DETECTION_LIST.search(where, zone=info.context.settings.zone))
        return _messages(follow(info.context.live, topic, after=info.context.place(after)), DetectionsMessage)

    @subscription(
        "Sightings of known deer, recorded and taken back: the last 50 first, then each once, in order."
    )
    @staticmethod
    async def deer_seen(
        info: Info, deer_id: DeerId = None, after: After = None
    ) -> AsyncGenerator[SightingsMessage, None]:
        topic = Sightings(decode_given(deer_id, "Deer"))
        return _messages(follow(info.context.live, topic, after=info.context.place(after)), SightingsMessage)


async def _exists(uuid: UUID, type_name: str, *, info: Info) -> None:
    """Raise NOT_FOUND when there is no such record."""
    if await info.context.loaders.rows[type_name].load(uuid) is None:
        raise bad_request("NOT_FOUND", f"There is no such {type_name.lower()}.")
