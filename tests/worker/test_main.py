"""A real worker process with the real model on real photos."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest
import redis.asyncio as redis

from tests.patience import until
from thumper.domain.agreement import Agreement
from thumper.domain.condition import MORE_MEMORY, Condition
from thumper.domain.progress import ImageState, ProcessState
from thumper.settings import Settings
from thumper.store.models import Detection, DetectionRun, Image, Job, Process, Source
from thumper.store.postgres.connect import client
from thumper.wakeup import Wakeup
from thumper.worker.detector import DeviceFault
from thumper.worker.main import EX_SOFTWARE, StatusReport

pytestmark = pytest.mark.slow

Queue = Callable[[Sequence[Path]], Awaitable[list[UUID]]]
Work = Callable[..., subprocess.Popen[bytes]]
Photos = Callable[[int], list[Path]]
HOUR_S = 3600.0


async def _all_done() -> bool:
    return not await Image.filter(state__in=[ImageState.PENDING, ImageState.PROCESSING]).exists()


async def _ready() -> bool:
    return await Process.filter(state=ProcessState.IDLE).exists()


async def test_photos_that_waited_are_found_and_their_boxes_are_stored(
    queue: Queue, work: Work, photos: Photos, settings: Settings
) -> None:
    ids = await queue(photos(20))
    work()
    await until(_all_done)
    assert await Image.filter(state=ImageState.COMPLETED).count() == 20
    assert await DetectionRun.filter(image_id__in=ids, device="cpu").count() == 20
    assert await Detection.filter(shown=True, species="Odocoileus virginianus").count() >= 20
    assert await Detection.filter(confidence__lt=0.05).count() == 0
    hidden = await Detection.filter(confidence__lt=0.25)
    assert hidden
    assert not any(box.shown for box in hidden)
    image = await Image.get(id=ids[0])
    assert list(settings.library_dir.rglob(f"{image.sha256.hex()}.jpg"))


@pytest.mark.serial
async def test_a_wake_up_starts_work_within_a_second_while_polling_is_set_to_an_hour(
    queue: Queue, work: Work, photos: Photos, settings: Settings
) -> None:
    work(poll_s=HOUR_S)
    await until(_ready)
    wakeup = Wakeup(settings.redis_url)
    try:
        await wakeup.wake()  # connects; what is measured is a wake-up of a running system
        await asyncio.sleep(1)
        await queue(photos(1))
        await wakeup.wake()
        await until(_all_done)
    finally:
        await wakeup.close()
    waited = await client().execute_query_dict(
        "SELECT extract(epoch FROM claimed_at - queued_at) AS seconds FROM job"
    )
    assert waited[0]["seconds"] < 1.0


async def test_with_redis_gone_the_worker_looks_by_itself(queue: Queue, work: Work, photos: Photos) -> None:
    work(redis_url="unix:///nowhere/redis.sock", poll_s=0.5)
    await until(_ready)
    await queue(photos(2))
    await until(_all_done)
    assert await Image.filter(state=ImageState.COMPLETED).count() == 2


async def test_wake_ups_work_again_after_redis_was_emptied(
    queue: Queue, work: Work, photos: Photos, settings: Settings
) -> None:
    work(poll_s=HOUR_S)
    await until(_ready)
    assert settings.redis_url is not None
    connection = redis.Redis.from_url(settings.redis_url)
    wakeup = Wakeup(settings.redis_url)
    try:
        await connection.flushall()
        # Cut every connection, as a restart of Redis does.
        await connection.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await queue(photos(2))
        await asyncio.sleep(2)  # arq's worker ended and is started again
        await wakeup.wake()
        await until(_all_done)
    finally:
        await wakeup.close()
        await connection.aclose()


async def test_a_photo_that_cannot_be_decoded_fails_with_its_reason_and_the_rest_completes(
    queue: Queue, work: Work, photos: Photos, tmp_path: Path
) -> None:
    good = photos(3)
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(good[0].read_bytes()[:400])
    gone = tmp_path / "gone.jpg"
    gone.write_bytes(good[1].read_bytes() + b"other bytes")
    changed = tmp_path / "changed.jpg"
    changed.write_bytes(good[2].read_bytes() + b"first bytes")
    await queue([*good, gone, changed])
    await Image.filter(file_name="gone.jpg").update(original_path=bytes(tmp_path / "away.jpg"))
    await Source.all().update(path=bytes(tmp_path))  # its folder is there; only the photo is gone
    changed.write_bytes(good[2].read_bytes() + b"later bytes")
    work()
    await until(_all_done)
    failed = {image.file_name: image.error_code for image in await Image.filter(state=ImageState.FAILED)}
    assert set(failed) == {"gone.jpg", "changed.jpg"}
    assert failed["changed.jpg"] == "ORIGINAL_CHANGED"
    assert await Image.filter(state=ImageState.COMPLETED).count() == 3


async def test_a_stopped_worker_ends_in_good_order_and_gives_its_images_back(
    queue: Queue, work: Work, photos: Photos
) -> None:
    await queue(photos(80))
    process = work()
    await until(lambda: Job.filter(state=ImageState.PROCESSING).exists())
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, 15) == 0
    assert await Job.filter(state=ImageState.PROCESSING).count() == 0
    assert await Job.filter(alone=True).count() == 0
    assert await Process.all().count() == 0


async def test_images_of_a_killed_worker_run_again_and_none_is_lost_or_doubled(
    queue: Queue, work: Work, photos: Photos
) -> None:
    await queue(photos(32))
    first = work()
    await until(lambda: Job.filter(state=ImageState.PROCESSING).exists())
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    work()
    await until(_all_done)
    assert await Image.filter(state=ImageState.COMPLETED).count() == 32
    assert await DetectionRun.all().count() == 32
    assert await Job.filter(crash_count__gt=0).count() == 0


async def test_work_goes_on_by_itself_after_postgresql_dropped_every_connection(
    queue: Queue, work: Work, photos: Photos
) -> None:
    await queue(photos(32))
    process = work()
    await until(lambda: DetectionRun.all().exists())
    await client().execute_query_dict(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await until(_all_done)
    assert await Image.filter(state=ImageState.COMPLETED).count() == 32
    assert process.poll() is None


def test_until_it_is_ready_a_worker_reports_that_it_prepares_the_detector() -> None:
    report = StatusReport()
    loading = report.current()
    assert (loading.state, loading.condition) == (ProcessState.STARTING, Condition.PREPARING_DETECTOR)
    report.announce_export()
    exporting = report.current()
    assert exporting.condition is Condition.PREPARING_DETECTOR
    assert exporting.message != loading.message
    report.announce_comparison(Agreement())
    assert report.current().condition is Condition.COMPARING_DETECTOR
    assert report.report_fault(DeviceFault("CUDA error")).code == EX_SOFTWARE
    last = report.current()
    assert (last.condition, last.lasting) == (Condition.DETECTOR_FAILED, True)
    assert "CUDA error" in last.message


def test_where_memory_does_not_suffice_for_the_model_each_start_says_what_helps() -> None:
    assert MORE_MEMORY not in StatusReport().current().message
    assert StatusReport(memory_kills=1).current().message.endswith(MORE_MEMORY)
