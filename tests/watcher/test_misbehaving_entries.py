"""Entries of a drop folder that are no plain files, or cannot be read: all of them are accounted for."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.ingest.conftest import small_jpeg
from tests.opens import Opens
from tests.watcher.conftest import Watching, rescanned
from thumper.domain.progress import FileState, SourceState, WatchMode
from thumper.store.models import Dump, File, Image, Location
from thumper.watcher.disk import Disk

pytestmark = pytest.mark.slow  # as a whole: a real watcher waits for its looks


@pytest_asyncio.fixture
async def helpless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every thread that looks at files obey permissions, even when the tests run as root."""

    def give_up_capabilities() -> None:
        version_3_of_this_thread = (ctypes.c_uint32 * 2)(0x20080522, 0)
        none = (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capset(version_3_of_this_thread, none) == 0

    threads = ThreadPoolExecutor(8, initializer=give_up_capabilities)
    asyncio.get_running_loop().set_default_executor(threads)
    work = Disk._work

    def work_helplessly(disk: Disk) -> None:
        give_up_capabilities()
        work(disk)

    monkeypatch.setattr(Disk, "_work", work_helplessly)


def left_out(log: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what the watcher logged as left out, and why."""
    return {line["path"]: line["why"] for line in log if line["event"] == "left out"}


async def test_links_that_lead_out_of_the_root_are_named_and_not_read(
    watching: Watching, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(small_jpeg())
    card = watching.put("card/a.jpg", small_jpeg(1)).parent
    (card / "secret.jpg").symlink_to(outside / "secret.jpg")
    (card / "climbing.jpg").symlink_to("../../outside/secret.jpg")
    (card / "DCIM").symlink_to(outside)
    watching.change(rescan_s=0.3)
    with Opens(outside) as opens, capture_logs() as log:
        watching.start()
        await watching.until_settled(1)
        await rescanned(watching)
        assert opens.of("secret.jpg") == 0
    assert await watching.states() == {"card/a.jpg": "stored"} | dict.fromkeys(
        ("card/secret.jpg", "card/climbing.jpg", "card/DCIM"), "rejected LINK"
    )
    counts = (await watching.receipt("card")).counts
    assert (counts.found, counts.stored, counts.rejected) == (4, 1, 3)
    await watching.stop()
    (card / "a.jpg").unlink()
    watching.start()
    await rescanned(watching)
    assert (await watching.source()).state is SourceState.ONLINE, "a folder of links is not empty"
    assert await Dump.all().count() == 1, "a link is told once"
    assert left_out(log) == dict.fromkeys(
        ("card/secret.jpg", "card/climbing.jpg", "card/DCIM"), "it is a link that leads out of the folder"
    )


async def test_an_ignored_folder_that_appears_while_it_is_watched_is_not_read(watching: Watching) -> None:
    watching.put("card/a.jpg", small_jpeg(1))
    watching.change(look_s=0.1, rescan_s=600)
    watching.start()
    await watching.until_watched(WatchMode.EVENTS)
    await watching.until_settled(1)
    for number, folder in enumerate(
        ("card/FOUND.000", "card/$RECYCLE.BIN/S-1-5", ".Trash-1000/files", ".stfolder2")
    ):
        watching.put(f"{folder}/T{number}.jpg", small_jpeg(10 + number))
    (watching.drop / "later").mkdir()
    watching.put("later/b.jpg", small_jpeg(2))
    await watching.until_settled(2)
    assert await watching.states() == {"card/a.jpg": "stored", "later/b.jpg": "stored"}
    assert {location.name for location in await Location.all()} == {"card", "later"}


async def test_a_link_that_is_turned_out_of_the_root_after_it_was_seen_is_not_read(
    watching: Watching, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(small_jpeg())
    watching.put("card/DCIM/a.jpg", small_jpeg(1))
    link = watching.drop / "card" / "link.jpg"
    link.symlink_to("DCIM/a.jpg")
    watching.change(look_s=0.5)
    with Opens(outside) as opens:
        watching.start()
        await watching.until(lambda: File.filter(display_path="card/link.jpg").exists())
        link.unlink()
        link.symlink_to(outside / "secret.jpg")
        await watching.until_settled(2)
        assert opens.of("secret.jpg") == 0
    states = await watching.states()
    assert states["card/DCIM/a.jpg"] == "stored"
    assert states["card/link.jpg"] in {"rejected LINK", "rejected VANISHED"}


async def test_links_within_the_root_are_files_of_the_same_photo(watching: Watching) -> None:
    card = watching.put("card/a.jpg", small_jpeg()).parent
    (card / "link.jpg").symlink_to("a.jpg")
    os.link(card / "a.jpg", card / "hard.jpg")
    (watching.drop / "same card").symlink_to("card")
    watching.start()
    await watching.until_settled(3)
    assert sorted((await watching.states()).values()) == ["duplicate", "duplicate", "stored"]
    assert set(await watching.states()) == {"card/a.jpg", "card/link.jpg", "card/hard.jpg"}
    assert await Image.all().count() == 1


async def test_a_folder_with_links_to_folders_that_is_moved_in_brings_nothing_from_behind_them(
    watching: Watching, field_inputs: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(field_inputs / "Linked", tmp_path / "Linked", symlinks=True)
    (moved / "deep").mkdir()
    (moved / "deep" / "ext").symlink_to(tmp_path / "outside")
    (tmp_path / "outside" / "DCIM").mkdir(parents=True)
    (tmp_path / "outside" / "DCIM" / "OUT_2.JPG").write_bytes(small_jpeg(2))
    watching.put("other.jpg", small_jpeg(1))
    with Opens(tmp_path / "outside" / "DCIM") as opens, capture_logs() as log:
        watching.start()
        await watching.until_watched(WatchMode.EVENTS)
        moved.rename(watching.drop / "Linked")
        await watching.until_settled(2)
        (watching.drop / "Linked" / "late").symlink_to(tmp_path / "outside")
        (tmp_path / "outside" / "DCIM" / "OUT_3.JPG").write_bytes(small_jpeg(3))
        await rescanned(watching)
        assert opens.of("OUT_2.JPG") == 0
    states = await watching.states()
    links = {"Linked/ext", "Linked/deep/ext", "Linked/late"}
    assert set(states) == {"other.jpg", "Linked/A.JPG"} | links
    assert {states[link] for link in links} == {"rejected LINK"}
    assert left_out(log) == dict.fromkeys(
        ("Linked/ext", "Linked/deep/ext", "Linked/late"), "it is a link that leads out of the folder"
    )
    counts = (await watching.receipt("Linked")).counts
    assert (counts.stored, counts.rejected) == (1, counts.found - 1)


async def test_a_folder_that_becomes_a_link_while_its_file_is_waited_for_is_not_looked_through(
    watching: Watching, tmp_path: Path
) -> None:
    watching.change(truncated_hold_s=3600.0)
    folder = watching.put("card/DCIM/a.jpg", small_jpeg(1)[:-50]).parent
    watching.put("card/b.jpg", small_jpeg(2))
    watching.start()
    await watching.until(lambda: File.filter(state=FileState.STABLE).exists())
    folder.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "a.jpg").write_bytes(small_jpeg(3))
    folder.symlink_to(tmp_path / "elsewhere")
    await watching.until_settled(2)
    assert await watching.states() == {
        "card/DCIM": "rejected LINK",
        "card/DCIM/a.jpg": "rejected VANISHED",
        "card/b.jpg": "stored",
    }


async def test_links_in_circles_and_to_nothing_end_and_are_named(watching: Watching) -> None:
    card = watching.put("card/a.jpg", small_jpeg()).parent
    (card / "up").symlink_to("..")
    (card / "self").symlink_to(".")
    (card / "ping.jpg").symlink_to("pong.jpg")
    (card / "pong.jpg").symlink_to("ping.jpg")
    (card / "gone.jpg").symlink_to("never.jpg")
    with capture_logs() as log:
        watching.start()
        await watching.until_settled(1)
    assert (await watching.states())["card/gone.jpg"] == "rejected LINK"
    assert set(left_out(log)) == {"card/ping.jpg", "card/pong.jpg", "card/gone.jpg"}
    assert left_out(log)["card/gone.jpg"] == "it is a link to nothing"
    (card / "never.jpg").write_bytes(small_jpeg(1))  # now the link leads to a file
    await watching.until_settled(3)
    states = await watching.states()
    kept = {states[f"card/{name}.jpg"] for name in ("gone", "never")}
    assert kept == {"duplicate", "stored"}, "a link that leads to something now is tried again"


async def test_pipes_sockets_and_devices_are_neither_opened_nor_counted(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = watching.put("card/a.jpg", small_jpeg()).parent
    os.mkfifo(card / "pipe.jpg")
    monkeypatch.chdir(card)  # the address of a socket has at most 107 bytes
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.jpg")
        with contextlib.suppress(PermissionError):
            os.mknod(card / "device.jpg", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
        with Opens(card) as opens:
            watching.start()
            await watching.until_settled(1)
            assert opens.of("pipe.jpg") == opens.of("socket.jpg") == opens.of("device.jpg") == 0
            assert opens.of("a.jpg") == 1
    assert await watching.states() == {"card/a.jpg": "stored"}


async def test_a_huge_file_with_holes_is_rejected_by_its_size_after_a_few_bytes(watching: Watching) -> None:
    path = watching.put("card/huge.jpg", b"\xff\xd8")
    os.truncate(path, 1 << 40)
    os.truncate(watching.put("card/hole.jpg", b""), 5_000_000)
    with Opens(path.parent) as opens:
        watching.start()
        await watching.until_settled(2)
        assert opens.of("huge.jpg") == 1  # a terabyte would take hours to read
    assert await watching.states() == {
        "card/huge.jpg": "rejected TOO_LARGE_BYTES",
        "card/hole.jpg": "rejected NOT_AN_IMAGE",
    }
    assert (await watching.receipt("card")).counts.size_bytes == (1 << 40) + 5_000_000


@pytest.mark.slow
async def test_folders_and_files_without_permission_are_named_and_cost_no_other(
    watching: Watching, helpless: None
) -> None:
    closed = {
        "card/closed file.jpg": 0o000,
        "card/closed folder": 0o000,
        "card/names only": 0o444,  # it can be listed, but its entries cannot be looked at
    }
    watching.put("card/a.jpg", small_jpeg(1))
    watching.put("card/closed file.jpg", small_jpeg(2))
    watching.put("card/closed folder/DCIM/b.jpg", small_jpeg(3))
    watching.put("card/names only/c.jpg", small_jpeg(4))
    for name, mode in closed.items():
        (watching.drop / name).chmod(mode)
    watching.change(rescan_s=0.3)
    try:
        with capture_logs() as log:
            watching.start()
            await watching.until_settled(2)
            await rescanned(watching)
        assert left_out(log) == {
            "card/closed folder": "Permission denied",
            "card/names only/c.jpg": "Permission denied",
        }
        expected = {"card/a.jpg": "stored", "card/closed file.jpg": "rejected UNREADABLE"}
        assert await watching.states() == expected
        (rejected,) = (await watching.receipt("card")).rejected
        assert "permission denied" in rejected.message
    finally:
        for name in closed:
            (watching.drop / name).chmod(0o755)

    async def all_stored() -> bool:
        return list((await watching.states()).values()) == ["stored"] * 4

    await watching.until(all_stored)


@pytest.mark.slow
async def test_a_file_that_is_closed_before_it_is_whole_is_said_to_be_closed_and_not_gone(
    watching: Watching, helpless: None
) -> None:
    watching.change(truncated_hold_s=3600.0)
    watching.put("other.jpg", small_jpeg())
    path = watching.put("card/DCIM/a.jpg", small_jpeg()[:-50])
    watching.start()
    await watching.until(lambda: File.filter(state=FileState.STABLE).exists())
    path.parent.chmod(0o000)
    try:
        await watching.until_settled(2)
        assert (await watching.states())["card/DCIM/a.jpg"] == "rejected UNREADABLE"
    finally:
        path.parent.chmod(0o755)
