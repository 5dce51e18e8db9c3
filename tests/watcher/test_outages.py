"""The folder, its events, PostgreSQL or one file fails: the watcher reports it, waits, and loses nothing."""

from __future__ import annotations

import asyncio
import shutil

import asyncpg
import pytest

from tests.ingest.conftest import small_jpeg
from tests.watcher.conftest import Watching
from thumper.domain.feed import FeedKind
from thumper.domain.progress import FileState, SourceState
from thumper.ingest.admit import admit
from thumper.store.models import Feed, File, Image, Job, Source
from thumper.watcher import watch_loop

pytestmark = pytest.mark.slow  # as a whole: a real watcher waits for its looks


@pytest.mark.slow
async def test_a_source_that_vanishes_is_offline_and_nothing_changes(watching: Watching) -> None:
    for number in range(3):
        watching.put(f"card/{number}.jpg", small_jpeg(number))
    watching.start()
    await watching.until_settled(3)
    before = await watching.states()
    away = watching.drop.with_name("unmounted")
    watching.drop.rename(away)
    await watching.until_source_is(SourceState.OFFLINE)
    assert "is missing" in watching.health.sign().message
    assert await watching.states() == before
    watching.drop.mkdir()

    async def empty() -> bool:
        return "is empty" in watching.health.sign().message

    await watching.until(empty)
    assert (await Source.get()).state is SourceState.OFFLINE
    watching.drop.rmdir()
    away.rename(watching.drop)
    await watching.until_source_is(SourceState.ONLINE)
    assert watching.health.sign().message == ""
    assert await watching.states() == before
    assert await Feed.filter(kind=FeedKind.IMAGE_STORED).count() == 3


@pytest.mark.slow
async def test_a_root_that_was_made_anew_is_watched_again(watching: Watching) -> None:
    watching.change(rescan_s=3600.0)
    watching.put("1.jpg", small_jpeg(1))
    watching.start()
    await watching.until_settled(1)
    shutil.rmtree(watching.drop)
    await watching.until_source_is(SourceState.OFFLINE)
    watching.put("2.jpg", small_jpeg(2))
    await watching.until_settled(2)
    watching.put("new folder/3.jpg", small_jpeg(3))
    await watching.until_settled(3)


async def test_without_any_events_the_rescan_finds_everything(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit(*_: object, **__: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("watchdog.observers.inotify.InotifyFD.add_callback", limit)
    watching.start()
    for number in range(20):
        watching.put(f"card {number}/a.jpg", small_jpeg(number))
    await watching.until_settled(20)
    message = watching.health.sign().message
    assert "rescans only" in message
    assert "max_user_watches" in message


@pytest.mark.slow
async def test_lost_connections_to_postgresql_lose_nothing(watching: Watching, database_url: str) -> None:
    watching.start()
    killer = await asyncpg.connect(database_url)
    try:
        for number in range(200):
            watching.put(f"card {number % 5}/{number}.jpg", small_jpeg(number))
            if number % 10 == 0:
                await killer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                await asyncio.sleep(0.05)
    finally:
        await killer.close()
    await watching.until_settled(200)
    assert await Image.all().count() == await Job.all().count() == 200
    assert await File.filter(state=FileState.STORED).count() == await File.all().count() == 200
    assert await Feed.filter(kind=FeedKind.IMAGE_STORED).count() == 200


async def test_a_file_that_cannot_be_recorded_does_not_stop_the_others(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trip(context: object, files: list[object], **options: object) -> object:
        if any(getattr(file, "name", b"") == b"5.jpg" for file in files):
            raise RuntimeError("something unforeseen")
        return await admit(context, files, **options)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(watch_loop, "admit", trip)
    for number in range(10):
        watching.put(f"{number}.jpg", small_jpeg(number))
    watching.start()
    await watching.until_settled(10)
    states = await watching.states()
    assert states.pop("5.jpg") == "rejected UNREADABLE"
    assert set(states.values()) == {"stored"}
