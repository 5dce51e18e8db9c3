"""Why an image has no result yet: of everything that may keep it waiting, what has to end first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from thumper.domain.condition import Condition


class WaitReason(StrEnum):
    """What an image waits for."""

    AT_WORK = "AT_WORK"
    """Nothing: a worker has it."""
    WORKER_LOST = "WORKER_LOST"
    """The end of a lease: the worker that had it gives no sign of life."""
    NOT_QUEUED = "NOT_QUEUED"
    """A job of the current detector; within seconds it has one."""
    HELD = "HELD"
    """A person who asks for detection."""
    SOURCE_OFFLINE = "SOURCE_OFFLINE"
    """The drop folder in which its original lies."""
    NO_WORKER = "NO_WORKER"
    """A worker: none runs."""
    WORKER_WAITS = "WORKER_WAITS"
    """A worker that waits itself, for what its condition says."""
    OTHER_DETECTOR = "OTHER_DETECTOR"
    """A worker with the current detector: those that run have another."""
    TRIED_AGAIN = "TRIED_AGAIN"
    """A time: something went wrong, and it is tried again then."""
    RUNS_ALONE = "RUNS_ALONE"
    """Its turn to be looked at by itself: a worker died while it had it."""
    IN_QUEUE = "IN_QUEUE"
    """Its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingImage:
    """What is stored of an image without a result, and of the current detector's job on it."""

    processing: bool
    queued: bool
    """Whether there is such a job; without one nothing below is known."""
    held: bool = False
    alone: bool = False
    doubted: bool = False
    """Whether workers die on it and others alike."""
    retry_at: dt.datetime | None = None
    """Before when it is not tried, if that is in the future."""
    lease_until: dt.datetime | None = None
    lease_over: bool = False
    offline: str = ""
    """Path of the drop folder that its original lies in, if that is offline."""
    detector_id: UUID | None = None
    detector: str = ""
    """The current detector's name."""
    ahead: int = 0
    """Images that come before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """What a worker last reported."""

    lives: bool
    detector_id: UUID | None = None
    condition: Condition | None = None
    message: str = ""

    @property
    def waits(self) -> bool:
        """Whether images wait for what it waits for."""
        return self.condition is not None and self.condition.meaning.holds_images

    def may_have(self, detector_id: UUID | None) -> bool:
        """Return whether it has that detector, or prepares one of which it is not known yet."""
        return self.detector_id == detector_id or (self.detector_id is None and self.waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Why an image waits, in a sentence. `ahead` is known in the queue, `condition` of a worker that waits."""

    reason: WaitReason
    message: str
    ahead: int | None = None
    retry_at: dt.datetime | None = None
    condition: Condition | None = None


def why_waiting(image: WaitingImage, workers: Sequence[WorkerState]) -> Waiting:
    """Return what has to end first before an image has a result."""
    living = [worker for worker in workers if worker.lives]
    if image.processing:
        return _at_work(image, lost=image.lease_over or not living)
    return _of_its_own(image) or _of_workers(image, living, workers) or _of_its_turn(image)


def _at_work(image: WaitingImage, *, lost: bool) -> Waiting:
    if not lost:
        return Waiting(reason=WaitReason.AT_WORK, message="A worker looks at it now.")
    return Waiting(
        reason=WaitReason.WORKER_LOST,
        message="The worker that had it gives no sign of life; another one takes it when its lease is over.",
        retry_at=image.lease_until,
    )


def _of_its_own(image: WaitingImage) -> Waiting | None:
    """Return what keeps this image, whatever workers do."""
    if not image.queued:
        text = "It is queued for the current detector within seconds, as soon as a watcher or worker runs."
        return Waiting(reason=WaitReason.NOT_QUEUED, message=text)
    if image.held:
        text = "It was uploaded without detection and waits until somebody asks for it (`detectPending`)."
        return Waiting(reason=WaitReason.HELD, message=text)
    if image.offline:
        text = f"Its original lies in the drop folder {image.offline}, which is offline. Mount its disk."
        return Waiting(reason=WaitReason.SOURCE_OFFLINE, message=text, retry_at=image.retry_at)
    return None


def _of_workers(
    image: WaitingImage, living: Sequence[WorkerState], workers: Sequence[WorkerState]
) -> Waiting | None:
    """Return what keeps every worker; None when one takes images of the current detector."""
    if not living:
        last = next((worker for worker in workers if worker.message), WorkerState(lives=False))
        text = f"No worker runs. {last.message or 'Start Thumper with `thumper up`.'}"
        return Waiting(reason=WaitReason.NO_WORKER, message=text, condition=last.condition)
    own = [worker for worker in living if worker.may_have(image.detector_id)]
    if not own:
        text = f"It waits for the detector {image.detector}, which no running worker has. Restart the worker."
        return Waiting(reason=WaitReason.OTHER_DETECTOR, message=text)
    if all(worker.waits for worker in own):
        first = own[0]
        return Waiting(
            reason=WaitReason.WORKER_WAITS,
            message=f"The worker waits, too: {first.message}",
            condition=first.condition,
        )
    return None


def _of_its_turn(image: WaitingImage) -> Waiting:
    """Return how long the queue before it is."""
    if image.retry_at is not None:
        why = (
            "The worker died while it looked at this photo, as it did with others"
            if image.doubted
            else "Its folder was not there when it was to be read"
        )
        text = f"{why}; it is tried again."
        return Waiting(reason=WaitReason.TRIED_AGAIN, message=text, retry_at=image.retry_at)
    before = "It is next" if not image.ahead else f"{image.ahead} {_images(image.ahead)} before it"
    if image.alone:
        text = f"A worker died while it had this photo, so it is looked at by itself. {before}."
        return Waiting(reason=WaitReason.RUNS_ALONE, message=text, ahead=image.ahead)
    return Waiting(reason=WaitReason.IN_QUEUE, message=f"It waits for its turn. {before}.", ahead=image.ahead)


def _images(count: int) -> str:
    return "image comes" if count == 1 else "images come"
