"""Names of every kind through `thumper ingest`: the copies are whole, and a path too long to be opened is named."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from tests.names import FILES, FOLDERS
from thumper.domain.file import Found
from thumper.domain.path_text import readable
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.photo_name import is_photo_name, refuse_unread
from thumper.ingest.walk import Unreadable, look_at, walk
from thumper.store.models import File, Image


@pytest.mark.slow
async def test_a_card_of_strange_names_is_ingested_to_the_byte(
    context: IngestContext, tmp_path: Path
) -> None:
    card = tmp_path / os.fsdecode(b"card \xe9\n")
    paths = [*FILES, *(folder + b"/" + folder + b"/a.jpg" for folder in FOLDERS)]
    contents = {path: small_jpeg(number) for number, path in enumerate(paths)}
    for path, content in contents.items():
        (card / os.fsdecode(path)).parent.mkdir(parents=True, exist_ok=True)
        (card / os.fsdecode(path)).write_bytes(content)
    receipt = await ingest_path(context, card)
    assert (receipt.counts.found, receipt.counts.stored) == (len(paths), len(paths))
    assert receipt.source == readable(os.fsencode(card))
    images = {image.id: image for image in await Image.all()}
    for file in await File.all():
        assert file.state is FileState.STORED
        assert file.image_id is not None
        image = images[file.image_id]
        assert image.file_name == readable(file.path.rpartition(b"/")[2])
        copy = Path(os.fsdecode(image.original_path)).read_bytes()
        assert hashlib.sha256(copy).digest() == image.sha256
        assert copy == contents[file.path]
    assert (await ingest_path(context, card)).counts.duplicate == len(paths)


def test_what_lies_deeper_than_the_ledger_can_say_is_named_and_costs_no_other(tmp_path: Path) -> None:
    """Linux opens paths of up to 4096 bytes, and folders can be nested deeper, step by step."""
    here = os.open(tmp_path, os.O_RDONLY)
    for level in range(18):
        name = f"{level:02}" + "x" * 248
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
        os.close(os.open("a.jpg", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)
    (tmp_path / "b.jpg").touch()
    entries = list(walk(os.fsencode(tmp_path)))
    found = [entry.path for entry in entries if isinstance(entry, Found)]
    (beyond,) = [entry for entry in entries if isinstance(entry, Unreadable)]
    assert b"b.jpg" in found
    assert len(found) == 1 + 8
    assert all(look_at(os.fsencode(tmp_path), path) is not None for path in found)
    assert beyond.why == "its path is longer than 2048 bytes"


@pytest.mark.parametrize("name", [b"a.jpg ", b"a.jpg.", b"a.jpg. .", b"DIR./a.PNG  ", b"a.b.jpeg"])
def test_blanks_and_dots_at_the_end_do_not_make_a_photo_another_type(name: bytes) -> None:
    assert is_photo_name(name)


@pytest.mark.parametrize("name", [b"a.jpg x", b".jpg", b". .", b"...", b"jpg", b"a.jpg/b", b"a.jpg.txt. "])
def test_other_names_stay_what_they_are(name: bytes) -> None:
    assert not is_photo_name(name)
    with pytest.raises(DecodeRefusal) as refusal:
        refuse_unread(name, b"words")
    assert refusal.value.reason is Reason.UNSUPPORTED_TYPE
    assert "\n" not in str(refusal.value)
