"""A photo that was admitted incomplete is withdrawn when its path holds the whole one: both are one file."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import ExifTags
from PIL import Image as Picture

from tests.clocks import ZONE
from tests.factories import decide, make_deer, make_location, make_sighting
from tests.imaging.pictures import encoded, scene
from tests.ingest.conftest import Admit, Put
from tests.pipeline import ORIGIN, claim, detect, results_of
from tests.places import check as places_check
from thumper.domain.animal import ReviewVerdict
from thumper.domain.identity import IdentityVerdict
from thumper.domain.keep import Keep
from thumper.domain.place_claim import PlaceClaim
from thumper.domain.progress import FileState
from thumper.domain.review import Word
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.store.deer import reviews
from thumper.store.disk import library
from thumper.store.files import receipts
from thumper.store.models import (
    Deployment,
    Detection,
    DetectionRun,
    Dump,
    File,
    Image,
    ImageMove,
    Job,
)
from thumper.store.places import relocation_undo, relocations
from thumper.store.queue import results

WHOLE = encoded(scene(640, 480), quality=90)
HALF = WHOLE[: len(WHOLE) // 2]
PARTS = {
    "cut off": HALF,
    "without its mark": WHOLE[:-2],
    "cut off and zeros": HALF + bytes(len(WHOLE) - len(HALF)),
    "more zeros than the whole has": HALF + bytes(len(WHOLE)),
    "a gap": WHOLE[:9000] + bytes(4096) + WHOLE[13096:],
    "two gaps, and cut off": WHOLE[:2000] + bytes(512) + WHOLE[2512:8000] + bytes(1000) + WHOLE[9000:9500],
}


CARD = (("a", 0, "A1"), ("b", 5, "A1"), ("c", 9, "B2"))
"""Photos of a card with two cameras: name, how much its picture is turned, serial number."""


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


async def receipt_of(folder: str = "Ridge", *, number: int = 1) -> tuple[int, int, int]:
    """Return how many files of a delivery are found, stored and duplicate."""
    dump = await Dump.get(display_folder=folder, number=number)
    counts = (await receipts.of_dumps([dump.id]))[dump.id]
    assert counts.found == counts.waiting + counts.stored + counts.duplicate + counts.rejected
    return counts.found, counts.stored, counts.duplicate


async def the_only_image() -> Image:
    """Return the only image, with its job and nothing of an earlier one."""
    image = await Image.get()
    assert image.sha256 == sha256(WHOLE)
    assert image.arrived is None
    assert await Job.filter(image_id=image.id).count() == await Job.all().count() == 1
    assert await DetectionRun.exclude(image_id=image.id).count() == 0
    return image


@pytest.mark.parametrize("how", PARTS)
async def test_the_whole_photo_takes_the_place_of_the_incomplete_one(
    put: Put, admit_names: Admit, how: str
) -> None:
    put("Ridge/a.jpg", PARTS[how])
    assert (await admit_names("Ridge/a.jpg", final=False))["Ridge/a.jpg"].state is FileState.STABLE
    assert (await admit_names("Ridge/a.jpg"))["Ridge/a.jpg"].state is FileState.STORED
    await detect(1)
    await Dump.all().update(settled_at=dt.datetime.now(dt.UTC))
    put("Ridge/a.jpg", WHOLE)
    assert (await admit_names("Ridge/a.jpg"))["Ridge/a.jpg"].state is FileState.STORED
    await the_only_image()
    assert await receipt_of() == (1, 1, 0)
    assert (await Dump.get()).settled_at is None, "its receipt has changed"


async def test_a_copy_that_stalls_twice_is_one_file_in_the_end(put: Put, admit_names: Admit) -> None:
    for end in (6000, 12000, None):
        put("Ridge/a.jpg", WHOLE[:end])
        await admit_names("Ridge/a.jpg")
        assert await receipt_of() == (1, 1, 0)
    await the_only_image()


async def test_another_photo_at_that_path_is_a_photo_of_its_own(put: Put, admit_names: Admit) -> None:
    other = encoded(scene(640, 400), quality=90)
    for content in (HALF, other):
        put("Ridge/a.jpg", content)
        await admit_names("Ridge/a.jpg")
    assert {image.sha256 for image in await Image.all()} == {sha256(HALF), sha256(other)}
    assert await receipt_of() == (2, 2, 0)


async def test_what_the_library_holds_of_it_goes_and_the_original_of_the_user_stays(
    context: IngestContext, put: Put, admit_names: Admit
) -> None:
    folder = context.library
    path = put("a.jpg", HALF)
    await admit_names("a.jpg", keep=Keep.COPY)
    kept = [
        library.original_path(folder, sha256(HALF), media_type="image/jpeg"),
        library.thumbnail_path(folder, sha256(HALF)),
        library.view_path(folder, sha256(HALF)),
    ]
    assert kept[0].is_file()
    for picture in kept[1:]:
        library.write_whole(picture, b"picture")
    path.write_bytes(WHOLE)
    await admit_names("a.jpg", keep=Keep.COPY)
    assert not any(picture.exists() for picture in kept)
    image = await the_only_image()
    assert Path(os.fsdecode(image.original_path)).read_bytes() == path.read_bytes() == WHOLE


@pytest.mark.parametrize("said", ["a review", "a sighting", "which deer it is not"])
async def test_an_image_of_which_a_person_has_said_something_stays(
    put: Put, admit_names: Admit, said: str
) -> None:
    put("Ridge/a.jpg", HALF)
    await admit_names("Ridge/a.jpg")
    await detect(1)
    box = await Detection.get()
    if said == "a review":
        await reviews.append(box.id, Word(verdict=ReviewVerdict.CONFIRMED, actor="Ann"))
    elif said == "which deer it is not":
        await decide(box, await make_deer(), IdentityVerdict.IS_NOT)
    else:
        await make_sighting(box, await make_deer())
    put("Ridge/a.jpg", WHOLE)
    await admit_names("Ridge/a.jpg")
    assert {image.sha256 for image in await Image.all()} == {sha256(HALF), sha256(WHOLE)}
    assert await Detection.filter(id=box.id).exists()
    assert await receipt_of() == (2, 2, 0)


def dated(shade: int = 0, serial: str = "A1") -> bytes:
    """Return a photo of a camera that identifies itself; half of it holds its EXIF."""
    exif = Picture.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "RECONYX", "HP2X"
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.DateTimeOriginal: "2024:07:01 06:00:00", ExifTags.Base.BodySerialNumber: serial}
    )
    out = io.BytesIO()
    scene(640, 480).rotate(shade).save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


async def said(**claim: Any) -> UUID:
    return (await relocations.set_place(PlaceClaim(**claim), server_zone=ZONE))[0]


async def places() -> dict[str, str | None]:
    """Return the name of the place of each image, by file name, after a look at stays and times."""
    await places_check()
    images = await Image.all().prefetch_related("location")
    return {image.file_name: image.location.name if image.location else None for image in images}


@pytest.mark.parametrize(
    ("about", "folder"), [("image", "Ridge"), ("camera", "DCIM"), ("dump", "DCIM"), ("nowhere", "Ridge")]
)
async def test_what_a_person_said_of_its_place_holds_for_the_whole_photo(
    put: Put, admit_names: Admit, about: str, folder: str
) -> None:
    """Where it is from is about the path and not the pixels; taken back, everything is as if it had been whole."""
    photos = {f"{folder}/{name}.jpg": dated(shade, serial) for name, shade, serial in CARD}
    for number, (name, content) in enumerate(photos.items()):
        put(name, content if number else content[: len(content) // 2])
    await admit_names(*photos)
    await make_location("Oak", time_zone="America/Denver")
    before = await places()
    dump, half = await Dump.get(), await Image.get(file_name="a.jpg")
    claims: dict[str, dict[str, Any]] = {
        "image": {"image_ids": (half.id,), "location_name": "Oak"},
        "camera": {"dump_id": dump.id, "camera_id": half.camera_id, "location_name": "Oak"},
        "dump": {"dump_id": dump.id, "location_name": "Oak"},
        "nowhere": {"image_ids": (half.id,), "nowhere": True},
    }
    relocation_id = await said(**claims[about])
    after, stays = await places(), await Deployment.all().order_by("id").values()
    assert after != before
    for name, content in photos.items():
        put(name, content)
    await admit_names(*photos)
    assert {image.sha256 for image in await Image.all()} == {sha256(content) for content in photos.values()}
    assert await places() == after
    assert await Deployment.all().order_by("id").values() == stays
    await relocation_undo.undo(relocation_id, server_zone=ZONE)
    assert await places() == before


async def test_a_photo_that_is_known_without_a_place_takes_that_of_its_part(
    put: Put, admit_names: Admit
) -> None:
    content = dated()
    put("DCIM/a.jpg", content)
    put("100MEDIA/b.jpg", content[: len(content) // 2])
    await admit_names("DCIM/a.jpg", "100MEDIA/b.jpg")
    half = await Image.get(file_name="b.jpg")
    relocation_id = await said(image_ids=(half.id,), location_name="Oak")
    await Dump.all().update(location_id=None)  # all of its photos went there, and so did it
    put("100MEDIA/b.jpg", content)
    assert (await admit_names("100MEDIA/b.jpg"))["100MEDIA/b.jpg"].state is FileState.DUPLICATE
    assert await places() == {"a.jpg": "Oak"}
    assert await ImageMove.filter(relocation_id=relocation_id).count() == 1


async def test_a_stay_that_only_an_incomplete_photo_made_goes_with_it(
    context: IngestContext, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    content = dated()
    for part, location in ((content[: len(content) // 2], "Oak"), (content, "Elm")):
        (card / "a.jpg").write_bytes(part)
        await ingest_path(context, card, location=location)
    assert await places() == {"a.jpg": "Elm"}, "what was said of this delivery"
    assert await Deployment.all().count() == 1


async def test_an_image_whose_bytes_are_at_another_path_too_stays_until_that_is_whole_as_well(
    put: Put, admit_names: Admit
) -> None:
    for name in ("Ridge/a.jpg", "Ridge/b.jpg"):
        put(name, HALF)
    await admit_names("Ridge/a.jpg", "Ridge/b.jpg")
    assert await receipt_of() == (2, 1, 1)
    put("Ridge/b.jpg", WHOLE)
    await admit_names("Ridge/b.jpg")
    assert {image.sha256 for image in await Image.all()} == {sha256(HALF), sha256(WHOLE)}
    assert await receipt_of() == (2, 2, 0), "the half at a.jpg, the whole at b.jpg"
    put("Ridge/a.jpg", WHOLE)
    await admit_names("Ridge/a.jpg")
    await the_only_image()
    assert await receipt_of() == (2, 1, 1)


async def test_both_paths_of_one_incomplete_photo_may_be_filled_at_once(put: Put, admit_names: Admit) -> None:
    names = ("Ridge/a.jpg", "Ridge/b.jpg")
    for content in (HALF, WHOLE):
        for name in names:
            put(name, content)
        await admit_names(*names)
    await the_only_image()
    assert await receipt_of() == (2, 1, 1)


async def test_a_whole_photo_that_is_known_already_takes_its_place_as_a_duplicate(
    put: Put, admit_names: Admit
) -> None:
    put("Creek/a.jpg", WHOLE)
    put("Ridge/a.jpg", HALF)
    await admit_names("Creek/a.jpg", "Ridge/a.jpg")
    assert await Image.all().count() == 2, "not the same path: nothing is withdrawn"
    put("Ridge/a.jpg", WHOLE)
    await admit_names("Ridge/a.jpg")
    await the_only_image()
    assert await receipt_of() == (1, 0, 1)
    assert await receipt_of("Creek") == (1, 1, 0)


async def test_a_card_that_is_ingested_again_whole_keeps_both_receipts(
    context: IngestContext, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    (card / "a.jpg").write_bytes(HALF)
    first = await ingest_path(context, card)
    assert (first.counts.found, first.counts.stored) == (1, 1), (
        "what is given once is taken as it is, at once"
    )
    (card / "a.jpg").write_bytes(WHOLE)
    second = await ingest_path(context, card)
    assert (second.counts.found, second.counts.stored) == (1, 1)
    await the_only_image()
    before = (await receipts.itemised(first.dump_id)).counts
    assert (before.found, before.duplicate) == (1, 1), "its bytes are a part of those of the whole photo"
    assert not await Dump.filter(settled_at=None).exists()


async def test_a_worker_that_has_it_in_hand_changes_nothing_any_more(put: Put, admit_names: Admit) -> None:
    put("a.jpg", HALF)
    await admit_names("a.jpg")
    lease = await claim(1)
    put("a.jpg", WHOLE)
    await admit_names("a.jpg")
    assert await results.write(lease, results_of(lease), ORIGIN) == 0
    await the_only_image()


async def test_a_time_that_is_set_back_after_admission_changes_nothing(put: Put, admit_names: Admit) -> None:
    path = put("Ridge/a.jpg", HALF)
    await admit_names("Ridge/a.jpg")
    image = await Image.get()
    os.utime(path, ns=(10**18, 10**18))
    await admit_names("Ridge/a.jpg")
    assert (await Image.get()).id == image.id
    assert await receipt_of() == (1, 1, 0)
    assert await File.all().count() == 1
