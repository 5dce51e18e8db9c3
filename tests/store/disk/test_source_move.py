"""A drop folder that was moved is known by its files, and adopted or refused with what to do."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import socket
from pathlib import Path

import pytest

from tests.factories import make_dump, make_file, make_image, make_source
from thumper.domain.progress import FileState, ProcessRole, SourceKind, WatchMode
from thumper.errors import NotFoundError, RefusedError, UsageError
from thumper.store.disk import library_claim, source_move
from thumper.store.disk.source_move import SourceMove
from thumper.store.models import Dump, File, Image, Process, Source


class Drop:
    """A drop folder of which three photos were taken in, and a text was not."""

    def __init__(self, tmp_path: Path) -> None:
        self.home = tmp_path / "home"
        self.was = tmp_path / "drop"
        self.now = tmp_path / "disk" / "photos"

    async def fill(self) -> None:
        source = await make_source(self.was)
        self.dump = await make_dump(source=source, folder=b"card", display_folder="card")
        for number, name in enumerate(["card/1.jpg", "card/caf\udce9.jpg", "card/3.jpg", "card/readme.txt"]):
            path = self.was / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(f"photo {number}".encode())
            await self._record(path, name, FileState.REJECTED if name.endswith("txt") else FileState.STORED)

    async def _record(self, path: Path, name: str, state: FileState) -> None:
        sha256 = hashlib.sha256(path.read_bytes()).digest()
        found = path.stat()
        image = None
        if state is FileState.STORED:
            image = await make_image(self.dump, sha256=sha256, original_path=bytes(path))
        await make_file(
            self.dump,
            state,
            image=image,
            path=os.fsencode(name),
            display_path=name.encode(errors="backslashreplace").decode(),
            size_bytes=found.st_size,
            mtime_ns=found.st_mtime_ns,
            sha256=sha256,
        )

    def move(self) -> None:
        self.now.parent.mkdir()
        shutil.move(self.was, self.now)

    def copy(self, *, times: bool = True) -> None:
        shutil.copytree(self.was, self.now, copy_function=shutil.copy2 if times else shutil.copyfile)

    async def found(self) -> SourceMove | None:
        return await source_move.find_moved(self.now, home=self.home)

    async def refused(self, words: str, *, insist: bool = False) -> None:
        with pytest.raises((RefusedError, NotFoundError, UsageError), match=words):
            await source_move.look(self.was, self.now, insist=insist)


@pytest.fixture
async def drop(database: str, tmp_path: Path) -> Drop:
    drop = Drop(tmp_path)
    await drop.fill()
    return drop


async def _originals() -> set[bytes]:
    return {bytes(image.original_path) for image in await Image.all()}


async def test_a_moved_drop_folder_is_known_and_everything_follows(drop: Drop) -> None:
    before = await File.all().order_by("id").values()
    drop.move()
    moved = await source_move.follow_moved(drop.now, home=drop.home)
    assert moved is not None
    assert (moved.files, moved.originals) == (4, 3)
    assert f"from {drop.was} to {drop.now}: the receipts of 4 files stay, and originals (3)" in moved.sentence
    there = bytes(drop.now)
    assert await _originals() == {there + b"/card/" + name for name in (b"1.jpg", b"caf\xe9.jpg", b"3.jpg")}
    source = await Source.get(kind=SourceKind.DROP)
    assert (bytes(source.path), source.display_path) == (there, str(drop.now))
    assert await File.all().order_by("id").values() == before
    assert await drop.found() is None


async def test_where_a_copy_is_left_or_a_file_is_missing_nothing_is_moved_unasked(drop: Drop) -> None:
    drop.copy()
    assert await drop.found() is None
    shutil.rmtree(drop.was)
    assert await drop.found() is not None
    (drop.now / "card" / "3.jpg").unlink()
    assert await drop.found() is None
    move = await source_move.look(drop.was, drop.now)
    assert (move.likeness.found, move.likeness.missing) == (2, ("card/3.jpg",))


async def test_another_folder_is_no_moved_one(drop: Drop) -> None:
    drop.move()
    shutil.move(drop.now / "card", drop.now / "another card")
    assert await drop.found() is None
    await drop.refused("lacks files that were taken in: card/")
    (drop.now / "card").mkdir()
    (drop.now / "card" / "1.jpg").write_bytes(b"photo X")
    await drop.refused("others are card/1.jpg")
    assert await _originals() == {
        bytes(drop.was) + b"/card/" + name for name in (b"1.jpg", b"caf\xe9.jpg", b"3.jpg")
    }
    assert (await source_move.look(drop.was, drop.now, insist=True)).likeness.others == ("card/1.jpg",)


async def test_a_folder_that_another_machine_watched_is_left_to_a_person(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Source.all().update(host="other")
    drop.move()
    assert await drop.found() is None
    assert (await source_move.look(drop.was, drop.now)).likeness.is_plain
    monkeypatch.setattr(socket, "gethostname", lambda: "other")
    assert await drop.found() is not None
    watcher = await Process.create(role=ProcessRole.WATCH, host="third", pid=1)
    assert await drop.found() is None
    await Process.filter(id=watcher.id).update(heartbeat_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    assert await drop.found() is not None


async def test_a_folder_that_is_being_watched_is_refused(drop: Drop) -> None:
    drop.move()
    await Source.all().update(watch_mode=WatchMode.EVENTS)
    await Process.create(role=ProcessRole.WATCH, host=socket.gethostname(), pid=os.getpid())
    assert await drop.found() is None
    await drop.refused("is being watched on", insist=True)


async def test_a_known_drop_folder_is_not_made_another_one_unless_it_never_brought_anything(
    drop: Drop,
) -> None:
    drop.move()
    other = await make_source(drop.now)
    assert await drop.found() is not None
    dump = await make_dump(source=other)
    assert await drop.found() is None
    await drop.refused("is a drop folder of its own since", insist=True)
    await dump.delete()
    await source_move.adopt(await source_move.look(drop.was, drop.now))
    assert [source.display_path for source in await Source.all()] == [str(drop.now)]


async def test_places_that_are_not_there_are_named(drop: Drop, tmp_path: Path) -> None:
    await drop.refused("Is its disk mounted?")
    drop.move()
    with pytest.raises(NotFoundError, match=f"Known: {drop.was}"):
        await source_move.look(tmp_path / "unknown", drop.now)
    with pytest.raises(UsageError, match="already"):
        await source_move.look(drop.was, drop.was)


async def test_a_copy_that_kept_no_times_is_no_delivery_of_new_files(drop: Drop) -> None:
    os.utime(drop.was / "card" / "1.jpg", (10**9, 10**9))
    await File.filter(path=b"card/1.jpg").update(mtime_ns=10**18)
    drop.copy(times=False)
    shutil.rmtree(drop.was)
    (drop.now / "card" / "readme.txt").write_bytes(b"longer than before")
    assert await source_move.follow_moved(drop.now, home=drop.home) is not None
    times = {row.display_path: row.mtime_ns for row in await File.all()}
    for name in ("card/1.jpg", "card/3.jpg"):
        assert times[name] == (drop.now / name).stat().st_mtime_ns
    assert times["card/readme.txt"] != (drop.now / "card" / "readme.txt").stat().st_mtime_ns


async def test_a_library_within_the_drop_folder_stays_where_it_is(drop: Drop) -> None:
    library = drop.was / ".thumper" / "library"
    await library_claim.check_library(library)
    kept = library / "originals" / "a.jpg"
    await make_image(drop.dump, original_path=bytes(kept))
    drop.move()
    await source_move.adopt(await source_move.look(drop.was, drop.now))
    assert bytes(kept) in await _originals()
    assert (await Source.get(kind=SourceKind.UPLOAD)).display_path == str(library)
    assert await Dump.all().count() == 1
