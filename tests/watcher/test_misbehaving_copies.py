"""Programs that write a file in unusual ways: each photo counts once, when it is complete."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image as Picture

from tests.ingest.conftest import small_jpeg
from tests.opens import Opens
from tests.watcher.conftest import Watching, rescanned
from thumper.domain.progress import FileState
from thumper.store.models import Dump, File, Image, Job
from thumper.watcher import change_detection

GAP_S = 0.5
"""Time between two looks at a file, five times that between two writes to it, so that a busy machine passes."""
OLD_NS = 1_500_000_000 * 10**9
"""A modification time of years ago, like that of files from a copy that keeps times."""


def photo(shade: int = 0, *, kind: str = "JPEG") -> bytes:
    """Return a photo of some 20 kB that does not compress, so that a part of the file is a part of the picture."""
    out = io.BytesIO()
    noise = Picture.frombytes("L", (200, 150), random.Random(shade).randbytes(200 * 150))
    noise.convert("RGB").save(out, kind)
    return out.getvalue()


async def slowly(path: Path, content: bytes, *, look_s: float, looks: int = 4) -> AsyncIterator[int]:
    """Write a file in small parts over several looks, less than a look apart; yield after each."""
    steps = looks * 5
    size = -(-len(content) // steps)
    with path.open("wb", buffering=0) as file:
        for step in range(steps):
            file.write(content[step * size : (step + 1) * size])
            yield step
            await asyncio.sleep(look_s / 5)


async def the_only_image(watching: Watching) -> Image:
    """Wait until all is settled; return the only image, after checking that there is only one file."""
    await watching.until_settled(1)
    assert await File.all().count() == 1, await watching.states()
    assert (await File.get()).state is FileState.STORED
    assert await Job.all().count() == 1
    return await Image.get()


async def grow(path: Path) -> None:
    """Write a file as `cp` does."""
    async for _ in slowly(path, photo(1), look_s=GAP_S, looks=3):
        pass


async def grow_at_an_old_time(path: Path) -> None:
    """Write a file like a program that sets the old time from the first byte on."""
    async for _ in slowly(path, photo(2), look_s=GAP_S, looks=3):
        os.utime(path, ns=(OLD_NS, OLD_NS))


async def fill(path: Path, *, then: Callable[[], None] = lambda: None, shade: int = 3) -> None:
    """Write a file as Windows does, which sets the size first."""
    content = photo(shade)
    step = len(content) // 15
    with path.open("r+b", buffering=0) as file:
        file.truncate(len(content))
        for start in range(0, len(content), step):
            file.write(content[start : start + step])
            then()
            await asyncio.sleep(GAP_S / 5)


async def fill_at_an_old_time(path: Path) -> None:
    """Write a file as some servers show it: size and time are final before the first byte is there."""
    await fill(path, then=lambda: os.utime(path, ns=(OLD_NS, OLD_NS)), shade=4)


@pytest.mark.slow
async def test_a_file_that_is_written_to_is_not_opened_before_it_is_whole(watching: Watching) -> None:
    ways: dict[str, Callable[[Path], Awaitable[None]]] = {
        "grows.jpg": grow,
        "grows at an old time.jpg": grow_at_an_old_time,
        "is filled.jpg": fill,
        "is filled at an old time.jpg": fill_at_an_old_time,
    }
    watching.change(look_s=GAP_S)
    watching.start()
    for name in ways:
        (watching.drop / name).touch()
    with Opens(watching.drop) as opens:
        await asyncio.gather(*(write(watching.drop / name) for name, write in ways.items()))
        assert {name: opens.of(name) for name in ways} == dict.fromkeys(ways, 1), "only who writes opens it"
        await watching.until_settled(len(ways))
        assert {name: opens.of(name) for name in ways} == dict.fromkeys(ways, 2), "and then it is read once"
    assert await watching.states() == dict.fromkeys(ways, "stored")
    assert await File.all().count() == await Job.all().count() == len(ways)
    assert {image.file_name: image.sha256 for image in await Image.all()} == {
        name: hashlib.sha256(photo(number)).digest() for number, name in enumerate(ways, 1)
    }


@pytest.mark.slow
async def test_a_copy_that_pauses_for_longer_than_a_look_is_waited_for(watching: Watching) -> None:
    contents = {"a.jpg": photo(1), "b.png": photo(2, kind="PNG")}
    watching.change(truncated_hold_s=3600.0)
    watching.start()
    for name, content in contents.items():
        watching.put(name, content[:2000])

    async def held() -> bool:
        return await File.filter(state=FileState.STABLE).count() == len(contents)

    await watching.until(held)
    await asyncio.sleep(3 * watching.settings.look_s)
    assert not await Image.all().exists()
    for end in (9000, None):
        for name, content in contents.items():
            with (watching.drop / name).open("r+b") as file:
                file.write(content[:end])
        await asyncio.sleep(0 if end is None else 3 * watching.settings.look_s)
        assert end is None or not await Image.all().exists()
    await watching.until_settled(len(contents))
    assert await watching.states() == dict.fromkeys(contents, "stored")
    assert {image.sha256 for image in await Image.all()} == {
        hashlib.sha256(content).digest() for content in contents.values()
    }


@pytest.mark.slow
async def test_a_file_of_full_size_that_is_filled_late_is_one_photo_after_all(watching: Watching) -> None:
    """It lay there half full for so long that it was taken in as it was."""
    content = photo()
    path = watching.put("late.jpg", content[:9000] + bytes(len(content) - 9000))
    os.utime(path, ns=(OLD_NS, OLD_NS))
    watching.change(truncated_hold_s=0.3)
    watching.start()
    await watching.until_settled(1)
    assert await watching.states() == {"late.jpg": "stored"}
    half = await Image.get()
    with path.open("r+b", buffering=0) as file:
        file.write(content)

    async def replaced() -> bool:
        return not await Image.filter(id=half.id).exists()

    await watching.until(replaced)
    image = await the_only_image(watching)
    assert image.sha256 == hashlib.sha256(content).digest()


@pytest.mark.slow
async def test_a_time_that_is_set_back_after_admission_makes_no_second_file(watching: Watching) -> None:
    """`cp -p` sets the time last; on a slow disk that is after the photo was admitted."""
    watching.change(settle_s=1.2)
    path = watching.put("Ridge/a.jpg", small_jpeg())
    watching.start()
    await watching.until(lambda: File.filter(state=FileState.STORED).exists())
    os.utime(path, ns=(OLD_NS, OLD_NS))

    async def noted() -> bool:
        return await File.filter(mtime_ns=OLD_NS, state=FileState.STORED).exists()

    await watching.until(noted)
    await watching.until_settled(1)
    receipt = await watching.receipt("Ridge")
    assert (receipt.counts.found, receipt.counts.stored, receipt.counts.duplicate) == (1, 1, 0)
    assert (await File.get()).live


def replace(path: Path, content: bytes) -> None:
    """Put another photo in the place of one, with the same size and modification time, as a copying program does."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.utime(part, ns=(OLD_NS, OLD_NS))
    part.rename(path)


@pytest.mark.slow
@pytest.mark.parametrize("watched", [True, False])
async def test_another_photo_of_the_same_size_and_time_in_the_place_of_the_first_is_seen(
    watching: Watching, watched: bool
) -> None:
    contents = [photo(shade).ljust(400_000, b"\0") for shade in (61, 62)]
    (watching.drop / "Ridge").mkdir()
    path = watching.drop / "Ridge" / "IMG_0001.JPG"
    replace(path, contents[0])
    watching.start()
    await watching.until_settled(1)
    if not watched:
        await watching.stop()
    replace(path, contents[1])
    if not watched:
        watching.start()
    await watching.until_settled(2)
    assert {image.sha256 for image in await Image.all()} == {
        hashlib.sha256(content).digest() for content in contents
    }
    assert await File.all().count() == 2
    for number in (1, 2):
        assert (await watching.receipt("Ridge", number=number)).counts.stored == 1


async def everything() -> list[dict[str, object]]:
    """Return all that is recorded of files and dumps but the change times."""
    rows = [*await File.all().order_by("id").values(), *await Dump.all().values()]
    return [{key: value for key, value in row.items() if key != "changed_ns"} for row in rows]


@pytest.mark.slow
async def test_files_with_changed_rights_and_links_are_read_once_and_nothing_else_changes(
    watching: Watching, tmp_path: Path
) -> None:
    contents = {"a.jpg": small_jpeg(1), "b.jpg": small_jpeg(2), "words.jpg": b"words", "clip.mp4": b"film"}
    for name, content in contents.items():
        watching.put(f"Ridge/{name}", content)
    watching.change(rescan_s=0.3)
    watching.start()
    await watching.until_settled(len(contents))

    async def noted() -> bool:
        changed = {file.display_path: file.changed_ns for file in await File.all()}
        return all((watching.drop / name).stat().st_ctime_ns == then for name, then in changed.items())

    assert await noted()
    before = await everything()
    for turn in range(2):
        with Opens(watching.drop / "Ridge") as opens:
            for name in contents:
                (watching.drop / "Ridge" / name).chmod(0o600 + turn)
            os.link(watching.drop / "Ridge" / "a.jpg", tmp_path / f"{turn}.jpg")
            await watching.until(noted)
            await rescanned(watching)
            assert {name: opens.of(name) for name in contents} == dict.fromkeys(contents, 1)
    assert await everything() == before


@pytest.mark.slow
async def test_a_photo_that_settled_before_change_times_were_recorded_is_compared_from_the_first_look_on(
    watching: Watching,
) -> None:
    path = watching.put("Ridge/a.jpg", small_jpeg(1))
    watching.change(rescan_s=0.3)
    watching.start()
    await watching.until_settled(1)
    before = await everything()
    await watching.stop()
    await File.all().update(changed_ns=None)
    path.chmod(0o644)
    with Opens(path.parent) as opens:
        watching.start()
        await rescanned(watching)
        assert opens.of("a.jpg") == 0, "an upgrade reads nothing again"
        path.chmod(0o600)
        await watching.until(lambda: File.filter(changed_ns__isnull=False).exists())
        assert opens.of("a.jpg") == 1
    assert await everything() == before


@pytest.mark.slow
async def test_rsync_with_its_temporary_names_counts_each_photo_once(watching: Watching) -> None:
    contents = {f"IMG_000{number}.JPG": photo(number) for number in range(3)}
    watching.start()
    card = watching.drop / "card"
    card.mkdir()
    for name, content in contents.items():
        temporary = card / f".{name}.Ab3dEf"
        async for _ in slowly(temporary, content, look_s=watching.settings.look_s, looks=2):
            pass
        os.utime(temporary, ns=(OLD_NS, OLD_NS))
        temporary.rename(card / name)
    await watching.until_settled(3)
    assert await watching.states() == {f"card/{name}": "stored" for name in contents}
    assert await File.all().count() == 3


@pytest.mark.slow
async def test_a_browser_that_keeps_the_name_with_an_empty_file_is_waited_for(watching: Watching) -> None:
    """Firefox makes the empty file first and puts the finished `.part` in its place."""
    content = photo()
    watching.change(truncated_hold_s=0.3)
    watching.start()
    place = watching.drop / "deer.jpg"
    place.touch()
    part = watching.drop / "deer.xY3f.jpg.part"
    async for _ in slowly(part, content, look_s=watching.settings.look_s, looks=6):
        pass
    assert await watching.states() in ({"deer.jpg": "stable"}, {"deer.jpg": "rejected ZERO_BYTES"})
    part.rename(place)
    await watching.until(lambda: Image.all().exists())
    image = await the_only_image(watching)
    assert image.sha256 == hashlib.sha256(content).digest()


@pytest.mark.slow
async def test_a_file_that_is_renamed_in_the_middle_of_its_copy_counts_once(watching: Watching) -> None:
    content = photo()
    watching.start()
    path = watching.drop / "Ridge" / "IMG_0001.JPG"
    path.parent.mkdir()
    async for step in slowly(path, content, look_s=watching.settings.look_s, looks=8):
        if step == 15:
            assert await watching.states() == {"Ridge/IMG_0001.JPG": "seen"}
            path.rename(path.with_name("RIDGE 1.JPG"))
    image = await the_only_image(watching)
    assert image.sha256 == hashlib.sha256(content).digest()
    assert await watching.states() == {"Ridge/RIDGE 1.JPG": "stored"}


@pytest.mark.slow
@pytest.mark.parametrize("watch", ["events", "polling"])
async def test_a_folder_that_is_renamed_while_its_files_are_copied_loses_and_doubles_nothing(
    watching: Watching, watch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # When polling, only the scan for a missing file finds the new name before the old one is rejected.
    monkeypatch.setattr(change_detection, "SHARE_LOOK_S", 0.2)
    monkeypatch.setattr(change_detection, "POLL_S", 3600.0)
    watching.change(watch=watch, rescan_s=3600.0)
    before, during = photo(1), photo(2)
    watching.put("New folder/DCIM/1.jpg", before)
    watching.start()
    await watching.until(lambda: File.filter(state=FileState.STORED).exists())
    folder = watching.drop / "New folder"
    async for step in slowly(folder / "DCIM" / "2.jpg", during, look_s=watching.settings.look_s, looks=8):
        if step == 15:
            folder.rename(watching.drop / "North Ridge")
    await watching.until(lambda: File.filter(display_path="North Ridge/DCIM/2.jpg").exists())
    await watching.until_settled(3)
    assert await watching.states() == {
        "New folder/DCIM/1.jpg": "stored",
        "North Ridge/DCIM/1.jpg": "duplicate",
        "North Ridge/DCIM/2.jpg": "stored",
    }
    assert {image.sha256 for image in await Image.all()} == {
        hashlib.sha256(content).digest() for content in (before, during)
    }
    for image in await Image.all():
        assert Path(os.fsdecode(image.original_path)).is_file(), image.original_path


@pytest.mark.slow
async def test_bytes_that_change_after_admission_are_a_photo_of_their_own(watching: Watching) -> None:
    path = watching.put("Ridge/IMG_0001.JPG", small_jpeg(1))
    watching.start()
    await watching.until_settled(1)
    old = await Image.get()
    path.write_bytes(small_jpeg(2) + b"another card")  # copied over by the next card
    await watching.until_settled(2)
    states = {(file.live, file.dump_id): file.state for file in await File.all()}
    assert set(states.values()) == {FileState.STORED}
    assert sorted(live for live, _ in states) == [False, True]
    assert await Image.filter(id=old.id, original_path=old.original_path).exists()
    assert await Image.all().count() == await Job.all().count() == 2
    for dump in await Dump.all():
        assert (await watching.receipt("Ridge", number=dump.number)).counts.stored == 1
