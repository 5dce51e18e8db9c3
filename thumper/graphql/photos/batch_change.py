"""Sending images to detection: pending ones, and those whose detection failed."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import strawberry

from thumper.domain.progress import BatchKind
from thumper.graphql.context import Context
from thumper.graphql.photos.batch import Batch
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode_given
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.store import models
from thumper.store.queue import batches
from thumper.store.queue.batches import Wanted


@strawberry.input
class _Chosen(Input):
    """Fields of both inputs."""

    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only those taken at this location."
    )
    dump_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only those first delivered by this dump."
    )
    limit: int = defaulted(batches.MOST_IMAGES, "At most so many, oldest first; 1 to 1,000,000.", kind=int)


@strawberry.input(description="Which images; without location and dump, all that wait.")
class DetectPendingInput(_Chosen):
    """Input of `detectPending`."""


@strawberry.input(description="Which images; without location and dump, all that failed.")
class RetryFailedInput(_Chosen):
    """Input of `retryFailed`."""


@strawberry.type
class _Sent(Payload):
    """Fields of the answers."""

    batch: models.Batch | None = strawberry.field(
        default=None,
        description="The images that were sent; null when refused.",
        graphql_type=optional(Batch),
    )
    wanted: strawberry.Private[Wanted | None] = None

    async def complete(self, context: Context) -> None:
        """Send the images, in transactions of their own, and wake the worker."""
        if self.batch is not None and self.wanted is not None:
            await batches.send(self.batch.id, self.wanted)
            await context.ingest.wakeup.wake()


@strawberry.type(description="Answer of detectPending.")
class DetectPendingPayload(_Sent):
    """The batch or the errors."""


@strawberry.type(description="Answer of retryFailed.")
class RetryFailedPayload(_Sent):
    """The batch or the errors."""


async def _begun(kind: BatchKind, input: _Chosen) -> dict[str, Any]:
    """Return the fields of an answer: a batch, to which nothing is sent yet."""
    location_id, dump_id = decode_given(input.location_id, "Location"), decode_given(input.dump_id, "Dump")
    wanted = Wanted(kind=kind, location_id=location_id, dump_id=dump_id, limit=input.limit)
    return {"batch": await batches.begin(wanted), "wanted": wanted}


_WHICH: Final = strawberry.argument(description="Which images to send.")
DetectInput: TypeAlias = Annotated[DetectPendingInput, _WHICH]
RetryInput: TypeAlias = Annotated[RetryFailedInput, _WHICH]


@strawberry.type
class BatchMutation:
    """Mutations that make batches."""

    @change(
        "Send images that the current detector has not seen to detection, those that were uploaded without detection"
        " among them. Refused with NOT_FOUND or INVALID.",
    )
    @staticmethod
    async def detect_pending(input: DetectInput) -> DetectPendingPayload:
        return DetectPendingPayload(**await _begun(BatchKind.DETECT, input))

    @change("Send images whose detection failed to detection again. Refused with NOT_FOUND or INVALID.")
    @staticmethod
    async def retry_failed(input: RetryInput) -> RetryFailedPayload:
        return RetryFailedPayload(**await _begun(BatchKind.RETRY, input))
