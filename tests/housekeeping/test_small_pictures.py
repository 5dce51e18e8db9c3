"""What goes out of a library, and above all what never does: over generated trees, with real files and rows."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from thumper.domain.housekeeping import ViewLimits
from thumper.housekeeping import small_pictures
from thumper.housekeeping.tally import Kind, Tally
from thumper.store.disk import library
from thumper.store.models import Deletion, Dump, Image
from thumper.store.postgres.connect import client

DAY_S = 86_400.0
LIMITS = ViewLimits(age=dt.timedelta(days=90), size_bytes=10_000)


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_pictures, "REST_SHARE", 0.0)
    monkeypatch.setattr(small_pictures, "AT_ONCE", 3)
    monkeypatch.setattr(small_pictures, "ORIGINALS_AT_ONCE", 2)


def write(path: Path, *, days: float = 0.0, content: bytes = b"picture") -> Path:
    """Write a file that was last used that long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = time.time() - days * DAY_S - 60
    os.utime(path, (then, then))
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def photo(folder: Path, dump: Dump, content: bytes) -> Image:
    """An image whose original lies in a drop folder."""
    path = write(folder / f"{hashlib.sha256(content).hexdigest()[:12]}.JPG", content=content)
    return await make.make_image(
        dump,
        sha256=hashlib.sha256(content).digest(),
        original_path=bytes(path),
        size_bytes=len(content),
    )


async def tidied(folder: Path, *, limits: ViewLimits = LIMITS, dry_run: bool = False) -> Tally:
    tally = Tally()
    await small_pictures.tidy(folder, limits, tally, dry_run=dry_run)
    return tally


async def test_a_view_that_nobody_used_goes_and_one_that_was_used_stays(
    database: str, tmp_path: Path
) -> None:
    home, dump = tmp_path / "library", await make.make_dump()
    old, used = [await photo(tmp_path / "drop", dump, content) for content in (b"one", b"two")]
    gone = write(library.view_path(home, old.sha256), days=91)
    stays = write(library.view_path(home, used.sha256), days=89)
    thumbnail = write(library.thumbnail_path(home, old.sha256), days=3000)
    tally = await tidied(home)
    assert not gone.exists()
    assert stays.exists()
    assert thumbnail.exists(), "of an image: it may be the last picture one day"
    assert (tally.amounts[Kind.VIEWS].items, tally.freed_bytes) == (1, len(b"picture"))


@pytest.mark.parametrize("harm", ["gone", "another", "as long", "a folder", "a pipe"])
async def test_a_view_is_kept_while_its_original_is_not_there_byte_by_byte(
    database: str, tmp_path: Path, harm: str
) -> None:
    home = tmp_path / "library"
    image = await photo(tmp_path / "drop", await make.make_dump(), b"the photo")
    view, original = (
        write(library.view_path(home, image.sha256), days=1000),
        Path(os.fsdecode(image.original_path)),
    )
    original.unlink()
    if harm in {"another", "as long"}:
        original.write_bytes(b"other" if harm == "another" else b"the foto!")
    elif harm == "a folder":
        original.mkdir()
    elif harm == "a pipe":
        os.mkfifo(original)
    tally = await tidied(home, limits=ViewLimits(age=dt.timedelta(days=1), size_bytes=0))
    assert view.exists()
    assert (tally.views_kept, tally.freed_bytes) == (1, 0)


async def test_too_large_views_go_from_the_one_unused_for_longest_until_they_fit(
    database: str, tmp_path: Path
) -> None:
    home, dump = tmp_path / "library", await make.make_dump()
    images = [await photo(tmp_path / "drop", dump, b"photo %d" % number) for number in range(6)]
    views = [
        write(library.view_path(home, image.sha256), days=10 - number, content=bytes(1000))
        for number, image in enumerate(images)
    ]
    await tidied(home, limits=ViewLimits(age=dt.timedelta(days=90), size_bytes=4500))
    assert [view.exists() for view in views] == [False, False, True, True, True, True]
    write(views[5], content=bytes(9000))
    await tidied(home, limits=ViewLimits(age=dt.timedelta(days=90), size_bytes=0))
    assert [view.exists() for view in views] == [*[False] * 5, True], "what was used today stays"


async def test_a_picture_of_no_image_is_set_aside_then_put_back_or_removed(
    database: str, tmp_path: Path
) -> None:
    home, dump = tmp_path / "library", await make.make_dump()
    lost, found = hashlib.sha256(b"lost").digest(), hashlib.sha256(b"found").digest()
    paths = [write(library.thumbnail_path(home, sha256), days=2) for sha256 in (lost, found)]
    fresh = write(library.view_path(home, lost), days=0.5)
    tally = await tidied(home)
    assert tally.amounts[Kind.ORPHANS_SET_ASIDE].items == 2
    assert not any(path.exists() for path in paths)
    assert fresh.exists(), "it may belong to what is being recorded"
    aside = [library.aside_path(home, path) for path in paths]
    assert all(path.exists() for path in aside)
    await photo(tmp_path / "drop", dump, b"found")  # the database of before came back
    tally = await tidied(home)
    assert tally.amounts[Kind.ORPHANS_PUT_BACK].items == 1
    assert paths[1].read_bytes() == b"picture"
    write(aside[0], days=29)
    assert (await tidied(home)).freed_bytes == 0
    write(aside[0], days=31)
    assert (await tidied(home)).amounts[Kind.ORPHANS_REMOVED].items == 1
    assert set(tree(home)) == {str(path.relative_to(home)) for path in (fresh, paths[1])}


async def test_what_lies_aside_goes_after_a_week_when_there_is_little_room(
    database: str, tmp_path: Path
) -> None:
    home = tmp_path / "library"
    paths = [
        write(
            library.aside_path(home, library.view_path(home, bytes([n] * 32))), days=days, content=bytes(6000)
        )
        for n, days in enumerate((20, 8, 6))
    ]
    await tidied(home)
    assert [path.exists() for path in paths] == [False, False, True]


async def test_what_waits_to_be_erased_after_a_deletion_is_left_to_that(
    database: str, tmp_path: Path
) -> None:
    sha256 = hashlib.sha256(b"deleted").digest()
    await Deletion.create(sha256=sha256)
    path = write(library.thumbnail_path(tmp_path, sha256), days=400)
    assert (await tidied(tmp_path)).amounts == Tally().amounts
    assert path.exists()
    assert library.aside_path(tmp_path, path) in library.pictures_of(tmp_path, sha256), "erased there, too"


KINDS = st.sampled_from(["original", "thumb", "view", "thumb aside", "view aside"])


@dataclass(frozen=True)
class Drawn:
    """A photo of a generated library: whether rows know it, how its original is, which pictures lie there, how old."""

    known: bool
    whole: bool
    pictures: dict[str, float]


DRAWN = st.builds(
    Drawn,
    known=st.booleans(),
    whole=st.booleans(),
    pictures=st.dictionaries(KINDS, st.sampled_from([0.0, 0.9, 2, 8, 31, 89, 91, 4000]), max_size=5),
)
STRANGERS = [
    "notes.txt",
    "library-of-thumper",
    "views/ab/cd/notes.jpg",
    "views/" + "ab" * 32 + ".jpg",
    "views/00/00/" + "ab" * 32 + ".jpg",
    "thumbs/ab/ab/" + "AB" * 32 + ".jpg",
    "thumbs/ab/ab/" + "ab" * 32 + ".png",
    "incoming/x",
    "orphans/readme",
]


def place_of(home: Path, kind: str, sha256: bytes) -> Path:
    if kind == "original":
        return library.original_path(home, sha256, media_type="image/jpeg")
    path = (library.thumbnail_path if kind.startswith("thumb") else library.view_path)(home, sha256)
    return library.aside_path(home, path) if kind.endswith("aside") else path


async def lay_out(root: Path, drawn: list[Drawn]) -> dict[bytes, Drawn]:
    """Lay out a drop folder and a library; return what was drawn by hash."""
    await client().execute_query("DELETE FROM image")
    dump = await Dump.first() or await make.make_dump()
    photos = {}
    for number, one in enumerate(drawn):
        content = b"photo %d" % number
        sha256 = hashlib.sha256(content).digest()
        photos[sha256] = one
        if one.known:
            image = await photo(root / "drop", dump, content)
            if not one.whole:
                Path(os.fsdecode(image.original_path)).write_bytes(b"other")
        for kind, days in one.pictures.items():
            write(place_of(root / "library", kind, sha256), days=days)
    for name in STRANGERS:
        write(root / "library" / name, days=4000)
    return photos


def assert_nothing_is_missed(home: Path, sha256: bytes, one: Drawn) -> None:
    had = {kind.removesuffix(" aside") for kind in one.pictures}
    if "original" in had:
        assert place_of(home, "original", sha256).exists(), "also one that no row knows"
    for kind in had - {"original"}:
        left = place_of(home, kind, sha256).exists()
        if one.known:
            assert left or (kind == "view" and one.whole), "it can be made again"
        else:
            idle = min(days for name, days in one.pictures.items() if name.startswith(kind))
            assert left or place_of(home, f"{kind} aside", sha256).exists() or idle > 7


@given(drawn=st.lists(DRAWN, max_size=6), size_bytes=st.sampled_from([0, 20, 10**9]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_that_a_person_could_miss_ever_goes(
    database: str, tmp_path_factory: pytest.TempPathFactory, drawn: list[Drawn], size_bytes: int
) -> None:
    root = tmp_path_factory.mktemp("tree")
    photos = await lay_out(root, drawn)
    limits = ViewLimits(age=dt.timedelta(days=90), size_bytes=size_bytes)
    before, told = tree(root), await tidied(root / "library", limits=limits, dry_run=True)
    assert tree(root) == before
    tally = await tidied(root / "library", limits=limits)
    after = tree(root)
    assert tally.amounts == told.amounts
    assert tally.problems == []
    for name, content in before.items():
        if name.startswith("drop/") or name.removeprefix("library/") in STRANGERS:
            assert after[name] == content
    for sha256, one in photos.items():
        assert_nothing_is_missed(root / "library", sha256, one)
