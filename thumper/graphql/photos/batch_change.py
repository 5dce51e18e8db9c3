"""Sending images to detection: pending ones, and those whose detection failed."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Final, Protocol, TypeAlias
from uuid import UUID

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.photos.batch import Batch
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode_given
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.store import models
from thumper.store.queue import batches


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


@strawberry.type(description="Answer of detectPending.")
class DetectPendingPayload(Payload):
    """The batch or the errors."""

    batch: models.Batch | None = strawberry.field(
        default=None,
        description="The images that were sent; null when refused.",
        graphql_type=optional(Batch),
    )


@strawberry.type(description="Answer of retryFailed.")
class RetryFailedPayload(Payload):
    """The batch or the errors."""

    batch: models.Batch | None = strawberry.field(
        default=None,
        description="The images that were sent; null when refused.",
        graphql_type=optional(Batch),
    )


class _Ask(Protocol):
    def __call__(
        self, *, location_id: UUID | None, dump_id: UUID | None, limit: int
    ) -> Awaitable[models.Batch]: ...


async def _send(ask: _Ask, input: _Chosen, *, info: Info) -> models.Batch:
    """Create the batch and wake the worker."""
    location_id, dump_id = decode_given(input.location_id, "Location"), decode_given(input.dump_id, "Dump")
    batch = await ask(location_id=location_id, dump_id=dump_id, limit=input.limit)
    await info.context.ingest.wakeup.wake()
    return batch


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
    async def detect_pending(info: Info, input: DetectInput) -> DetectPendingPayload:
        return DetectPendingPayload(batch=await _send(batches.detect_pending, input, info=info))

    @change("Send images whose detection failed to detection again. Refused with NOT_FOUND or INVALID.")
    @staticmethod
    async def retry_failed(info: Info, input: RetryInput) -> RetryFailedPayload:
        return RetryFailedPayload(batch=await _send(batches.retry_failed, input, info=info))
