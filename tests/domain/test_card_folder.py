"""Which folder is a delivery, and which names a place."""

from __future__ import annotations

import pytest

from thumper.domain.card_folder import location_name, top_folder
from thumper.domain.entered_text import LONGEST_NAME


def test_the_top_folder_is_the_delivery_however_deep_the_card_is() -> None:
    assert top_folder(b"Barn Feed/DCIM/100MEDIA/IMG_0001.JPG") == b"Barn Feed"
    assert top_folder(b"IMG_0001.JPG") == b""


@pytest.mark.parametrize("folder", [b"DCIM", b"dcim", b"100MEDIA", b"101_BTCF", b"100EK113", b"100RECNX"])
def test_folders_that_cameras_make_name_no_place(folder: bytes) -> None:
    assert location_name(folder) is None


@pytest.mark.parametrize(
    "folder",
    [
        *(b"PRIVATE", b"private", b"AVCHD", b"AVF_INFO", b"MISC", b"CANONMSC", b"SD_VIDEO", b"MP_ROOT"),
        *(b"NO NAME", b"No Name", b"Untitled", b"UNTITLED 1", b"New Folder", b"New folder (2)"),
        *(
            b"DCIM 2",
            b"DCIM (1)",
            b"DCIM(1)",
            b"DCIM copy",
            b"DCIM copy 3",
            b"DCIM - Copy",
            b"DCIM - Copy (2)",
        ),
        b"100MEDIA - Copy",
    ],
)
def test_what_stands_beside_dcim_and_names_that_nobody_gave_name_no_place(folder: bytes) -> None:
    assert location_name(folder) is None


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        (b"Barn Feed", "Barn Feed"),
        (b"100 acre wood", "100 acre wood"),
        (b"Private Drive", "Private Drive"),
        (b"Miscellaneous", "Miscellaneous"),
        (b"No Name Creek", "No Name Creek"),
        (b"Untitled Ridge 2", "Untitled Ridge 2"),
        (b"DCIM Ridge", "DCIM Ridge"),
        (b"  Ridge ", "Ridge"),
        (b"Caf\xe9", "Caf\\xe9"),
    ],
)
def test_other_folders_name_a_place(folder: bytes, name: str) -> None:
    assert location_name(folder) == name


def test_a_name_is_the_same_however_its_accents_are_stored() -> None:
    composed, decomposed = "H\u00f6he".encode(), "Ho\u0308he".encode()
    assert location_name(composed) == location_name(decomposed)


def test_no_name_at_all_names_no_place_and_a_long_one_is_cut() -> None:
    assert location_name(b"") is None
    assert location_name(b"   ") is None
    assert len(location_name(b"x" * 255) or "") == LONGEST_NAME
