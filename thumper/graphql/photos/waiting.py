"""Why an image has no result yet."""

from __future__ import annotations

import datetime as dt

import strawberry

from thumper.domain.condition import Condition
from thumper.domain.waiting import WaitReason
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import WITHHELD

publish(
    WaitReason,
    "What an image waits for; of several things the one that has to end first.",
    {
        WaitReason.AT_WORK: "Nothing: a worker looks at it now.",
        WaitReason.WORKER_LOST: "The worker that had it gives no sign of life; another one takes it when the lease is"
        " over.",
        WaitReason.NOT_QUEUED: "A job of the current detector, which it gets within seconds.",
        WaitReason.HELD: "Somebody who asks for detection: it was uploaded without.",
        WaitReason.SOURCE_OFFLINE: "The drop folder in which its original lies, which is offline.",
        WaitReason.NO_WORKER: "A worker: none runs.",
        WaitReason.WORKER_WAITS: "The worker, which waits itself; `condition` is for what.",
        WaitReason.OTHER_DETECTOR: "A worker with the current detector: those that run have another.",
        WaitReason.TRIED_AGAIN: "A time, `retryAt`: its folder was not there, or workers died on it and on others.",
        WaitReason.RUNS_ALONE: "Its turn to be looked at by itself: a worker died while it had it.",
        WaitReason.IN_QUEUE: "Its turn; `ahead` images come before it.",
    },
)


@strawberry.type(description="Why an image has no result yet.")
class Waiting:
    """Backed by `domain.waiting.Waiting`."""

    reason: WaitReason = strawberry.field(description="Stable word for programs.")
    message: str | None = strawberry.field(
        description=f"The same in a sentence, with what to do where something is to be done. {WITHHELD}"
    )
    ahead: int | None = strawberry.field(
        description="How many images come before it in the queue; null while something else keeps it."
    )
    retry_at: dt.datetime | None = strawberry.field(
        description="When it is tried again; null where that is no matter of time."
    )
    condition: Condition | None = strawberry.field(
        description="What the worker waits for, if the image waits for the worker."
    )
