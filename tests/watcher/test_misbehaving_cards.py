"""Cards as people copy them: which location each layout names, what a second drop does, what happens to the source."""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api import running_api
from tests.ingest.conftest import small_jpeg
from tests.pipeline import detect
from tests.watcher.conftest import Watching
from thumper.domain.progress import FileState
from thumper.store.models import DetectionRun, Dump, File, Image, Job, Location

pytestmark = pytest.mark.slow  # as a whole: a real watcher waits for its looks

Photos = Callable[[int], list[Path]]

LAYOUTS = {
    # Straight into the root, as from a file manager: no location.
    "IMG_0001.JPG": None,
    "DCIM/100MEDIA/IMG_0002.JPG": None,
    "DCIM - Copy/100MEDIA/IMG_0003.JPG": None,
    "100EK113/IMG_0004.JPG": None,
    "PRIVATE/AVCHD/AVCHDTN/IMG_0005.JPG": None,
    "NO NAME/DCIM/100_BTCF/IMG_0006.JPG": None,
    # A folder that was named after the location, with the card or its photos in it.
    "North Ridge/DCIM/100MEDIA/IMG_0007.JPG": "North Ridge",
    "north ridge/IMG_0008.JPG": "North Ridge",
    "Creek/2026-11-01/DCIM/101RECNX/IMG_0009.JPG": "Creek",
    "Creek/2026-11-15/DCIM/101RECNX/IMG_0009.JPG": "Creek",
    "Creek/PRIVATE/DCIM/IMG_0010.JPG": "Creek",
    "Barn Feed/card 2/NO NAME/DCIM/IMG_0011.JPG": "Barn Feed",
}
"""Path of a photo below the drop folder, and the location that it gets."""


async def test_each_layout_of_a_card_gives_its_photos_the_right_place(watching: Watching) -> None:
    for number, path in enumerate(LAYOUTS):
        watching.put(path, small_jpeg(number))
    watching.start()
    await watching.until_settled(len(LAYOUTS))
    names: dict[object, str] = {location.id: location.name for location in await Location.all()}
    images = {image.id: image for image in await Image.all()}
    found = {
        file.display_path: names.get(images[file.image_id].location_id)
        for file in await File.all()
        if file.image_id is not None
    }
    ridge = {path for path, name in LAYOUTS.items() if name == "North Ridge"}
    assert {found[path] for path in ridge} in ({"North Ridge"}, {"north ridge"})
    assert {path: name for path, name in found.items() if path not in ridge} == {
        path: name for path, name in LAYOUTS.items() if path not in ridge
    }
    assert len(names) == 3
    folders = {dump.display_folder for dump in await Dump.all()}
    assert folders == {path.rpartition("/")[0].partition("/")[0] for path in LAYOUTS}


@pytest.mark.slow
async def test_the_same_card_again_makes_no_image_no_job_and_no_run(
    watching: Watching, photos: Photos
) -> None:
    """It is dropped three times more: renamed, in other case, and with accents in the other Unicode form."""
    names = [
        "H\u00f6he 1.jpg",
        "cafe\u0301 2.jpg",
        "IMG_0003.JPG",
        "\u00c5ngstr\u00f6m.jpg",
        *map("{}.jpg".format, range(8)),
    ]
    contents = dict(zip(names, (photo.read_bytes() for photo in photos(len(names))), strict=True))

    def drop(folder: str, rename: Callable[[str], str]) -> None:
        for name, content in contents.items():
            watching.put(f"{folder}/DCIM/{rename(name)}", content)

    drop("H\u00f6he", str)
    watching.start()
    await watching.until_settled(len(names))
    assert len(await detect(100)) == len(names)
    before = {image.id: image.original_path for image in await Image.all()}
    turns: list[tuple[str, Callable[[str], str]]] = [
        ("Copy of card", lambda name: f"copy {name}"),
        ("H\u00d6HE", str.upper),
        ("Ho\u0308he", other_form),
    ]
    for turn, (folder, rename) in enumerate(turns, 2):
        drop(folder, rename)
        await watching.until_settled(turn * len(names))
        counts = (await watching.receipt(folder)).counts
        assert (counts.found, counts.duplicate) == (len(names), len(names))
        first = {file.first_path for file in (await watching.receipt(folder)).duplicates}
        assert first == {f"H\u00f6he/DCIM/{name}" for name in names}
    assert {image.id: image.original_path for image in await Image.all()} == before
    assert await Job.all().count() == await DetectionRun.all().count() == len(names)
    assert await Job.filter(state="completed").count() == len(names)
    assert await File.filter(state=FileState.STORED).count() == len(names)
    assert {location.name for location in await Location.all()} == {"H\u00f6he"}


def other_form(name: str) -> str:
    """Return a name with its accents composed if they were decomposed, and the reverse."""
    composed = unicodedata.normalize("NFC", name)
    return composed if composed != name else unicodedata.normalize("NFD", name)


def manifest(folder: Path) -> dict[bytes, tuple[str, int, int, int, int]]:
    """Return SHA-256, modification time, mode, size and inode of every file and folder below one.

    Access times are compared separately, since reading the files changes them.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        entry = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        size = entry.st_size if path.is_file() else 0
        key = os.fsencode(path.relative_to(folder))
        found[key] = (digest, entry.st_mtime_ns, entry.st_mode, size, entry.st_ino)
    return found


@pytest.mark.slow
async def test_originals_are_left_as_they_were_by_everything_that_looks_at_them(
    watching: Watching, photos: Photos, tmp_path: Path
) -> None:
    """The test covers admission, re-admission, every picture that the API serves, and removal of the card's copy."""
    card = watching.drop / "Ridge"
    for number, photo in enumerate(photos(4)):
        folder = card / "DCIM" / ("read only" if number % 2 else "100MEDIA")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy2(photo, folder)
        (folder / photo.name).chmod(0o444 if number % 3 else 0o640)
    watching.put("Ridge/DCIM/cut.jpg", small_jpeg()[:-40])
    watching.put("Ridge/DCIM/clip.avi", b"RIFF")
    (card / "DCIM" / "read only").chmod(0o555)
    shutil.copytree(card, tmp_path / "twin", copy_function=shutil.copyfile)
    before = manifest(card)
    # Older than a day and than the modification, so that reading would update it.
    for path in [path for path in card.rglob("*") if path.is_file()]:
        os.utime(path, ns=(10**18, path.stat().st_mtime_ns))
    watching.start()
    await watching.until_settled(6)
    (tmp_path / "twin").rename(watching.drop / "twin")
    await watching.until_settled(12)
    (watching.drop / "twin" / "DCIM" / "read only").chmod(0o755)
    shutil.rmtree(watching.drop / "twin")
    async with running_api(watching.settings) as api:
        images = (await api.ask("{ images { nodes { urls { thumb view original } } } }"))["images"]["nodes"]
        assert len(images) == 4
        for image in images:
            for url in image["urls"].values():
                assert (await api.http.get(url)).status_code == 200
    accessed = {path.name: path.stat().st_atime_ns for path in card.rglob("*") if path.is_file()}
    try:
        assert manifest(card) == before
        assert set(accessed.values()) == {10**18}, "a reading left its trace in the access time"
    finally:
        (card / "DCIM" / "read only").chmod(0o755)
