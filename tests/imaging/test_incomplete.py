"""Photos of which a part is missing: what is there is decoded, and `damaged` says whether pixels are missing."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.pictures import encoded, scene
from thumper.imaging.decode import decode
from thumper.imaging.header import inspect_stream
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal

END = b"\xff\xd9"
KINDS = {
    "baseline": encoded(scene(640, 480), quality=90),
    "progressive": encoded(scene(640, 480), quality=90, progressive=True),
    "tables of its own": encoded(scene(640, 480), quality=90, optimize=True),
    "restart marks": encoded(scene(640, 480), quality=90, restart_marker_blocks=8),
    "greyscale": encoded(scene(640, 480).convert("L"), quality=95),
    "on its side": encoded(scene(640, 480), quality=90, orientation=6),
}


def ending(file: bytes) -> str:
    try:
        return "damaged" if decode(file, Limits()).damaged else "whole"
    except DecodeRefusal as refusal:
        return refusal.reason.value


def data_at(file: bytes) -> int:
    return inspect_stream(io.BytesIO(file), Limits()).data_at


def cut(file: bytes, share: float) -> int:
    """Return where a share of the data of the first picture ends."""
    at = data_at(file)
    return at + int((file.index(END, at) - at) * share)


def incomplete(file: bytes, at: int, *, missing: int) -> dict[str, bytes]:
    """Return what copies and cards leave of a file, whole up to a place."""
    zeros = bytes(len(file) - at)
    return {
        "cut off": file[:at],
        "cut off, and zeros": file[:at] + zeros,
        "cut off, zeros and a mark": file[:at] + zeros[2:] + END,
        "a gap": file[:at] + bytes(missing) + file[at + missing :],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_with_every_pixel_is_not_damaged_whatever_follows_it(kind: str) -> None:
    file = KINDS[kind]
    assert file.endswith(END)
    pixels = np.asarray(decode(file, Limits()).image)
    for tail in (
        b"",
        bytes(3),
        bytes(3000),
        bytes(3000) + END,
        b"SEFH" + bytes(2000) + b"SEFT",
        END + bytes(9000),
    ):
        picture = decode(file[:-2] + tail, Limits())
        assert not picture.damaged, tail
        assert np.array_equal(np.asarray(picture.image), pixels)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_photo_that_lacks_pixels_is_damaged_wherever_they_are_missing(kind: str, share: float) -> None:
    for how, left in incomplete(KINDS[kind], cut(KINDS[kind], share), missing=900).items():
        assert ending(left) == "damaged", how


def test_what_stands_in_front_of_a_gap_is_kept_and_no_ghost_follows() -> None:
    file = KINDS["baseline"]
    for left in incomplete(file, cut(file, 0.5), missing=3000).values():
        kept = np.asarray(decode(left, Limits()).image)
        assert np.array_equal(kept[:160], np.asarray(decode(file, Limits()).image)[:160])
        assert np.ptp(kept[400:], axis=(0, 1)).max() == 0, "libjpeg fills up with one colour"


@pytest.mark.parametrize("options", [{"optimize": True}, {"progressive": True}, {}])
def test_zeros_that_are_a_plain_area_are_no_damage(options: dict[str, bool]) -> None:
    night = Image.new("RGB", (2000, 1500), (9, 9, 9))
    night.paste(scene(200, 1000))
    file = encoded(night, "JPEG", **options)
    assert (bytes(512) in file) is bool(options)
    assert ending(file) == "whole"
    at = (data_at(file) + (file.index(bytes(512)) if options else len(file))) // 2
    assert ending(file[:at] + bytes(len(file) - at - 2) + END) == "damaged"


def test_a_gap_behind_the_first_picture_of_several_is_no_damage() -> None:
    out = io.BytesIO()
    scene(640, 480).save(out, "MPO", save_all=True, append_images=[scene(320, 240)])
    file = out.getvalue()
    first = file.index(END, data_at(file)) + 2
    assert ending(file[:first] + bytes(4000) + file[first + 4000 :]) == "whole"
    assert ending(file[:first]) == "whole"
    assert ending(file[: cut(file, 0.5)]) == "damaged"


def test_the_end_of_an_embedded_thumbnail_is_not_that_of_the_photo() -> None:
    thumbnail = encoded(scene(64, 48))
    file = KINDS["baseline"]
    photo = file[:2] + b"\xff\xe5" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + file[2:]
    assert ending(photo[:-2]) == "whole"
    assert ending(photo[: cut(photo, 0.7)]) == "damaged"


def test_inputs_of_real_cards_end_as_their_pixels_say(field_inputs: Path) -> None:
    found = {path.name: ending(path.read_bytes()) for path in (field_inputs / "eoi").iterdir()}
    assert found == {
        "trailer.jpg": "whole",
        "mark.jpg": "whole",
        "half.jpg": "damaged",
        "zeros.jpg": "damaged",
        "zeros_mark.jpg": "damaged",
    }


def test_real_photos_are_damaged_exactly_where_they_are_cut(shared_data: Path) -> None:
    images = shared_data / "images"
    photos = [
        *sorted((images / "trailcam-deer" / "wildgame" / "images").glob("*.jpg"))[::200],
        *sorted((images / "exif-samples" / "trailcams").glob("*.jpg"))[::4],
        *sorted((images / "elsewhere").rglob("*.jpg"))[::70],
    ]
    assert len(photos) > 8
    for photo in photos:
        file = photo.read_bytes()
        end = file.index(END, data_at(file))
        assert ending(file[:end]) == ending(file[:end] + bytes(2000)) == "whole", photo.name
        for share in (0.4, 0.95):
            for how, left in incomplete(file, cut(file, share), missing=700).items():
                assert ending(left) == "damaged", (photo.name, share, how)


@settings(max_examples=150)
@given(st.sampled_from(sorted(KINDS)), st.floats(0, 1), st.integers(512, 9000))
def test_no_gap_passes_for_a_whole_photo(kind: str, share: float, missing: int) -> None:
    file = KINDS[kind]
    at = cut(file, share)
    left = file[:at] + bytes(missing) + file[at + missing :]
    if at + missing < len(file) - 2 and at > data_at(file) + 20:
        assert ending(left) in {"damaged", "CORRUPT"}
