"""Which folder is a delivery, and which names a place."""

from __future__ import annotations

import pytest

from thumper.cameras.card_folders import folder_place
from thumper.domain.card_folder import FolderPlace, counted_folder, top_folder
from thumper.domain.entered_text import LONGEST_NAME


def test_the_top_folder_is_the_delivery_however_deep_the_card_is() -> None:
    assert top_folder(b"Barn Feed/DCIM/100MEDIA/IMG_0001.JPG") == b"Barn Feed"
    assert top_folder(b"IMG_0001.JPG") == b""


MAKERS = (
    *(b"100MEDIA", b"101_BTCF", b"100EK113", b"100RECNX", b"100STLTH", b"100DSCIM", b"101_PANA", b"100CANON"),
    *(b"100MSDCF", b"999NIKON", b"100NCD40", b"100GOPRO", b"100_1130", b"10061130"),
)


@pytest.mark.parametrize("folder", [b"DCIM", b"dcim", *MAKERS])
def test_folders_that_cameras_make_name_no_place(folder: bytes) -> None:
    assert folder_place(folder) is None
    assert folder_place(folder.lower()) is None


@pytest.mark.parametrize(
    "folder", [b"100ACRES", b"350NORTH", b"640ACRES", b"Misc", b"MISC", b"Private", b"123_OAKS"]
)
def test_what_a_camera_might_have_named_is_a_place_unless_it_lies_in_or_beside_dcim(folder: bytes) -> None:
    """There it makes no location; one that somebody made under this name is still meant."""
    assert folder_place(folder) == FolderPlace(folder.decode())
    assert folder_place(folder, beside_dcim=True) == FolderPlace(folder.decode(), certain=False)
    assert folder_place(b"Oak Stand", beside_dcim=True) == FolderPlace("Oak Stand")


def test_a_folder_of_any_maker_has_its_number_in_the_order_of_the_card() -> None:
    assert counted_folder(b"102ACRES") == (102, b"ACRES")
    assert counted_folder(b"100MEDIA") == (100, b"MEDIA")
    for folder in (b"DCIM", b"20261130", b"10061130", b"Oak"):
        assert counted_folder(folder) is None


@pytest.mark.parametrize(
    ("folder", "undated"),
    [
        (b"2026-11-30", ""),
        (b"Nov 2026", ""),
        (b"20261130 card", ""),
        (b"20261130", ""),
        (b"Oak  Stand 11-30-2026", "Oak Stand"),
    ],
)
def test_a_folder_that_is_named_after_a_date_makes_no_location(folder: bytes, undated: str) -> None:
    name = " ".join(folder.decode().split())
    assert folder_place(folder) == FolderPlace(name, certain=False, undated=undated)


@pytest.mark.parametrize(
    "folder",
    [
        *(b"AVCHD", b"AVF_INFO", b"CANONMSC", b"SD_VIDEO", b"MP_ROOT", b"avchd"),
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
    assert folder_place(folder) is None


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
        (b"Oak  Stand", "Oak Stand"),
        (b"Oak\tStand", "Oak Stand"),
        ("Oak\u00a0 Stand".encode(), "Oak Stand"),
        (b"Caf\xe9", "Caf\\xe9"),
    ],
)
def test_other_folders_name_a_place(folder: bytes, name: str) -> None:
    assert folder_place(folder) == FolderPlace(name)


def test_a_name_is_the_same_however_its_accents_are_stored() -> None:
    composed, decomposed = "H\u00f6he".encode(), "Ho\u0308he".encode()
    assert folder_place(composed) == folder_place(decomposed)


def test_no_name_at_all_names_no_place_and_a_long_one_is_cut() -> None:
    assert folder_place(b"") is None
    assert folder_place(b"   ") is None
    assert folder_place(b"x" * 255) == FolderPlace("x" * LONGEST_NAME)
