from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.imaging.pictures import JPEG, PNG, encoded, scene
from thumper.domain.reason import Reason
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal

BAD_ENDINGS = {
    "african_elephants_truncated_file.jpg": "damaged",
    "corrupted.jpg": "damaged",
    "imagetestsuite/138d3b9e0d9fbf641b8135981e597c3a.jpg": "DAMAGED_HEADER",
    "imagetestsuite/1cbb1bb37d62c44f67374cd451643dc4.jpg": "damaged",
    "imagetestsuite/2183d39878e734cf79b62428b02fafb5.jpg": "DAMAGED_HEADER",
    "imagetestsuite/21ad703b38e2c350215bb92a849486f3.jpg": "DAMAGED_HEADER",
    "imagetestsuite/28968137f4fc75fbf56f16d7a7a8551a.jpg": "TRUNCATED",
    "imagetestsuite/754664a12e36abff7950e796c906ae39.jpg": "TRUNCATED",
    "imagetestsuite/8e5e74dbf9b68a322fbb9512db837329.jpg": "damaged",
    "imagetestsuite/c3018ebe53d0046eecb58858ca869a99.jpg": "CORRUPT",
    "imagetestsuite/c8c1a5675f82021d92b928a10c597bad.jpg": "CORRUPT",
    "imagetestsuite/d15b71b8cebe35a57cc6e996cc09218b.jpg": "DAMAGED_HEADER",
    "imagetestsuite/eecb78b937a7c5f04aae2f5b0f5b5acc.jpg": "TRUNCATED",
    "imagetestsuite/f012a4321f00f12af6b1eee7580ffb9c.jpg": "NOT_AN_IMAGE",
    "not-a-jpeg_beach.jpg": "DAMAGED_HEADER",
    "pdf_renamed.jpg": "UNSUPPORTED_TYPE",
}
"""What becomes of each bad file; those not named decode whole."""


def opencv(file: bytes) -> NDArray[np.uint8]:
    """Return a picture as `yolo predict` decodes it, but in RGB."""
    pixels = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.dtype == np.uint8
    return np.ascontiguousarray(pixels[..., ::-1], dtype=np.uint8)


def ours(file: bytes) -> NDArray[np.uint8]:
    picture = decode(file, Limits())
    assert not picture.damaged
    return np.asarray(picture.image)


def ending(file: bytes) -> str:
    try:
        return "damaged" if decode(file, Limits()).damaged else "whole"
    except DecodeRefusal as refusal:
        return refusal.reason.value


FILES = {
    "JPEG": JPEG,
    "progressive JPEG": encoded(scene(), progressive=True),
    "greyscale JPEG": encoded(scene().convert("L")),
    "PNG": PNG,
    "greyscale PNG": encoded(scene().convert("L"), "PNG"),
    "black-and-white PNG": encoded(scene().convert("1"), "PNG"),
    "palette PNG": encoded(scene().quantize(64), "PNG"),
    "palette PNG with transparent colours": encoded(
        scene().quantize(64), "PNG", transparency=bytes(range(64))
    ),
    "palette PNG with one transparent colour": encoded(scene().quantize(8), "PNG", transparency=3),
    "PNG with alpha": encoded(scene().convert("RGBA").rotate(10), "PNG"),
    "greyscale PNG with alpha": encoded(scene().convert("LA"), "PNG"),
    "PNG with a transparent colour": encoded(scene(), "PNG", transparency=(1, 2, 3)),
    "16-bit greyscale PNG": cv2.imencode(".png", np.arange(60_000, dtype=np.uint16).reshape(200, 300))[
        1
    ].tobytes(),
    "16-bit PNG": cv2.imencode(".png", np.arange(60_000, dtype=np.uint16).reshape(100, 200, 3))[1].tobytes(),
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_is_seen_as_opencv_sees_it(name: str) -> None:
    assert np.array_equal(ours(FILES[name]), opencv(FILES[name]))


def test_cmyk_is_within_one_level_of_opencv() -> None:
    file = encoded(scene().convert("CMYK"))
    assert np.abs(ours(file).astype(int) - opencv(file)).max() <= 1


def test_real_photos_are_seen_as_opencv_sees_them(shared_data: Path) -> None:
    images = shared_data / "images"
    photos = [
        *sorted((images / "trailcam-deer" / "wildgame" / "images").glob("*.jpg"))[::120],
        *sorted((images / "exif-samples" / "orientation").glob("*.jpg"))[::3],
        *sorted((images / "bad" / "exif-invalid").glob("*.jpg")),
        *sorted((images / "trailcam-other" / "ena24").glob("*.jpg"))[::10],
    ]
    assert len(photos) > 18
    for photo in photos:
        file = photo.read_bytes()
        assert np.array_equal(ours(file), opencv(file)), photo.name


def test_every_bad_file_decodes_or_says_why(shared_data: Path) -> None:
    folder = shared_data / "images" / "bad"
    found = {path.relative_to(folder).as_posix(): ending(path.read_bytes()) for path in folder.rglob("*.jpg")}
    assert len(found) == 26
    assert {name: how for name, how in found.items() if how != "whole"} == BAD_ENDINGS


def test_a_cut_off_jpeg_keeps_what_arrived() -> None:
    picture = decode(JPEG[: len(JPEG) // 2], Limits())
    assert picture.damaged
    kept = np.asarray(picture.image)
    assert kept.shape == (240, 320, 3)
    assert np.array_equal(kept[:60], opencv(JPEG)[:60])


def test_a_cut_off_png_or_a_jpeg_with_next_to_no_picture_is_truncated() -> None:
    assert ending(JPEG[: JPEG.index(b"\xff\xda") + 16]) == "TRUNCATED"
    assert ending(PNG[: len(PNG) // 2]) == "TRUNCATED"


def test_damage_that_pillow_keeps_to_itself_is_found(shared_data: Path) -> None:
    file = (shared_data / "images" / "bad" / "corrupted.jpg").read_bytes()
    with Image.open(io.BytesIO(file)) as image:
        image.load()  # without an error
    picture = decode(file, Limits())
    assert picture.damaged
    assert np.array_equal(np.asarray(picture.image), opencv(file))


def test_noise_in_which_libjpeg_stops_costs_the_rest_of_the_photo_only() -> None:
    at = len(JPEG) * 3 // 4
    picture = decode(JPEG[:at] + b"\xff\x05" * 40 + JPEG[at + 80 :], Limits())
    assert picture.damaged
    assert np.array_equal(np.asarray(picture.image)[:120], opencv(JPEG)[:120])


def test_bytes_between_the_stretches_of_picture_data_are_damage() -> None:
    stream = io.BytesIO()
    scene().save(stream, "JPEG", quality=90, restart_marker_blocks=8)
    file = stream.getvalue()
    at = file.index(b"\xff\xd3", len(file) // 2)
    assert ending(file) == "whole"
    assert ending(file[:at] + b"between" + file[at:]) == "damaged"


def test_damage_behind_a_padded_header_is_found() -> None:
    at = JPEG.index(b"\xff\xdb")
    padded = JPEG[:at] + bytes(4) + JPEG[at:]
    assert ending(padded) == "whole"
    middle = len(padded) // 2
    assert ending(padded[:middle] + bytes(300) + padded[middle + 300 :]) == "damaged"


def test_bytes_that_a_camera_pads_with_are_no_damage() -> None:
    assert JPEG.endswith(b"\xff\xd9")
    assert np.array_equal(ours(JPEG[:-2] + bytes(20) + JPEG[-2:]), opencv(JPEG))
    assert np.array_equal(ours(JPEG + b"a trailer"), opencv(JPEG))


def test_a_damaged_cmyk_photo_is_flagged_as_well() -> None:
    file = encoded(scene().convert("CMYK"))
    assert ending(file) == "whole"
    at = len(file) // 2
    assert ending(file[:at] + file[at + 400 :]) == "damaged"


def test_damaged_data_of_a_png_is_corrupt() -> None:
    at = PNG.index(b"IDAT") + 200
    assert ending(PNG[:at] + bytes(64) + PNG[at + 64 :]) == "CORRUPT"


def test_nothing_of_the_file_but_its_picture_is_kept() -> None:
    picture = decode(encoded(scene(), orientation=6, comment=b"private"), Limits())
    assert picture.image.info == {}
    assert picture.image.mode == "RGB"


@settings(max_examples=150)
@given(
    st.integers(0, len(JPEG)),
    st.lists(st.tuples(st.integers(2, len(JPEG) - 1), st.integers(0, 255)), max_size=8),
)
def test_no_mutilated_jpeg_ends_in_anything_but_a_picture_or_a_reason(
    cut: int, flips: list[tuple[int, int]]
) -> None:
    file = bytearray(JPEG)
    for at, value in flips:
        file[at] = value
    assert ending(bytes(file[: max(cut, 1)])) in {"whole", "damaged", *Reason}


def test_a_picture_larger_than_allowed_is_never_decoded() -> None:
    with pytest.raises(DecodeRefusal) as refusal:
        decode(JPEG, Limits(max_pixels=1000))
    assert refusal.value.reason is Reason.TOO_LARGE_PIXELS


def test_a_decoder_out_of_memory_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "convert", exhausted)
    assert ending(PNG) == "DECODE_MEMORY"


def test_an_animated_png_is_its_first_picture() -> None:
    file = encoded(
        scene(), "PNG", save_all=True, append_images=[scene().transpose(Image.Transpose.ROTATE_180)]
    )
    assert b"acTL" in file
    assert np.array_equal(ours(file), np.asarray(scene()))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "BMP", "PDF"])
def test_other_types_are_not_read_whatever_they_are_called(kind: str) -> None:
    assert ending(encoded(scene(), kind)) == "UNSUPPORTED_TYPE"
    if kind in {"GIF", "WEBP"}:
        assert (
            ending(encoded(scene(), kind, save_all=True, append_images=[scene(320, 240)]))
            == "UNSUPPORTED_TYPE"
        )


def test_absurd_sizes_and_empty_files_are_named() -> None:
    at = JPEG.index(b"\xff\xc0") + 5
    assert ending(JPEG[:at] + b"\xff\xff\xff\xff" + JPEG[at + 4 :]) == "TOO_LARGE_PIXELS"
    assert ending(b"") == "ZERO_BYTES"


def test_a_picture_of_several_in_one_file_is_the_first() -> None:
    out = io.BytesIO()
    scene().save(out, "MPO", save_all=True, append_images=[scene(100, 100)])
    assert ours(out.getvalue()).shape == (240, 320, 3)
