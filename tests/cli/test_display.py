"""What `thumper up` shows: on a terminal a panel, elsewhere plain lines, and every receipt once."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import io
from collections.abc import AsyncGenerator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from rich.console import Console

from tests.factories import make_dump, make_file, make_source
from tests.patience import PATIENCE_S
from tests.pipeline import detect, store_images
from thumper.background import beside
from thumper.cli import client, display
from thumper.cli.display import Display
from thumper.cli.status_view import Burst, ProcessView, SourceView, StatusView, duration
from thumper.domain.condition import Condition
from thumper.domain.progress import FileState, ProcessRole, ProcessState, SourceState, WatchMode
from thumper.errors import ServiceDownError
from thumper.graphql.live import subscription_stream
from thumper.graphql.relay.identity import encode
from thumper.settings import NO_REDIS, Settings
from thumper.store.files import sources
from thumper.store.models import Dump, Process, Source
from thumper.store.postgres.clock import seconds_ago
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life

pytestmark = pytest.mark.slow  # as a whole: each starts the real command


class Screen:
    """Where a display writes."""

    def __init__(self, settings: Settings, *, interactive: bool = False) -> None:
        self._file = io.StringIO()
        console = Console(file=self._file, force_terminal=interactive, width=120, highlight=False)
        self.display = Display(settings, interactive=interactive, console=console)

    @property
    def text(self) -> str:
        return self._file.getvalue()

    async def shows(self, words: str) -> None:
        """Wait until it has shown these words."""
        async with asyncio.timeout(PATIENCE_S):
            while words not in self.text:  # noqa: ASYNC110  # a text has no event
                await asyncio.sleep(0.02)


def showing(screen: Screen, settings: Settings) -> contextlib.AbstractAsyncContextManager[object]:
    return beside(screen.display.show_progress(settings))


async def settle(dump: Dump) -> None:
    await Dump.filter(id=dump.id).update(settled_at=dt.datetime.now(dt.UTC))


async def test_it_says_where_everything_is_and_how_to_stop(settings: Settings) -> None:
    screen = Screen(settings)
    screen.display.greet()
    screen.display.farewell()
    for words in (f"{settings.api_url}/graphql", "in a browser", str(settings.drop_dir), "Ctrl-C"):
        assert words in screen.text
    assert str(settings.home) in screen.text
    first, *_ = screen.text.strip().splitlines()
    assert f"{settings.api_url}/ in a browser" in first, "the page is said before all else"


@pytest.mark.parametrize(
    ("chosen", "words"), [(NO_REDIS, "none, as set"), (None, "none runs here")], ids=["chosen", "none here"]
)
async def test_that_there_is_no_redis_is_said_with_what_is_done_instead(
    client_settings: Settings, chosen: str | None, words: str
) -> None:
    screen = Screen(client_settings.model_copy(update={"redis_url": chosen}))
    alone = client_settings.model_copy(update={"redis_url": NO_REDIS, "poll_s": None})
    async with showing(screen, alone):
        await screen.shows("looks for new photos")
    told = f"Redis        {words}: the worker looks for new photos every 1 s"
    assert screen.text.splitlines()[0] == told


async def test_only_deaths_and_returns_of_processes_are_news(settings: Settings) -> None:
    screen = Screen(settings)
    screen.display.process_changed("work", "running", "process 7")
    assert screen.text == ""
    screen.display.process_changed("work", "waiting", "killed by SIGKILL; starts again in 1 s")
    screen.display.process_changed("work", "running", "process 8")
    assert screen.text == "work ended: killed by SIGKILL; starts again in 1 s\nwork runs again\n"


async def test_off_a_terminal_progress_is_lines_and_a_settled_dump_prints_its_receipt(
    client_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "LINE_EVERY_S", 0.1)
    monkeypatch.setattr(subscription_stream, "LOOK_AGAIN_S", 0.2)
    old, new = await make_dump(), await make_dump()
    await settle(old)
    screen = Screen(client_settings)
    await store_images(2, dump=new)
    await make_file(new, FileState.REJECTED)
    async with showing(screen, client_settings):
        await screen.shows("preparing the detector · 2 to do")
        await lives(ProcessRole.WORK)
        await screen.shows("0 of 2 images done · 2 to do")
        await detect(2)
        await screen.shows("2 of 2 images done")
        await settle(new)
        await screen.shows("Receipt: ")
        await store_images(1, dump=old)
        await screen.shows("2 of 3 images done")
    receipt = f"{new.display_folder}: 1 found = 0 stored + 0 duplicate + 1 rejected (rejected: TRUNCATED 1)"
    receipt += f" · 2 photos have no location: `thumper receipt {encode('Dump', new.id)}`"
    assert [line for line in screen.text.splitlines() if line.startswith("Receipt")] == [
        f"Receipt: {receipt}"
    ]
    assert "\x1b" not in screen.text


def told_of(logs: list[MutableMapping[str, Any]]) -> list[tuple[str, bool]]:
    return [(record["condition"], record["over"]) for record in logs if "condition" in record]


async def until_told(logs: list[MutableMapping[str, Any]], *expected: tuple[str, bool]) -> float:
    """Wait until these conditions were logged, in this order; return the seconds that it took."""
    clock = asyncio.get_running_loop().time
    began_s = clock()
    async with asyncio.timeout(PATIENCE_S):
        while told_of(logs) != list(expected):  # noqa: ASYNC110  # a list has no event
            await asyncio.sleep(0.02)
    return clock() - began_s


async def lives(role: ProcessRole) -> None:
    """Let a process of a role give signs of life."""
    await processes.beat(await processes.register(Life(role=role)), Beat(state=ProcessState.IDLE))


async def watched(folder: str) -> Source:
    """Make a drop folder with a living watcher."""
    await lives(ProcessRole.WATCH)
    source = await make_source(Path(folder))
    await sources.note_watch(source.id, SourceState.ONLINE, WatchMode.EVENTS, note="")
    return source


@pytest.mark.serial
async def test_off_a_terminal_a_folder_that_goes_and_comes_back_is_logged_within_five_seconds(
    client_settings: Settings,
) -> None:
    source = await watched("/photos")
    screen = Screen(client_settings)
    with structlog.testing.capture_logs() as logs:
        async with showing(screen, client_settings):
            await screen.shows("preparing the detector")
            note = "The drop folder /photos is missing. Mount its disk."
            await sources.note_watch(source.id, SourceState.OFFLINE, WatchMode.EVENTS, note=note)
            went_s = await until_told(logs, ("SOURCE_OFFLINE", False))
            await sources.note_watch(source.id, SourceState.ONLINE, WatchMode.EVENTS, note="")
            came_s = await until_told(logs, ("SOURCE_OFFLINE", False), ("SOURCE_OFFLINE", True))
    assert max(went_s, came_s) < 5
    assert [(record["log_level"], record["event"], record["path"]) for record in logs] == [
        ("warning", note, "/photos"),
        ("warning", "The drop folder /photos is back.", "/photos"),
    ]


async def test_off_a_terminal_a_worker_is_told_when_it_prepares_is_ready_and_falls_silent(
    client_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription_stream, "LOOK_AGAIN_S", 0.1)
    monkeypatch.setattr(display, "LINE_EVERY_S", 0.05)
    monkeypatch.setattr(display, "DOUBT_S", 0.2)
    await watched("/photos")
    await store_images(2)
    screen = Screen(client_settings)
    preparing = Beat(
        state=ProcessState.STARTING, condition=Condition.PREPARING_DETECTOR, message="It is exported."
    )
    begun, ready = ("PREPARING_DETECTOR", False), ("PREPARING_DETECTOR", True)
    with structlog.testing.capture_logs() as logs:
        async with showing(screen, client_settings):
            await screen.shows("preparing the detector · 2 to do")
            assert told_of(logs) == [], "that it does not run before it was started is no news"
            worker = await processes.register(Life(role=ProcessRole.WORK))
            await processes.beat(worker, preparing)
            await until_told(logs, begun)
            await processes.beat(worker, Beat(state=ProcessState.IDLE))
            await until_told(logs, begun, ready)
            await Process.filter(id=worker).update(heartbeat_at=seconds_ago(30))
            await until_told(logs, begun, ready, ("SILENT", False))
            await processes.leave(worker)
            await until_told(logs, begun, ready, ("SILENT", False), ("NOT_RUNNING", False))
    assert [record["log_level"] for record in logs] == ["info", "info", "warning", "warning"]


async def test_silence_that_an_outage_explains_and_what_ends_with_thumper_are_not_told(
    client_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription_stream, "LOOK_AGAIN_S", 0.1)
    monkeypatch.setattr(display, "PROBE_EVERY_S", 0.05)
    source = await watched("/photos")
    screen = Screen(client_settings)
    down: list[Condition | None] = [None]

    async def probe(_: Settings) -> Condition | None:
        return down[0]

    monkeypatch.setattr(display, "_down", probe)
    away, back = ("DATABASE_DOWN", False), ("DATABASE_DOWN", True)
    with structlog.testing.capture_logs() as logs:
        async with showing(screen, client_settings):
            await screen.shows("preparing the detector")
            down[0] = Condition.DATABASE_DOWN
            await until_told(logs, away)
            await Process.filter(role=ProcessRole.WATCH).update(heartbeat_at=seconds_ago(30))
            down[0] = None
            await until_told(logs, away, back)
            await asyncio.sleep(0.3)
            await Process.filter(role=ProcessRole.WATCH).update(heartbeat_at=seconds_ago(0))
            await sources.note_watch(source.id, SourceState.OFFLINE, WatchMode.EVENTS, note="Gone.")
            await until_told(logs, away, back, ("SOURCE_OFFLINE", False))
            screen.display.process_changed("serve", "stopping", "")
            down[0] = Condition.API_DOWN
            await asyncio.sleep(0.3)
    assert told_of(logs) == [away, back, ("SOURCE_OFFLINE", False)]


async def test_the_probe_tells_a_missing_api_from_a_missing_database(
    client_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await display._down(client_settings) is None
    assert await display._down(client_settings.model_copy(update={"port": 9})) is Condition.API_DOWN

    async def no_database(*_: Any, **__: Any) -> dict[str, Any]:
        raise client.refusal([{"message": "away", "extensions": {"code": "DATABASE_DOWN"}}])

    monkeypatch.setattr(display, "ask", no_database)
    assert await display._down(client_settings) is Condition.DATABASE_DOWN


async def test_on_a_terminal_progress_is_a_panel(client_settings: Settings) -> None:
    screen = Screen(client_settings, interactive=True)
    dump = await make_dump()
    await lives(ProcessRole.WORK)
    async with showing(screen, client_settings):
        await store_images(4, dump=dump)
        await screen.shows("0 of 4 images done")
        await detect(4)
        await screen.shows("4 of 4 images done")
    assert dump.display_folder in screen.text


async def test_the_panel_says_what_keeps_work_waiting_and_logs_nothing_beside_it(
    client_settings: Settings,
) -> None:
    await watched("/photos")
    await store_images(4)
    worker = await processes.register(Life(role=ProcessRole.WORK))
    sign = Beat(
        state=ProcessState.STARTING, condition=Condition.PREPARING_DETECTOR, message="It is exported."
    )
    await processes.beat(worker, sign)
    screen = Screen(client_settings, interactive=True)
    with structlog.testing.capture_logs() as logs:
        async with showing(screen, client_settings):
            await screen.shows("It is exported.")
    assert "preparing the detector · 4 to do" in screen.text
    assert "0 of 4" not in screen.text
    assert logs == []


async def test_it_waits_for_the_api_however_often_that_goes_away(
    client_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = told = 0

    async def unsteady(*asked: Any) -> AsyncGenerator[dict[str, Any], None]:
        nonlocal calls, told
        calls += 1
        if calls == 1:
            raise ServiceDownError("not yet")
        async for message in client.follow(*asked):
            told += 1
            yield message
            if calls == 2:
                raise ServiceDownError("gone again")

    monkeypatch.setattr(display, "follow", unsteady)
    monkeypatch.setattr(display, "RETRY_S", 0.05)
    screen = Screen(client_settings)
    async with showing(screen, client_settings):
        await screen.shows("preparing the detector")
        async with asyncio.timeout(PATIENCE_S):
            while told < 2:  # noqa: ASYNC110  # a number has no event
                await asyncio.sleep(0.02)
    assert calls == 3


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (44.4, "44 s"), (119, "119 s"), (180, "3 min"), (7500, "2 h 5 min")]
)
def test_a_time_span_is_said_for_people(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_dead_worker_is_said_with_how_it_ended() -> None:
    answer = {
        "state": "DOWN",
        "condition": None,
        "message": "",
        "device": "cuda:0",
        "detectorName": "deer",
        "detectorPrecision": "FP32",
        "restartCount": 2,
        "lastExit": "killed by SIGKILL",
        "heartbeatAgeSeconds": 14.2,
    }
    words = ProcessView.read("worker", answer).words
    assert words == "DOWN: silent for 14 s (deer, cuda:0) · restarted 2 times, last exit: killed by SIGKILL"
    faster = answer | {"detectorPrecision": "FP16"}
    assert "(deer in fp16, cuda:0)" in ProcessView.read("worker", faster).words
    told = answer | {"message": "The detector cannot work: CUDA error."}
    assert ProcessView.read("worker", told).words.startswith(
        "DOWN: silent for 14 s. The detector cannot work: CUDA error. (deer, cuda:0)"
    )


def test_a_drop_folder_says_whether_watching_it_works() -> None:
    noon = dt.datetime.now().astimezone().replace(hour=12, minute=34, second=56, microsecond=0)
    answer: dict[str, Any] = {
        "kind": "DROP",
        "state": "ONLINE",
        "path": "/photos",
        "watchMode": "EVENTS",
        "watchNote": None,
        "canaryAt": noon.isoformat(),
        "lastScanAt": (noon - dt.timedelta(days=400)).isoformat(),
    }
    source = SourceView.read(answer)
    assert source.sentence() == "drop folder /photos: watched by events"
    assert source.sentence(proof=True).startswith(
        "drop folder /photos: watched by events (events proved 12:34:56, all looked at 20"
    )
    polled = SourceView.read(
        answer | {"watchMode": "POLLING", "watchNote": "It lies on a share.", "lastScanAt": None}
    )
    assert polled.sentence(proof=True) == "drop folder /photos: watched by polling. It lies on a share."
    lost = SourceView.read(answer | {"state": "OFFLINE", "watchNote": "Is its disk mounted?"})
    assert lost.sentence() == "drop folder /photos: OFFLINE"


def test_the_bar_shows_what_was_done_since_there_was_last_nothing_to_do() -> None:
    burst = Burst()
    assert burst.progress(_view(done=1000, left=0)) == (0, 0)
    assert burst.progress(_view(done=1000, left=300)) == (0, 300)
    assert burst.progress(_view(done=1100, left=200)) == (100, 300)
    assert burst.progress(_view(done=1300, left=0)) == (300, 300)
    assert burst.progress(_view(done=1300, left=10)) == (0, 10)


def _view(*, done: int, left: int) -> StatusView:
    images = {"total": done + left, "pending": left, "processing": 0, "completed": done, "failed": 0}
    return StatusView(
        images=images,
        held=0,
        unplaced=0,
        left=left,
        arriving=0,
        rate=None,
        eta_s=None,
        processes=(),
        dumps=(),
    )
