"""What `thumper up` shows: on a terminal a panel, elsewhere plain lines, and every receipt once."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import io
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from rich.console import Console

from tests.factories import make_dump, make_file
from tests.patience import PATIENCE_S
from tests.pipeline import detect, store_images
from thumper.background import beside
from thumper.cli import client, display
from thumper.cli.display import Display
from thumper.cli.status_view import Burst, ProcessView, SourceView, StatusView, duration
from thumper.domain.progress import FileState
from thumper.errors import ServiceDownError
from thumper.graphql.live import subscription_stream
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store.models import Dump

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


async def test_on_a_terminal_progress_is_a_panel(client_settings: Settings) -> None:
    screen = Screen(client_settings, interactive=True)
    dump = await make_dump()
    async with showing(screen, client_settings):
        await store_images(4, dump=dump)
        await screen.shows("0 of 4 images done")
        await detect(4)
        await screen.shows("4 of 4 images done")
    assert dump.display_folder in screen.text


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
        await screen.shows("0 of 0 images done")
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
        "restarts": 2,
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
