"""Why an image waits: of everything that keeps it, what has to end first."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.condition import Condition
from thumper.domain.waiting import Waiting, WaitingImage, WaitReason, WorkerState, why_waiting

DEER, OTHER = UUID(int=1), UUID(int=2)
LATER = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
READY = WorkerState(lives=True, detector_id=DEER)
PREPARING = WorkerState(
    lives=True, condition=Condition.PREPARING_DETECTOR, message="The detector is being loaded."
)
FULL = WorkerState(
    lives=True, detector_id=DEER, condition=Condition.DISK_FULL, message="The disk is full. Free space."
)
SLOW = WorkerState(lives=True, detector_id=DEER, condition=Condition.GPU_UNUSABLE, message="On the CPU.")
DEAD = WorkerState(lives=False, message="The detector cannot work: CUDA error.")
STRANGER = WorkerState(lives=True, detector_id=OTHER)


def why(*workers: WorkerState, **facts: Any) -> Waiting:
    image: dict[str, Any] = {
        "processing": False,
        "queued": True,
        "detector_id": DEER,
        "detector": "deer",
    } | facts
    return why_waiting(WaitingImage(**image), workers)


@pytest.mark.parametrize(
    ("facts", "workers", "reason", "words"),
    [
        ({"processing": True}, [READY], WaitReason.AT_WORK, "looks at it now"),
        ({"processing": True}, [DEAD], WaitReason.WORKER_LOST, "no sign of life"),
        ({"processing": True, "lease_over": True}, [READY], WaitReason.WORKER_LOST, "another one takes it"),
        ({"queued": False}, [READY], WaitReason.NOT_QUEUED, "within seconds"),
        ({"held": True}, [], WaitReason.HELD, "detectPending"),
        ({"offline": "/photos"}, [READY], WaitReason.SOURCE_OFFLINE, "/photos, which is offline"),
        ({}, [], WaitReason.NO_WORKER, "Start Thumper with `thumper up`"),
        ({}, [DEAD], WaitReason.NO_WORKER, "The detector cannot work: CUDA error."),
        ({}, [PREPARING], WaitReason.WORKER_WAITS, "The detector is being loaded."),
        ({}, [FULL], WaitReason.WORKER_WAITS, "The disk is full. Free space."),
        ({}, [FULL, READY], WaitReason.IN_QUEUE, "It is next"),
        ({}, [SLOW], WaitReason.IN_QUEUE, "It is next"),
        ({}, [STRANGER], WaitReason.OTHER_DETECTOR, "the detector deer, which no running worker has"),
        ({}, [STRANGER, PREPARING], WaitReason.WORKER_WAITS, "being loaded"),
        ({"retry_at": LATER}, [READY], WaitReason.TRIED_AGAIN, "folder was not there"),
        ({"retry_at": LATER, "doubted": True}, [READY], WaitReason.TRIED_AGAIN, "as it did with others"),
        ({"alone": True}, [READY], WaitReason.RUNS_ALONE, "looked at by itself. It is next."),
        ({"ahead": 1}, [READY], WaitReason.IN_QUEUE, "1 image comes before it"),
        ({"ahead": 214}, [READY], WaitReason.IN_QUEUE, "214 images come before it"),
    ],
)
def test_what_has_to_end_first_is_named(
    facts: dict[str, Any], workers: list[WorkerState], reason: WaitReason, words: str
) -> None:
    told = why(*workers, **facts)
    assert told.reason is reason
    assert words in told.message


def test_a_time_a_place_in_the_queue_and_the_workers_condition_are_given_where_they_are_known() -> None:
    assert why(READY, retry_at=LATER).retry_at == LATER
    assert why(READY, retry_at=LATER).ahead is None
    assert why(READY, ahead=3).ahead == 3
    assert why(FULL, ahead=3).condition is Condition.DISK_FULL


WORKERS = st.lists(
    st.builds(
        WorkerState,
        lives=st.booleans(),
        detector_id=st.sampled_from([DEER, OTHER, None]),
        condition=st.none() | st.sampled_from(Condition),
        message=st.sampled_from(["", "It waits."]),
    ),
    max_size=3,
)
IMAGES = st.builds(
    WaitingImage,
    processing=st.booleans(),
    queued=st.booleans(),
    held=st.booleans(),
    alone=st.booleans(),
    doubted=st.booleans(),
    retry_at=st.none() | st.just(LATER),
    lease_until=st.none() | st.just(LATER),
    lease_over=st.booleans(),
    offline=st.sampled_from(["", "/photos"]),
    detector_id=st.just(DEER),
    detector=st.just("deer"),
    ahead=st.integers(0, 10**6),
)


@given(IMAGES, WORKERS)
def test_every_image_that_waits_can_say_why(image: WaitingImage, workers: list[WorkerState]) -> None:
    told = why_waiting(image, workers)
    assert told.message.endswith(".") or told.message.endswith("before it.")
    able = any(own.lives and own.detector_id == DEER and not own.waits for own in workers)
    if told.reason in {WaitReason.IN_QUEUE, WaitReason.RUNS_ALONE, WaitReason.TRIED_AGAIN}:
        assert able, "it is promised its turn only where a worker can give it"
    if able and image.queued and not (image.processing or image.held or image.offline):
        assert told.reason in {WaitReason.IN_QUEUE, WaitReason.RUNS_ALONE, WaitReason.TRIED_AGAIN}
