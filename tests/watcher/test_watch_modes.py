"""Watching by events while they are proved to arrive, by polling otherwise, and back again by itself."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from tests.watcher.conftest import Watching
from thumper.domain.progress import SourceState, WatchMode
from thumper.watcher import canary, change_detection, daemon, disk, mounts, observation, root
from thumper.watcher.change_detection import POLL_S, SHARE_LOOK_S, ChangeDetection
from thumper.watcher.hints import Hints
from thumper.watcher.kernel_events import KernelEvents
from thumper.watcher.mounts import Mount, Mounts, MountTable
from thumper.watcher.scan import root_identity

pytestmark = pytest.mark.slow  # as a whole: a real watcher waits for its looks

DISK = Mount(number=1, parent=0, point=b"/", kind="ext4", device="8:1", read_only=False)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "HEARD_WITHIN_S", 0.5)
    monkeypatch.setattr(change_detection, "SHARE_LOOK_S", 0.2)
    monkeypatch.setattr(daemon, "_MOST_REST_S", 0.5)


def lies_on(monkeypatch: pytest.MonkeyPatch, *, kind: str, below: str | None = None) -> None:
    """Make the mount table show the drop folder on a file system of another kind."""
    inner = (DISK._replace(number=2, point=b"/drop/slot", kind=below),) if below else ()
    monkeypatch.setattr(MountTable, "around", lambda *_: Mounts(DISK._replace(kind=kind), inner))


async def test_events_are_proved_by_a_canary_and_recorded(watching: Watching) -> None:
    watching.start()
    source = await watching.until_watched(WatchMode.EVENTS)
    first = source.canary_at
    assert first is not None
    assert source.watch_note is None

    async def proved_again() -> bool:
        return ((await watching.source()).canary_at or first) > first

    await watching.until(proved_again)
    assert list(watching.drop.iterdir()) == []
    await watching.stop()
    assert (await watching.source()).watch_mode is None, "nobody watches now"


@pytest.mark.slow
async def test_a_share_is_polled_and_a_disk_in_its_place_gives_events_again(
    watching: Watching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests cannot mount a share, so the mount table is replaced.
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:50 / / rw - ext4 a rw\n2 1 0:51 / {watching.drop} rw - nfs4 nas:/photos rw\n")
    monkeypatch.setattr(mounts, "MOUNT_TABLE", table)
    watching.start()
    source = await watching.until_watched(WatchMode.POLLING)
    assert "(nfs4)" in (source.watch_note or "")
    assert watching.health.sign().message == "", "nothing is wrong with a share"
    watching.put("card/DCIM/a.jpg", small_jpeg(1))
    await watching.until_settled(1)
    lies_on(monkeypatch, kind="ext4")
    assert (await watching.until_watched(WatchMode.EVENTS)).watch_note is None


async def test_a_share_in_a_subfolder_is_enough_to_poll(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    lies_on(monkeypatch, kind="ext4", below="fuse.rclone")
    watching.start()
    source = await watching.until_watched(WatchMode.POLLING)
    assert "/drop/slot in it lies on a file system (fuse.rclone)" in (source.watch_note or "")


async def test_whoever_says_events_gets_events_on_a_share(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    lies_on(monkeypatch, kind="cifs")
    watching.change(watch="events")
    watching.start()
    await watching.until_watched(WatchMode.EVENTS)


@pytest.mark.slow
async def test_nothing_is_ever_written_to_a_memory_card(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise AssertionError("a canary was made on a memory card")

    lies_on(monkeypatch, kind="vfat")
    monkeypatch.setattr(change_detection, "sing", refuse)
    watching.change(rescan_s=3600.0)
    watching.put("a.jpg", small_jpeg(1))
    watching.start()
    await watching.until_settled(1)
    watching.put("b.jpg", small_jpeg(2))
    await watching.until_settled(2)
    source = await watching.source()
    assert (source.watch_mode, source.canary_at) == (WatchMode.EVENTS, None)
    assert "memory card" in (source.watch_note or "")
    assert watching.health.sign().message == ""


@pytest.mark.slow
async def test_when_events_stop_to_arrive_it_polls_says_so_and_recovers(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.start()
    await watching.until_watched(WatchMode.EVENTS)
    with monkeypatch.context() as deaf:
        deaf.setattr(observation._Listener, "on_any_event", lambda *_: None)
        source = await watching.until_watched(WatchMode.POLLING)
        assert "canary" in (source.watch_note or "")
        assert "No events from" in watching.health.sign().message
        watching.put("card/a.jpg", small_jpeg(1))
        await watching.until_settled(1)
    assert (await watching.until_watched(WatchMode.EVENTS)).watch_note is None
    assert watching.health.sign().message == ""


async def test_a_watch_that_went_deaf_is_armed_anew_before_it_is_given_up(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.change(rescan_s=3600.0)
    hear, deaf_ones = observation._Listener.on_any_event, list[observation._Listener]()

    def first_is_deaf(self: observation._Listener, event: object) -> None:
        if not deaf_ones:
            deaf_ones.append(self)
        if self is not deaf_ones[0]:
            hear(self, event)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(observation._Listener, "on_any_event", first_is_deaf)
    watching.start()
    await watching.until_watched(WatchMode.EVENTS)
    watching.put("card/a.jpg", small_jpeg(1))
    await watching.until_settled(1)


@pytest.mark.slow
async def test_a_thread_of_the_watch_that_died_is_replaced(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.change(rescan_s=3600.0)
    watching.start()
    await watching.until_watched(WatchMode.EVENTS)
    (reading,) = [thread for thread in threading.enumerate() if isinstance(thread, KernelEvents)]
    with monkeypatch.context() as broken:
        broken.setattr(reading, "handle_event", lambda _: reading.stopped_event.set())
        watching.put("card/a.jpg", small_jpeg(1))
        await watching.until_settled(1)
    assert not reading.is_alive()
    watching.put("card/b.jpg", small_jpeg(2))
    await watching.until_settled(2)


@pytest.mark.slow
async def test_files_whose_events_the_kernel_dropped_are_found(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.change(rescan_s=3600.0)
    watching.start()
    await watching.until_watched(WatchMode.EVENTS)
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    slow, handle = threading.Event(), KernelEvents.handle_event

    def wait(self: KernelEvents, event: object) -> None:
        slow.wait(60)
        handle(self, event)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(KernelEvents, "handle_event", wait)
    for number in range(most):  # ignored files, each of which causes two events: made, and closed
        os.close(os.open(watching.drop / f"{number}.part", os.O_CREAT | os.O_WRONLY))
    for number in range(5):
        watching.put(f"card {number}/DCIM/a.jpg", small_jpeg(number))
    slow.set()
    await watching.until_settled(5)
    watching.put("card 3/DCIM/b.jpg", small_jpeg(9))  # its folder is watched again
    await watching.until_settled(6)


async def test_a_listing_that_does_not_return_is_a_source_offline(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = threading.Event()

    def hang(path: bytes) -> tuple[int, int] | None:
        lost.wait(60)
        return root_identity(path)

    lost.set()
    monkeypatch.setattr(root, "root_identity", hang)
    monkeypatch.setattr(disk, "ANSWER_S", 0.2)
    watching.put("a.jpg", small_jpeg(1))
    watching.start()
    await watching.until_settled(1)
    lost.clear()
    await watching.until_source_is(SourceState.OFFLINE)
    assert "does not answer" in watching.health.sign().message
    lost.set()
    await watching.until_source_is(SourceState.ONLINE)
    assert watching.health.sign().message == ""


async def test_how_often_it_scans_and_looks(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_detection, "SHARE_LOOK_S", SHARE_LOOK_S)
    settings = watching.settings.model_copy(update={"rescan_s": 60.0, "look_s": 2.0})
    by_events = ChangeDetection(os.fsencode(watching.drop), Hints(), settings=settings)
    await by_events.attend((1, 1))
    assert (by_events.rescan_after_s(0.1), by_events.look_s) == (60.0, 2.0)
    await by_events.close()
    lies_on(monkeypatch, kind="cifs")
    polling = ChangeDetection(os.fsencode(watching.drop), Hints(), settings=settings)
    await polling.attend((1, 1))
    assert polling.look_s == SHARE_LOOK_S == 5.0
    assert [polling.rescan_after_s(took_s) for took_s in (0.1, 2.0, 30.0)] == [POLL_S, 20.0, 60.0]
    await polling.close()
