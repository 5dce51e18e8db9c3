"""A home that lies elsewhere than recorded is adopted there with all that lay in it, or refused with the remedy."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import threading
from pathlib import Path

import pytest

from tests.factories import make_dump, make_image, make_source
from thumper.domain.home_move import OldPlace
from thumper.domain.progress import ProcessRole, SourceKind
from thumper.errors import RefusedError
from thumper.store.disk import home_move, library_claim
from thumper.store.disk.home_move import MovedHome
from thumper.store.files import folder_moves
from thumper.store.models import Dump, Image, Process, Source
from thumper.store.postgres.connect import client


class Home:
    """A home with a drop folder in it, which can be moved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dump: Dump

    @property
    def library(self) -> Path:
        return self.folder / "library"

    async def use(self) -> None:
        """Claim it; store a photo of its library, one of its drop folder, one of another folder."""
        await library_claim.check_library(self.library)
        drop = self.folder / "drop"
        for path in (self.library / "originals" / "a.jpg", drop / "caf\udce9.jpg"):
            path.parent.mkdir(exist_ok=True)
            path.touch()
        self.dump = await make_dump(source=await make_source(drop))
        for name in (b"library/originals/a.jpg", b"drop/caf\xe9.jpg"):
            await make_image(self.dump, original_path=bytes(self.folder) + b"/" + name)
        await make_image(self.dump, original_path=bytes(self.folder) + b"2/drop/b.jpg")

    def move(self, to: Path) -> None:
        """Move it as a person does."""
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(self.folder, to)
        self.folder = to

    async def start(self, *, insist: bool = False) -> MovedHome | None:
        return await library_claim.check_library(self.library, insist=insist)

    async def refused(self, *, insist: bool = False) -> str:
        """Start it, which must be refused and change nothing; return why."""
        before = await _everything()
        with pytest.raises(RefusedError) as told:
            await self.start(insist=insist)
        assert await _everything() == before
        return str(told.value)


@pytest.fixture
async def home(database: str, tmp_path: Path) -> Home:
    home = Home(tmp_path / "old" / "home")
    await home.use()
    return home


async def _everything() -> list[object]:
    sources = await Source.all().order_by("id").values("path", "display_path", "host")
    return [sources, sorted(bytes(image.original_path) for image in await Image.all())]


async def _beat(host: str, *, seconds_ago: float, pid: int = 1) -> None:
    beat_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds_ago)
    process = await Process.create(role=ProcessRole.WORK, host=host, pid=pid)
    await Process.filter(id=process.id).update(heartbeat_at=beat_at)


async def test_a_home_that_was_moved_is_adopted_with_originals_and_drop_folder(
    home: Home, tmp_path: Path
) -> None:
    home.move(tmp_path / "big" / "thumper")
    moved = await home.start()
    assert moved is not None
    assert (moved.originals, moved.drop_folders) == (2, (str(home.folder / "drop"),))
    assert moved.sentence.startswith(f"The home was moved from {tmp_path}/old/home to {home.folder}")
    there = bytes(home.folder)
    assert await _everything() == [
        [
            {
                "path": there + b"/library",
                "display_path": str(home.library),
                "host": socket.gethostname(),
            },
            {"path": there + b"/drop", "display_path": str(home.folder / "drop"), "host": None},
        ],
        sorted(
            [
                there + b"/drop/caf\xe9.jpg",
                there + b"/library/originals/a.jpg",
                bytes(tmp_path) + b"/old/home2/drop/b.jpg",
            ]
        ),
    ]
    assert await home.start() is None


async def test_originals_follow_in_parts_that_no_statement_takes_long(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        path = home.library / "originals" / f"{number}.jpg"
        path.touch()
        await make_image(home.dump, original_path=bytes(path))
    monkeypatch.setattr(folder_moves, "_IMAGES", 4)
    home.move(tmp_path / "new")
    moved = await home.start()
    assert moved is not None
    assert moved.originals == 12
    left = await client().execute_query_dict(
        "SELECT count(*) AS images FROM image WHERE position($1::bytea IN original_path) = 1",
        [bytes(tmp_path / "old" / "home") + b"/"],
    )
    assert left[0]["images"] == 0


async def test_an_empty_folder_where_the_home_was_mounted_is_nothing(home: Home, tmp_path: Path) -> None:
    home.move(tmp_path / "new")
    (tmp_path / "old" / "home" / "library").mkdir(parents=True)
    assert await home.start() is not None


async def test_a_link_that_was_left_where_the_home_was_is_the_same_home(home: Home, tmp_path: Path) -> None:
    home.move(tmp_path / "new")
    (tmp_path / "old" / "home").symlink_to(home.folder)
    moved = await home.start()
    assert moved is not None
    assert moved.originals == 2
    home.folder = tmp_path / "old" / "home"
    assert await home.start() is not None  # and under its other name again


async def test_of_two_copies_the_one_that_is_recorded_is_used_until_a_person_insists(
    home: Home, tmp_path: Path
) -> None:
    copy = Home(tmp_path / "copy")
    shutil.copytree(home.folder, copy.folder)
    reason = await copy.refused()
    assert "at the former still" in reason
    assert "thumper move-home" in reason
    assert await home.start() is None
    assert await copy.start(insist=True) is not None
    assert "thumper move-home" in await home.refused()
    assert await copy.start() is None


async def test_a_disk_that_is_not_mounted_yet_is_no_home(home: Home, tmp_path: Path) -> None:
    home.move(tmp_path / "disk" / "thumper")
    late = Home(tmp_path / "mnt" / "thumper")
    for insist in (False, True):
        assert "Is its disk mounted?" in await late.refused(insist=insist)
    assert not late.folder.exists()
    late.library.mkdir(parents=True)
    (late.library / library_claim.MARKER).write_text("of another database\n")
    assert "does not hold the marker" in await late.refused(insist=True)


async def test_a_home_under_a_running_process_is_not_moved_by_anybody(home: Home, tmp_path: Path) -> None:
    home.move(tmp_path / "new")
    await _beat("other", seconds_ago=2)
    for insist in (False, True):
        assert "works with the former on other" in await home.refused(insist=insist)
    await Process.all().delete()
    await _beat(socket.gethostname(), seconds_ago=2, pid=os.getpid())
    assert "stop Thumper there" in await home.refused(insist=True)


async def test_a_process_of_this_machine_that_was_killed_is_in_nobodys_way(
    home: Home, tmp_path: Path
) -> None:
    home.move(tmp_path / "new")
    await _beat(socket.gethostname(), seconds_ago=2, pid=2**22 + 1)  # no process can have this number
    assert await home.start() is not None


async def test_a_machine_that_was_there_minutes_ago_is_asked_about_and_a_silent_one_is_not(
    home: Home, tmp_path: Path
) -> None:
    home.move(tmp_path / "new")
    await _beat("other", seconds_ago=300)
    assert "on other 5 minutes ago" in await home.refused()
    await Process.all().delete()
    await _beat("other", seconds_ago=3600)
    assert await home.start() is not None


async def test_two_machines_that_see_one_library_at_different_paths_are_refused_though_one_is_off(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.move(tmp_path / "seen elsewhere")
    monkeypatch.setattr(socket, "gethostname", lambda: "second")
    reason = await home.refused()
    assert "that used it last, and not this machine (second)" in reason
    assert "visible here under that path" in reason
    assert await home.start(insist=True) is not None
    assert (await Source.get(kind=SourceKind.UPLOAD)).host == "second"


async def test_the_host_is_recorded_at_each_start_also_for_a_library_of_before(home: Home) -> None:
    await Source.filter(kind=SourceKind.UPLOAD).update(host=None)
    assert await home.start() is None
    assert (await Source.get(kind=SourceKind.UPLOAD)).host == socket.gethostname()


async def test_a_move_that_was_cut_short_is_asked_about(home: Home, tmp_path: Path) -> None:
    home.move(tmp_path / "new")
    (home.library / "originals" / "a.jpg").unlink()
    assert "Of the 1 latest originals" in await home.refused()
    assert await home.start(insist=True) is not None


async def test_a_drop_folder_that_was_left_behind_stays(home: Home, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    shutil.move(home.library, tmp_path / "new" / "library")
    home.folder = tmp_path / "new"
    moved = await home.start()
    assert moved is not None
    assert (moved.originals, moved.drop_folders) == (1, ())
    assert f"{tmp_path}/old/home/drop was left where it is: set THUMPER_DROP" in moved.sentence
    assert (await Source.get(kind=SourceKind.DROP)).display_path == str(tmp_path / "old" / "home" / "drop")


async def test_a_drop_folder_that_is_still_set_to_the_old_home_is_named(home: Home, tmp_path: Path) -> None:
    home.move(tmp_path / "new")
    with pytest.raises(RefusedError, match=f"set THUMPER_DROP to {tmp_path}/new/drop"):
        await library_claim.check_library(home.library, drop=tmp_path / "old" / "home" / "drop")
    assert await library_claim.check_library(home.library, drop=tmp_path / "elsewhere") is not None


async def test_a_share_that_does_not_answer_holds_up_neither_the_start_nor_its_end(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.move(tmp_path / "new")
    silent, daemons = threading.Event(), []

    def hang(*_: Path) -> OldPlace:
        daemons.append(threading.current_thread().daemon)
        silent.wait()
        return OldPlace.NOTHING

    monkeypatch.setattr(home_move, "ANSWER_S", 0.1)
    monkeypatch.setattr(home_move, "old_place", hang)
    assert "does not answer" in await home.refused()
    assert daemons == [True]
    silent.set()


def test_what_lies_at_an_old_place_is_told_from_nothing(tmp_path: Path) -> None:
    now, file = tmp_path / "now", tmp_path / "file"
    now.mkdir()
    file.touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    expected = {
        tmp_path / "gone": OldPlace.NOTHING,
        file / "below": OldPlace.NOTHING,
        file: OldPlace.SOMETHING,
        now: OldPlace.SAME,
        tmp_path / "loop": OldPlace.SOMETHING,  # it cannot be told
        tmp_path: OldPlace.SOMETHING,
    }
    assert {was: home_move.old_place(was, now) for was in expected} == expected
