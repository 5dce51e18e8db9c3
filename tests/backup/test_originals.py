"""Originals come along when they are asked for, byte for byte, and go back without writing over anything."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.backup.keeping import ask, bring_back, check, contents, keep, scratches
from tests.factories import make_dump, make_image, make_source
from thumper.backup import restoration, take
from thumper.backup.manifest import MISSING
from thumper.backup.originals import OriginalRow, copy_out, put_back
from thumper.domain.disk_space import MB, Space
from thumper.errors import BackupError, BadBackupError, NoRoomError, RefusedError
from thumper.settings import Settings
from thumper.store.disk import disk_space, library, library_claim
from thumper.store.postgres.connect import migrate_database, open_database

Photos = Callable[[int], list[Path]]


@pytest_asyncio.fixture
async def ranch(settings: Settings, photos: Photos) -> Settings:
    """Three photos in the drop folder and two in the library, all recorded."""
    settings.drop_dir.mkdir()
    async with open_database(settings.postgres_url, pool_size=2):
        await library_claim.check_library(settings.library_dir)
        dump = await make_dump(source=await make_source(settings.drop_dir))
        for number, photo in enumerate(photos(5)):
            content = photo.read_bytes()
            if number < 3:
                path = settings.drop_dir / f"Höhe {number}.jpg"
                path.write_bytes(content)
            else:
                path = library.keep_original(settings.library_dir, content, media_type="image/jpeg")
            await make_image(
                dump,
                sha256=hashlib.sha256(content).digest(),
                size_bytes=len(content),
                original_path=bytes(path),
            )
    return settings


async def originals_of(settings: Settings) -> dict[Path, bytes]:
    """Where the database says that originals are, and their hashes."""
    rows = await ask(settings.postgres_url, "SELECT original_path, sha256 FROM image ORDER BY id")
    return {Path(os.fsdecode(row["original_path"])): row["sha256"] for row in rows}


async def all_there(settings: Settings) -> bool:
    return all(library.holds(path, sha256) for path, sha256 in (await originals_of(settings)).items())


@pytest.fixture
def elsewhere(ranch: Settings, empty_database_url: str, tmp_path: Path) -> Settings:
    """Another machine that sees the drop folder at the same path."""
    return ranch.model_copy(
        update={"home": tmp_path / "new", "database_url": empty_database_url, "drop": None}
    )


async def test_all_of_them_are_in_the_backup_and_untouched_where_they_were(
    ranch: Settings, tmp_path: Path
) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_mode) for path in await originals_of(ranch)}
    taken = await keep(ranch, tmp_path / "backup", originals=True)
    assert (taken.manifest.originals.files, taken.missing) == (5, [])
    hashes = {Path(name).stem for name in contents(tmp_path / "backup") if name.startswith("originals/")}
    assert hashes == {sha256.hex() for sha256 in (await originals_of(ranch)).values()}
    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_mode) for path in before}
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    await check(ranch, tmp_path / "backup")


async def test_what_is_not_there_goes_into_the_library(
    ranch: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    await keep(ranch, tmp_path / "backup", originals=True)
    gone, other, own = sorted(ranch.drop_dir.iterdir())
    gone.unlink()
    other.write_bytes(b"another photo of that name")
    restored = await bring_back(elsewhere, tmp_path / "backup")
    assert (restored.in_place, restored.put_back, restored.missing) == (1, 4, [])
    assert await all_there(elsewhere)
    places = set(await originals_of(elsewhere))
    assert own in places
    assert {gone, other}.isdisjoint(places)
    assert all(path.is_relative_to(elsewhere.library_dir) for path in places - {own})
    assert other.read_bytes() == b"another photo of that name"
    assert not gone.exists()


async def test_those_that_cannot_be_read_as_they_were_taken_in_are_named(
    ranch: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    gone, other, _ = sorted(ranch.drop_dir.iterdir())
    gone.unlink()
    other.write_bytes(other.read_bytes()[:-1] + b"x")
    taken = await keep(ranch, tmp_path / "backup", originals=True)
    assert taken.missing == [f"{gone}: VANISHED", f"{other}: ORIGINAL_CHANGED"]
    assert (tmp_path / "backup" / MISSING).read_text().splitlines() == taken.missing
    assert (taken.manifest.originals.files, taken.manifest.originals.missing) == (3, 2)
    restored = await bring_back(elsewhere, tmp_path / "backup")
    assert restored.missing == [str(gone), str(other)]


async def test_photos_that_are_deleted_while_it_runs_are_no_fault_and_left_out(
    ranch: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def delete(path: Path, sha256: bytes) -> None:
        await ask(
            ranch.postgres_url,
            f"WITH gone AS (DELETE FROM image WHERE sha256 = '\\x{sha256.hex()}' RETURNING sha256)"
            " INSERT INTO deletion (id, sha256, note) SELECT gen_random_uuid(), sha256, '' FROM gone",
        )
        path.unlink()

    before = await originals_of(ranch)
    kept = [path for path in before if path.is_relative_to(ranch.library_dir)]

    async def copy_meanwhile(connection: Any, folder: Path, **more: Any) -> Any:
        await delete(kept[0], before[kept[0]])
        copied = await copy_out(connection, folder, **more)
        await delete(kept[1], before[kept[1]])
        return copied

    monkeypatch.setattr(take, "copy_out", copy_meanwhile)
    taken = await keep(ranch, tmp_path / "backup", originals=True)
    assert (taken.deleted, taken.missing) == (2, [])
    assert (taken.manifest.originals.files, taken.manifest.originals.missing) == (3, 0)
    names = {Path(name).stem for name in contents(tmp_path / "backup")}
    assert names.isdisjoint(before[path].hex() for path in kept)
    assert await check(ranch, tmp_path / "backup") == taken.manifest
    assert len((await bring_back(elsewhere, tmp_path / "backup")).missing) == 2
    assert (await keep(ranch, tmp_path / "another")).deleted == 0


async def test_without_them_the_restore_names_those_that_are_not_here(
    ranch: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    taken = await keep(ranch, tmp_path / "backup")
    assert not taken.manifest.originals.within
    restored = await bring_back(elsewhere, tmp_path / "backup")
    assert restored.in_place == 3
    wanted = [path for path in await originals_of(elsewhere) if path.is_relative_to(elsewhere.library_dir)]
    assert restored.missing == [str(path) for path in wanted]
    for path in wanted:  # what the sentence asks for: put them there
        old = ranch.library_dir / path.relative_to(elsewhere.library_dir)
        path.parent.mkdir(parents=True)
        path.write_bytes(old.read_bytes())
    assert await all_there(elsewhere)


async def test_an_original_of_the_backup_that_changed_or_is_gone_is_refused(
    ranch: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    await keep(ranch, tmp_path / "backup", originals=True)
    one, two, *_ = sorted(path for path in (tmp_path / "backup" / "originals").rglob("*") if path.is_file())
    content = one.read_bytes()
    one.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with pytest.raises(BadBackupError, match=one.name):
        await bring_back(elsewhere, tmp_path / "backup")
    one.write_bytes(content)
    two.unlink()
    with pytest.raises(BadBackupError, match=f"{two.name} is missing"):
        await bring_back(elsewhere, tmp_path / "backup")
    assert not elsewhere.home.exists()


async def test_a_disk_without_room_ends_it_with_what_to_do(
    ranch: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library, "keep_original", full)
    with pytest.raises(BackupError, match=r"No space left on device\. Free space there"):
        await keep(ranch, tmp_path / "backup", originals=True)
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]


async def test_an_interrupt_takes_effect_after_the_present_photo_and_leaves_nothing(
    ranch: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun = library.keep_original, threading.Event()
    written = []

    def slowly(*words: Any, **more: Any) -> Path:
        begun.set()
        time.sleep(0.3)
        written.append(real(*words, **more))
        return written[-1]

    monkeypatch.setattr(library, "keep_original", slowly)
    task = asyncio.create_task(keep(ranch, tmp_path / "backup", originals=True))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(written) == 1
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]
    assert await scratches(ranch.postgres_url) == []


async def test_a_disk_that_gives_other_bytes_than_it_took_is_found_out_on_both_ways(
    ranch: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def copy_and_spoil(connection: Any, folder: Path, **more: Any) -> Any:
        copied = await copy_out(connection, folder, **more)
        next((folder / "originals").rglob("*.jpg")).write_bytes(b"what a stick that wraps gives back")
        return copied

    with monkeypatch.context() as failing:
        failing.setattr(take, "copy_out", copy_and_spoil)
        with pytest.raises(BackupError, match=r"\.jpg does not hold what was written to it"):
            await keep(ranch, tmp_path / "backup", originals=True)
    assert not (tmp_path / "backup").exists()

    await keep(ranch, tmp_path / "backup", originals=True)
    spoilt = next((tmp_path / "backup" / "originals").rglob("*.jpg"))
    row = OriginalRow(uuid4(), bytes.fromhex(spoilt.stem), 9, "image/jpeg", b"/gone.jpg")
    content = spoilt.read_bytes()
    spoilt.write_bytes(content[:-1] + b"?")
    with pytest.raises(BadBackupError, match="does not hold the photo of its name"):
        put_back(row, tmp_path / "backup", elsewhere.library_dir)
    spoilt.unlink()
    spoilt.mkdir()
    with pytest.raises(BackupError, match="cannot be read"):
        put_back(row, tmp_path / "backup", elsewhere.library_dir)
    assert not list(elsewhere.library_dir.rglob("*.jpg"))


async def test_what_file_managers_and_shares_put_into_a_backup_is_none_of_it(
    ranch: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def copy_beside_others(connection: Any, folder: Path, **more: Any) -> Any:
        (folder / ".DS_Store").write_bytes(b"of a file manager")
        copied = await copy_out(connection, folder, **more)
        (folder / "originals" / ".nfs0000000000a1b2c3").write_bytes(b"of a share")
        return copied

    monkeypatch.setattr(take, "copy_out", copy_beside_others)
    await keep(ranch, tmp_path / "backup", originals=True)
    (tmp_path / "backup" / "originals" / ".directory").write_bytes(b"of another file manager")
    manifest = await check(ranch, tmp_path / "backup")
    assert (manifest.originals.files, manifest.files) == (5, 6)


async def test_a_restore_for_which_there_is_no_room_puts_nothing_anywhere(
    ranch: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(ranch, tmp_path / "backup", originals=True)
    elsewhere.postgres_dir.mkdir(parents=True)
    free = {elsewhere.postgres_dir: 21 * MB, elsewhere.home: 20 * MB}
    monkeypatch.setattr(disk_space, "measure", lambda path: Space(1000 * MB, free[path], None))
    with pytest.raises(
        NoRoomError, match=r"Restoring the database takes about .* 21 MB are free, of which 20"
    ):
        await bring_back(elsewhere, tmp_path / "backup")
    free[elsewhere.postgres_dir] = 500 * MB
    shutil.rmtree(ranch.drop_dir)
    with pytest.raises(
        NoRoomError, match=rf"Putting the originals back .* on the disk of {elsewhere.library_dir}"
    ):
        await bring_back(elsewhere, tmp_path / "backup")
    assert [path.name for path in elsewhere.home.iterdir()] == ["postgres"]
    assert await scratches(elsewhere.postgres_url) == []

    def fail(_: Path) -> Space:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk_space, "measure", fail)  # a disk whose free space is not known is not refused
    assert (await bring_back(elsewhere, tmp_path / "backup")).put_back == 5


async def test_what_a_restore_left_that_was_cut_short_is_named_by_whoever_starts_there(
    ranch: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(ranch, tmp_path / "backup", originals=True)
    shutil.rmtree(ranch.drop_dir)

    async def fail(*_: object) -> None:
        raise BackupError("the disk failed")

    with monkeypatch.context() as failing:
        failing.setattr(restoration, "_finish", fail)
        with pytest.raises(BackupError):
            await bring_back(elsewhere, tmp_path / "backup")
    await migrate_database(elsewhere.postgres_url)
    async with open_database(elsewhere.postgres_url, pool_size=2):
        with pytest.raises(RefusedError, match=r"was not finished\. Run `thumper restore` again"):
            await library_claim.check_library(elsewhere.library_dir)
    await bring_back(elsewhere, tmp_path / "backup")
    async with open_database(elsewhere.postgres_url, pool_size=2):
        await library_claim.check_library(elsewhere.library_dir)
