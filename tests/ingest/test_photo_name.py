"""Through `thumper ingest`: a file is taken for what it is, whatever it is called, and is answered for by that."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.ingest.conftest import Admit, Put, small_jpeg
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.domain.wipe_messages import WipeCode
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.wipe_check import WipeCheck
from thumper.store.models import Image

MP4 = b"\0\0\0\x18ftypmp42" + bytes(4096)


async def test_photos_under_any_name_are_stored(
    context: IngestContext, field_inputs: Path, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    shutil.copytree(field_inputs / "names", card)  # .jfif, .jpe, .JPG.1, .HEIC
    others = ["IMG_0002", "IMG_0003.MOV", "FILE0004.CHK", "scan.bin", "notes.txt"]
    for number, name in enumerate(others):
        (card / name).write_bytes(small_jpeg(number))
    receipt = await ingest_path(context, card)
    counts = receipt.counts
    assert (counts.found, counts.stored, counts.rejected) == (9, 9, 0)
    assert {image.file_name for image in await Image.all()} >= set(others)
    assert {image.media_type for image in await Image.all()} == {"image/jpeg"}
    assert (await WipeCheck(receipt.dump_id).run()).to_check == 9


PICTURES = {
    "heix.jpg": "a HEIC picture",
    "mif1.jpg": "a HEIC picture",
    "msf1.jpg": "a HEIC picture",
    "avis.jpg": "an AVIF picture",
    "crx.jpg": "a raw camera picture (CR3)",
    "jp2.jpg": "a JPEG 2000 picture",
    "12bit.jpg": "a JPEG of 12 bits per sample",
    "DSC_0001.NEF": "a raw camera picture (NEF)",
}


async def test_what_is_no_photo_is_called_what_it_is(
    context: IngestContext, field_inputs: Path, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    shutil.copytree(field_inputs / "ftyp", card)
    shutil.copy(field_inputs / "12bit.jpg", card)
    (card / "DSC_0001.NEF").write_bytes(b"II*\0\x08\0\0\0" + bytes(100))
    (card / "cards.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    (card / "notes.txt").write_bytes(b"Corn ran out on the 4th.")
    receipt = await ingest_path(context, card)
    said = {
        file.path: (file.reason, file.message.partition(": ")[2], file.advice) for file in receipt.rejected
    }
    unsupported, archive = Reason.UNSUPPORTED_TYPE, Reason.ARCHIVE
    words = ".txt files are not read unless they are JPEG or PNG pictures, and this one begins as neither."
    assert said.pop("notes.txt") == (unsupported, words, unsupported.advice)
    assert said.pop("cards.zip") == (
        archive,
        "It is a ZIP archive, which Thumper does not unpack.",
        archive.advice,
    )
    assert said == {
        path: (unsupported, f"It is {what}, which Thumper does not read.", unsupported.advice)
        for path, what in PICTURES.items()
    }
    assert receipt.counts.videos == 0


async def test_a_video_with_the_name_of_a_photo_blocks_wiping_as_a_video(
    context: IngestContext, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    (card / "IMG_0001.JPG").write_bytes(small_jpeg())
    (card / "IMG_0002.JPG").write_bytes(MP4)
    (card / "GX010003.LRV").write_bytes(MP4)
    (card / "CLIP_0004.MOV").write_bytes(b"begins like nothing")
    receipt = await ingest_path(context, card)
    assert (receipt.counts.stored, receipt.counts.rejected, receipt.counts.videos) == (1, 3, 3)
    assert {file.reason for file in receipt.rejected} == {Reason.VIDEO}
    assert {file.advice for file in receipt.rejected} == {Reason.VIDEO.advice}
    (obstacle,) = [
        found
        for found in (await WipeCheck(receipt.dump_id).run()).obstacles
        if found.code is not WipeCode.SAME_DEVICE
    ]
    assert (obstacle.code, obstacle.files) == (WipeCode.VIDEOS, 3)


@pytest.mark.parametrize("name", ["CLIP_0001.MP4", "CLIP_0001.JPG"])
async def test_a_film_of_four_gigabytes_is_known_by_a_few_bytes(
    put: Put, admit_names: Admit, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(os, "preadv", lambda *_: pytest.fail("it was read whole"))
    os.truncate(put(name, MP4), 4 * 1024**3)
    (outcome,) = (await admit_names(name)).values()
    assert (outcome.state, outcome.reason) == (FileState.REJECTED, Reason.VIDEO)


async def test_a_copy_of_another_name_that_has_not_all_its_bytes_is_waited_for(
    put: Put, admit_names: Admit
) -> None:
    put("A/IMG_0001.jfif", small_jpeg()[:200])
    (outcome,) = (await admit_names("A/IMG_0001.jfif", final=False)).values()
    assert outcome.state is FileState.STABLE
