"""Files, folders and whole sources that are missing: when that raises an alarm, and that nothing is deleted."""

from __future__ import annotations

import shutil

import pytest

from tests.ingest.conftest import small_jpeg
from tests.watcher.conftest import Watching
from thumper.domain.keep import Keep
from thumper.domain.progress import SourceKind, SourceState, WatchMode
from thumper.store.files import sources
from thumper.store.models import Feed, File, Image, Source


async def put_and_settle(watching: Watching, *paths: str) -> None:
    known = await File.all().count()
    for number, path in enumerate(paths):
        watching.put(path, small_jpeg(known + number))
    await watching.until_settled(known + len(paths))


async def until_scanned(watching: Watching) -> None:
    """Wait for two more scans, of which the last one began after this call."""
    for _ in range(2):
        before = (await watching.source()).last_scan_at

        async def scanned(before: object = before) -> bool:
            return (await watching.source()).last_scan_at != before

        await watching.until(scanned)


@pytest.mark.slow
async def test_one_card_of_many_removed_disturbs_nothing(watching: Watching) -> None:
    watching.start()
    await put_and_settle(watching, "Ridge/1.jpg", "Ridge/DCIM/2.jpg", "Creek/3.jpg", "4.jpg")
    before, told = await watching.states(), await Feed.all().count()
    shutil.rmtree(watching.drop / "Ridge")
    await until_scanned(watching)
    assert await watching.states() == before
    assert await Image.all().count() == 4
    assert await Feed.all().count() == told
    source = await watching.source()
    assert (source.state, source.watch_note) == (SourceState.ONLINE, None)
    assert watching.health.sign().message == ""


@pytest.mark.slow
async def test_with_copies_a_folder_that_was_tidied_up_is_no_alarm_also_after_a_restart(
    watching: Watching,
) -> None:
    watching.change(keep=Keep.COPY)
    watching.start()
    await put_and_settle(watching, "Ridge/1.jpg", "2.jpg")
    shutil.rmtree(watching.drop / "Ridge")
    (watching.drop / "2.jpg").unlink()
    await until_scanned(watching)
    assert (await watching.source()).state is SourceState.ONLINE
    await watching.stop()
    watching.start()
    await until_scanned(watching)
    source = await watching.source()
    assert (source.state, source.watch_note) == (SourceState.ONLINE, None)
    await put_and_settle(watching, "Ridge/3.jpg")
    assert set((await watching.states()).values()) == {"stored"}


@pytest.mark.slow
async def test_with_copies_another_empty_folder_in_its_place_is_an_alarm(watching: Watching) -> None:
    watching.change(keep=Keep.COPY)
    watching.start()
    await put_and_settle(watching, "1.jpg")
    before = await watching.states()
    watching.drop.rename(watching.drop.with_name("unmounted"))
    watching.drop.mkdir()  # like the mount point without its disk
    await watching.until_source_is(SourceState.OFFLINE)
    await watching.stop()
    watching.start()
    await watching.until_source_is(SourceState.OFFLINE)
    assert await watching.states() == before
    await put_and_settle(watching, "2.jpg")  # a photo in it shows that it is the right folder
    assert (await watching.source()).state is SourceState.ONLINE


async def test_the_home_of_a_source_outlives_the_process(watching: Watching) -> None:
    source_id = await sources.open_source(SourceKind.DROP, b"/photos")
    assert await sources.identity(source_id) is None
    await sources.mark_online(source_id, device_id=2049, inode=-1)
    await sources.note_watch(source_id, SourceState.OFFLINE, WatchMode.POLLING, note="It is missing.")
    await sources.note_end_of_watch(source_id)
    assert await sources.identity(source_id) == (2049, -1)
    source = await Source.get(id=source_id)
    assert (source.state, source.watch_mode, source.watch_note) == (
        SourceState.OFFLINE,
        None,
        "It is missing.",
    )


@pytest.mark.slow
@pytest.mark.parametrize("restart", [False, True])
async def test_a_file_that_vanished_and_comes_back_as_it_was_is_stored(
    watching: Watching, *, restart: bool
) -> None:
    watching.change(truncated_hold_s=3600.0)
    watching.start()
    await put_and_settle(watching, "stays.jpg")
    aside = watching.drop.with_name("aside.jpg")
    path = watching.put("Ridge/goes.jpg", small_jpeg(9)[:-50])

    async def state(expected: str) -> bool:
        return (await watching.states()).get("Ridge/goes.jpg") == expected

    await watching.until(lambda: state("stable"))
    path.rename(aside)
    await watching.until(lambda: state("rejected VANISHED"))
    if restart:
        await watching.stop()
        watching.start()
    aside.rename(path)
    await watching.until(lambda: state("stable"))
    path.write_bytes(small_jpeg(9))
    await watching.until(lambda: state("stored"))
    assert await File.all().count() == 2
