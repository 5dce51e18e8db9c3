"""The status: what it counts, who speaks for a role, and that a silent process shows by itself."""

from __future__ import annotations

import pytest

from tests.api import Api
from tests.factories import make_dump, make_location
from tests.live import subscribed
from tests.pipeline import claim, detect, fail, store_images
from thumper.domain.progress import FileState, ProcessRole, ProcessState
from thumper.domain.stage import Stage, StageTime
from thumper.graphql.live import subscription_stream
from thumper.store.images import detectors
from thumper.store.models import File
from thumper.store.postgres.connect import client
from thumper.store.status import processes, system_status
from thumper.store.status.processes import Beat, Life

pytestmark = pytest.mark.slow  # as a whole: a real API, and clocks that run on

COUNTS = (
    "imageCounts { total pending processing completed failed } heldImageCount queueDepth filesArrivingCount"
)
WORKER = (
    "worker { state message device detectorName imagesPerSecond restartCount lastExit heartbeatAgeSeconds }"
)
QUERY = f"""{{ status {{ {COUNTS} imagesPerSecond etaSeconds {WORKER} watcher {{ state }} api {{ state }}
    processes {{ role state host }}
    lastDumps {{ dump {{ folder }} receipt {{ found stored rejected rejections {{ reason fileCount }} }}
        imageCounts {{ total completed }} unplacedImageCount }} unplacedImageCount }} }}"""
LIVE = f"subscription($after: BigInt) {{ status(after: $after) {{ seq snapshot status {{ {COUNTS} {WORKER} }} }} }}"


@pytest.fixture
def url(api: Api) -> str:
    return api.url


async def age(seconds: float) -> None:
    """Let every worker's last sign of life be so old."""
    await client().execute_query(
        "UPDATE process SET heartbeat_at = now() - make_interval(secs => $1) WHERE role = 'work'", [seconds]
    )


STAGES = (StageTime(Stage.LOAD, 0.005), StageTime(Stage.DETECT, 0.04), StageTime(Stage.WRITE, 0.001))


async def worker(state: ProcessState, *, rate: float | None = None) -> None:
    detector = await detectors.current()
    process_id = await processes.register(
        Life(role=ProcessRole.WORK, restarts=2, last_exit="killed by SIGKILL")
    )
    detector_id = None if detector is None else detector.id
    await processes.beat(
        process_id,
        Beat(state=state, device="cuda:0", detector_id=detector_id, images_per_s=rate, stages=STAGES),
    )


async def test_an_empty_system_has_a_status(api: Api) -> None:
    status = (await api.ask(QUERY))["status"]
    assert status["imageCounts"] == {"total": 0, "pending": 0, "processing": 0, "completed": 0, "failed": 0}
    assert (status["queueDepth"], status["imagesPerSecond"], status["etaSeconds"]) == (0, None, None)
    assert status["worker"]["state"] == "NONE"
    assert status["lastDumps"] == []


async def test_the_status_counts_images_queue_files_and_dumps(api: Api) -> None:
    dump = await make_dump()
    await store_images(7, dump=dump)
    await detect(2)
    await fail(1)
    await claim(1)
    await client().execute_query(
        "UPDATE job SET held = TRUE WHERE id = (SELECT max(id::text)::uuid FROM job WHERE state = 'pending')"
    )
    for number, state in enumerate((FileState.SEEN, FileState.STABLE)):
        await File.create(
            source_id=dump.source_id,
            dump=dump,
            path=b"%d" % number,
            display_path=str(number),
            size_bytes=1,
            mtime_ns=1,
            state=state,
        )
    status = (await api.ask(QUERY))["status"]
    assert status["imageCounts"] == {"total": 7, "pending": 3, "processing": 1, "completed": 2, "failed": 1}
    assert (status["heldImageCount"], status["queueDepth"], status["filesArrivingCount"]) == (1, 2, 2)
    assert status["lastDumps"][0]["dump"]["folder"] == dump.display_folder
    assert status["lastDumps"][0]["receipt"]["found"] == 2
    assert status["lastDumps"][0]["imageCounts"] == {"total": 7, "completed": 2}


async def test_photos_without_a_location_are_counted_in_all_and_for_each_of_the_last_dumps(api: Api) -> None:
    assert (await api.ask(QUERY))["status"]["unplacedImageCount"] == 0
    older, newer = await make_dump(), await make_dump()
    await store_images(2, dump=older)
    await store_images(3, dump=newer)
    await client().execute_query(
        "UPDATE image SET location_id = $1 WHERE id = (SELECT max(id::text)::uuid FROM image)",
        [(await make_location()).id],
    )
    status = (await api.ask(QUERY))["status"]
    assert status["unplacedImageCount"] == 4
    assert [dump["unplacedImageCount"] for dump in status["lastDumps"]] == [2, 2]


async def test_speed_and_time_left_come_from_living_workers(api: Api) -> None:
    await store_images(30)
    await worker(ProcessState.BUSY, rate=2.0)
    await worker(ProcessState.BUSY, rate=4.0)
    status = (await api.ask(QUERY))["status"]
    assert (status["imagesPerSecond"], status["etaSeconds"]) == (6.0, 5)
    assert status["worker"] | {"heartbeatAgeSeconds": 0} == {
        "state": "BUSY",
        "message": "",
        "device": "cuda:0",
        "detectorName": "test detector",
        "imagesPerSecond": 2.0 if status["worker"]["imagesPerSecond"] == 2.0 else 4.0,
        "restartCount": 2,
        "lastExit": "killed by SIGKILL",
        "heartbeatAgeSeconds": 0,
    }
    await age(processes.DOWN_AFTER_S + 1)
    status = (await api.ask(QUERY))["status"]
    assert (status["imagesPerSecond"], status["etaSeconds"]) == (None, None)
    assert status["worker"]["state"] == "DOWN"
    assert status["worker"]["heartbeatAgeSeconds"] > processes.DOWN_AFTER_S


async def test_a_worker_says_what_its_stages_take_and_which_one_limits_it(api: Api) -> None:
    query = """{ status {
        worker { stages { stage millisecondsPerImage imagesPerSecond } limit { stage imagesPerSecond } }
        api { stages { stage } limit { stage } } } }"""
    status = (await api.ask(query))["status"]
    assert status["worker"] == {"stages": [], "limit": None}
    await worker(ProcessState.BUSY)
    status = (await api.ask(query))["status"]
    assert [(one["stage"], one["millisecondsPerImage"]) for one in status["worker"]["stages"]] == [
        ("LOAD", 5.0),
        ("DETECT", 40.0),
        ("WRITE", 1.0),
    ]
    assert status["worker"]["limit"] == {"stage": "DETECT", "imagesPerSecond": 25.0}
    assert status["api"] == {"stages": [], "limit": None}


async def test_a_dead_process_that_was_replaced_is_not_shown(api: Api) -> None:
    await worker(ProcessState.BUSY)
    await age(60)
    await worker(ProcessState.STARTING)
    status = (await api.ask(QUERY))["status"]
    assert status["worker"]["state"] == "ALIVE"
    assert status["worker"]["message"] == "starting"
    assert [process["state"] for process in status["processes"] if process["role"] == "WORK"] == ["ALIVE"]


async def test_a_worker_that_falls_silent_shows_without_any_event(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription_stream, "LOOK_AGAIN_S", 0.2)
    await worker(ProcessState.BUSY)
    async with subscribed(url, LIVE) as subscriber:
        message = await subscriber.next()
        assert message["snapshot"] is True
        assert message["status"]["worker"]["state"] == "BUSY"
        await age(processes.DOWN_AFTER_S + 0.1)
        while message["status"]["worker"]["state"] == "BUSY":
            message = await subscriber.next()
            assert message["snapshot"] is False
        assert message["status"]["worker"]["state"] == "DOWN"


async def test_the_status_is_sent_when_it_changed_and_only_then(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription_stream, "LOOK_AGAIN_S", 0.2)
    async with subscribed(url, LIVE) as subscriber:
        while (await subscriber.next())["status"]["imageCounts"]["total"]:
            continue
        # The API's own first sign of life may still be a change.
        while not await subscriber.silent(for_s=1.0):
            continue
        await store_images(3)
        message = await subscriber.next()
        assert message["status"]["imageCounts"]["pending"] == 3
    async with subscribed(url, LIVE, after=message["seq"]) as subscriber:
        assert (await subscriber.next())["snapshot"] is False


async def test_many_subscribers_share_one_computation(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    async def counted() -> system_status.SystemStatus:
        nonlocal calls
        calls += 1
        return await system_status.read_status()

    monkeypatch.setattr("thumper.graphql.shared.events.read_status", counted)
    async with subscribed(url, LIVE) as one, subscribed(url, LIVE) as two, subscribed(url, LIVE) as three:
        for subscriber in (one, two, three):
            await subscriber.next()
        calls = 0
        await store_images(3)
        for subscriber in (one, two, three):
            while (await subscriber.next())["status"]["imageCounts"]["total"] != 3:
                continue
        assert calls < 3
