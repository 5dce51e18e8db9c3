"""Real mounts that come and go under a watcher: nothing is lost, nothing is read twice, and watching recovers."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.ingest.conftest import small_jpeg
from tests.watcher.conftest import Watching
from tests.watcher.stage import Stage
from thumper.domain.feed import FeedKind
from thumper.domain.progress import FileState, SourceState, WatchMode
from thumper.store.models import Feed, File, Image

pytestmark = pytest.mark.slow

NO_RESCAN = {"rescan_s": 3600.0}
"""Settings under which files are found by events or polling only, never by a rescan."""


@pytest_asyncio.fixture
async def stage(tmp_path: Path, watching: Watching) -> AsyncIterator[Stage]:
    """Yield a stage; the log of its watcher is printed at the end."""
    stage = Stage(tmp_path)
    await stage.open()
    yield stage
    await stage.close()
    print(stage.log.read_text() if stage.log.exists() else "no watcher was started")  # for pytest's report


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Return a folder with a card's files, outside of the drop folder."""
    (tmp_path / "card" / "DCIM" / "100MEDIA").mkdir(parents=True)
    return tmp_path / "card"


def fill(card: Path, numbers: range) -> None:
    for number in numbers:
        (card / "DCIM" / "100MEDIA" / f"IMG_{number:04}.JPG").write_bytes(small_jpeg(number))


def words(*paths: Path) -> str:
    return " ".join(shlex.quote(str(path)) for path in paths)


async def until_stored(watching: Watching, count: int) -> None:
    async def stored() -> bool:
        return await Image.all().count() >= count

    await watching.until(stored)


async def test_a_card_pulled_out_during_ingest_again_and_again_loses_nothing(
    watching: Watching, stage: Stage, card: Path, tmp_path: Path
) -> None:
    fill(card, range(700))
    (tmp_path / "nothing").mkdir()
    # A separate file system with the card's files in it, which ends when it is unmounted.
    mount = f"mount -t overlay -o lowerdir={words(card)}:{words(tmp_path / 'nothing')} none {words(watching.drop)}"
    await stage.run(mount)
    await stage.watch(watching.settings)
    for stored in (1, 129, 257, 385, 513):
        await until_stored(watching, stored)
        await stage.run(f"umount -l {words(watching.drop)}")
        await watching.until_source_is(SourceState.OFFLINE)
        assert "Is its disk mounted?" in ((await watching.source()).watch_note or "")
        states = await watching.states()
        await stage.run(mount)
        assert {name: states[name] for name in states} == states
        await watching.until_source_is(SourceState.ONLINE)
    await watching.until_settled(700)
    assert set((await watching.states()).values()) == {"stored"}
    assert await File.all().count() == await Image.all().count() == 700
    assert not await File.exclude(attempts=1).exists()
    assert await Feed.filter(kind=FeedKind.IMAGE_STORED).count() == 700


async def test_a_disk_mounted_anew_while_nobody_looked_is_watched_anew(
    watching: Watching, stage: Stage, tmp_path: Path
) -> None:
    watching.change(**NO_RESCAN)
    (tmp_path / "upper").mkdir()
    (tmp_path / "disk").mkdir()
    disk = tmp_path / "disk"
    mount = (
        f"mount -t overlay -o lowerdir={words(tmp_path / 'upper')},upperdir={words(disk)}/upper,"
        f"workdir={words(disk)}/work none {words(watching.drop)}"
    )
    await stage.run(
        f"mount -t tmpfs none {words(disk)}; mkdir {words(disk)}/upper {words(disk)}/work; {mount}"
    )
    await stage.run(f"mkdir {words(watching.drop)}/card")
    await stage.watch(watching.settings)
    (tmp_path / "a.jpg").write_bytes(small_jpeg(1))
    (tmp_path / "b.jpg").write_bytes(small_jpeg(2))
    await watching.until_watched(WatchMode.EVENTS)
    await stage.run(f"cp {words(tmp_path / 'a.jpg')} {words(watching.drop)}/card")
    await watching.until_settled(1)
    before = await stage.run(f"stat -c '%d %i' {words(watching.drop)}")
    await stage.run(f"umount -l {words(watching.drop)}; {mount}")
    assert await stage.run(f"stat -c '%d %i' {words(watching.drop)}") == before, "it must look the same"
    await stage.run(f"cp {words(tmp_path / 'b.jpg')} {words(watching.drop)}/card")
    await watching.until_settled(2)
    assert not await File.exclude(attempts=1).exists()


async def test_a_disk_that_comes_late_after_a_reboot_is_waited_for_and_nothing_is_read_twice(
    watching: Watching, stage: Stage, card: Path
) -> None:
    fill(card, range(3))
    mount = f"mount --bind {words(card, watching.drop)}"
    await stage.run(mount)
    await stage.watch(watching.settings)
    await watching.until_settled(3)
    await stage.end_watcher()
    await stage.run(f"umount {words(watching.drop)}")
    await stage.watch(watching.settings)  # nothing but the empty mount point is there
    await watching.until_source_is(SourceState.OFFLINE)
    fill(card, range(3, 4))
    await stage.run(mount)
    await watching.until_settled(4)
    await watching.until_source_is(SourceState.ONLINE)
    assert set((await watching.states()).values()) == {"stored"}
    assert not await File.exclude(attempts=1).exists()


async def test_another_disk_in_its_place_is_read_and_the_first_ones_files_stay(
    watching: Watching, stage: Stage, card: Path, tmp_path: Path
) -> None:
    watching.change(**NO_RESCAN)
    other = tmp_path / "other"
    other.mkdir()
    (other / "IMG_0000.JPG").write_bytes(small_jpeg(50))
    fill(card, range(3))
    await stage.run(f"mount --bind {words(card, watching.drop)}")
    await stage.watch(watching.settings)
    await watching.until_settled(3)
    first = await watching.states()
    await stage.run(f"umount -l {words(watching.drop)}; mount --bind {words(other, watching.drop)}")
    await watching.until_settled(4)
    assert await watching.states() == first | {"IMG_0000.JPG": "stored"}
    await stage.run(f"umount -l {words(watching.drop)}; mount --bind {words(card, watching.drop)}")
    (card / "DCIM" / "100MEDIA" / "IMG_0003.JPG").write_bytes(small_jpeg(3))
    await watching.until_settled(5)
    assert not await File.exclude(attempts=1).exists()


async def test_a_card_mounted_in_a_subfolder_is_watched_and_its_end_disturbs_nothing(
    watching: Watching, stage: Stage, card: Path
) -> None:
    watching.change(**NO_RESCAN)
    fill(card, range(2))
    (watching.drop / "slot").mkdir()
    (watching.drop / "here.jpg").write_bytes(small_jpeg(9))
    await stage.watch(watching.settings)
    await watching.until_settled(1)
    await stage.run(f"mount --bind {words(card, watching.drop / 'slot')}")
    await watching.until_settled(3)
    (card / "DCIM" / "100MEDIA" / "IMG_0002.JPG").write_bytes(small_jpeg(2))
    await watching.until_settled(4)
    before = await watching.states()
    await stage.run(f"umount -l {words(watching.drop / 'slot')}")
    (watching.drop / "later.jpg").write_bytes(small_jpeg(8))
    await watching.until_settled(5)
    assert await watching.states() == before | {"later.jpg": "stored"}
    source = await watching.source()
    assert (source.state, source.watch_note) == (SourceState.ONLINE, None)


async def test_a_read_only_mount_gets_no_canary_and_events_all_the_same(
    watching: Watching, stage: Stage, card: Path
) -> None:
    watching.change(**NO_RESCAN)
    fill(card, range(2))
    drop = words(watching.drop)
    await stage.run(f"mount --bind {words(card)} {drop}; mount -o remount,bind,ro {drop}")
    await stage.watch(watching.settings)
    await watching.until_settled(2)
    (card / "DCIM" / "100MEDIA" / "IMG_0002.JPG").write_bytes(small_jpeg(2))
    await watching.until_settled(3)
    source = await watching.source()
    assert (source.watch_mode, source.canary_at) == (WatchMode.EVENTS, None)
    assert "read-only" in (source.watch_note or "")


async def test_a_file_system_without_events_is_polled(
    watching: Watching, stage: Stage, card: Path, tmp_path: Path
) -> None:
    (tmp_path / "upper").mkdir()
    disk, drop = words(tmp_path / "upper"), words(watching.drop)
    (card / "front").mkdir()
    await stage.run(
        f"mount -t tmpfs none {disk}; mkdir {disk}/upper {disk}/work; "
        f"mount -t overlay -o lowerdir={words(card)},upperdir={disk}/upper,workdir={disk}/work none {drop}"
    )
    watching.change(**NO_RESCAN)
    await stage.watch(watching.settings)
    await watching.until_watched(WatchMode.EVENTS)
    # The control: writing behind the mount causes no event, writing through it does.
    fill(card, range(3))
    (tmp_path / "front.jpg").write_bytes(small_jpeg(9))
    await stage.run(f"cp {words(tmp_path / 'front.jpg')} {drop}/front")
    await watching.until_settled(1)
    assert list(await watching.states()) == ["front/front.jpg"]
    await stage.end_watcher()
    watching.change(watch="polling")
    quick = "from thumper.watcher import change_detection as own; own.POLL_S = own.SHARE_LOOK_S = 0.3"
    await stage.watch(watching.settings, before=quick)
    await watching.until_settled(4)
    fill(card, range(3, 6))
    (card / "DCIM" / "101MEDIA").mkdir()
    (card / "DCIM" / "101MEDIA" / "IMG_0006.JPG").write_bytes(small_jpeg(6))
    await watching.until_settled(8)
    source = await watching.source()
    assert source.watch_mode is WatchMode.POLLING
    assert "THUMPER_WATCH" in (source.watch_note or "")


@pytest.mark.parametrize(
    ("limit", "too_low", "sysctl"),
    [
        ("max_inotify_watches", 5, "fs.inotify.max_user_watches (5)"),
        ("max_inotify_instances", 0, "fs.inotify.max_user_instances (0)"),
    ],
)
async def test_at_the_limit_of_inotify_it_polls_says_so_and_recovers(  # fixtures
    watching: Watching, stage: Stage, limit: str, too_low: int, sysctl: str
) -> None:
    for number in range(10):
        watching.put(f"card {number}/a.jpg", small_jpeg(number))
    before = (await stage.run(f"cat /proc/sys/user/{limit}")).strip()
    await stage.run(f"echo {too_low} > /proc/sys/user/{limit}")
    await stage.watch(watching.settings)
    source = await watching.until_watched(WatchMode.POLLING)
    assert sysctl in (source.watch_note or "")
    watching.put("card 7/deep/b.jpg", small_jpeg(20))
    await watching.until_settled(11)
    await stage.run(f"echo {before} > /proc/sys/user/{limit}")
    source = await watching.until_watched(WatchMode.EVENTS)
    assert source.watch_note is None
    assert set((await watching.states()).values()) == {FileState.STORED.value}
