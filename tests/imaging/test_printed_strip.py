from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thumper.imaging.printed_strip import BOTTOM, PAINT, TOP, painted_over
from thumper.imaging.rendition import render


def _jpeg(width: int, height: int) -> bytes:
    noise = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=95)
    return out.getvalue()


@pytest.mark.parametrize("size", [(300, 225), (1280, 720), (225, 300), (1, 1), (640, 8)])
def test_bands_are_grey_and_the_rest_stays(size: tuple[int, int]) -> None:
    content = _jpeg(*size)
    before = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    painted = Image.open(io.BytesIO(painted_over(content)))
    assert painted.size == size
    assert not painted.getexif()
    after = np.asarray(painted).astype(int)
    height = size[1]
    top, bottom = int(TOP * height) + 1, int(BOTTOM * height) + 1
    # JPEG mixes what lies within 16 rows of an edge.
    for band in (after[: max(top - 16, 0)], after[height - bottom + 16 :]):
        assert band.size == 0 or np.abs(band - PAINT).max() <= 3
    middle = slice(top + 16, max(height - bottom - 16, 0))
    if after[middle].size:
        assert np.abs(after[middle] - before[middle]).mean() < 30


# Where each prints, in parts of the height, as seen in the photo: header or None, footer or None.
PRINTED = {
    "exif-samples/trailcams/Reconyx_HC500_issue211.jpg": (0.032, 0.035),
    "empty/wcs_camera_traps_animals_0245_1477.jpg": (0.016, 0.049),  # a Reconyx RapidFire
    "exif-samples/trailcams/Bushnell_Trophy_HD_Aggressor_119775C_firmware_BS685BWYx08237.jpg": (None, 0.041),
    "empty/caltech_camera_traps_58a022a4-23d2-11e8-a6a3-ec086b02610b.jpg": (0.03, None),
    "empty/ena24_7904.jpg": (None, 0.065),
    "exif-samples/trailcams/Primos_TruthCam35_PRMS0001.jpg": (None, 0.049),
    "people-vehicles/human.jpg": (None, 0.054),
    "trailcam-deer/wildgame-2022/3_original.jpg": (None, 0.036),  # a Cuddeback: N HILLSIDE RD
    "trailcam-other/lila/snapshot_kruger_KRU_S1_25_25_R1_KRU_S1_25_R1_IMAG0012.JPG": (None, 0.03),
    "empty/snapshot_mountain_zebra_MTZ_S1_F04_F04_R1_MTZ_S1_F04_R1_IMAG1143.JPG": (None, 0.037),
}


@pytest.mark.parametrize("longest_px", [300, 1280])
@pytest.mark.parametrize("name", PRINTED)
def test_nothing_is_left_of_what_cameras_print(shared_data: Path, name: str, longest_px: int) -> None:
    with Image.open(shared_data / "images" / name) as photo:
        small = render(photo.convert("RGB"), longest_px)
    for content, printed in ((small, True), (painted_over(small), False)):
        grey = np.asarray(Image.open(io.BytesIO(content)).convert("L")).astype(int)
        header, footer = PRINTED[name]
        strips = [] if header is None else [grey[: int(header * len(grey))]]
        strips += [] if footer is None else [grey[len(grey) - int(footer * len(grey)) :]]
        assert strips
        for strip in strips:
            assert bool(strip.max() - strip.min() > 60) is printed
            assert printed or strip.max() - strip.min() <= 6
