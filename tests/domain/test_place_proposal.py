"""Which places are proposed for photos without one, and why."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.place_proposal import (
    CameraPhotos,
    KnownPlace,
    PlaceReason,
    proposals,
)

OAK, BARN = KnownPlace(UUID(int=1), "Oak Stand"), KnownPlace(UUID(int=2), "Barn Feed")
KNOWN = (OAK, BARN)
FOLDER, NAME, LAST = PlaceReason.FOLDER_NAME, PlaceReason.CAMERA_NAME, PlaceReason.LAST_PLACE


def proposed(
    own_name: str = "", *, last: KnownPlace | None = None, folder: str | None = None
) -> list[tuple[str, UUID | None, tuple[PlaceReason, ...]]]:
    photos = CameraPhotos(camera_id=UUID(int=9), images=3, own_name=own_name, last=last)
    found = proposals(photos, folder=folder, known=KNOWN)
    return [(own.name, own.location_id, own.reasons) for own in found]


def test_the_cameras_own_name_proposes_the_location_of_that_name_or_a_new_one() -> None:
    assert proposed("BARN FEED") == [("Barn Feed", BARN.location_id, (NAME,))]
    assert proposed(" CREEK  BED ") == [("CREEK BED", None, (NAME,))]
    assert proposed("OAK STND") == [("Oak Stand", OAK.location_id, (NAME,))]


def test_where_the_camera_was_last_is_proposed() -> None:
    assert proposed(last=OAK) == [("Oak Stand", OAK.location_id, (LAST,))]


def test_proposals_that_agree_are_one_and_those_that_do_not_are_all_listed() -> None:
    assert proposed("BARN FEED", last=BARN) == [("Barn Feed", BARN.location_id, (NAME, LAST))]
    assert proposed("BARN FEED", last=OAK, folder="Creek") == [
        ("Creek", None, (FOLDER,)),
        ("Barn Feed", BARN.location_id, (NAME,)),
        ("Oak Stand", OAK.location_id, (LAST,)),
    ]
    assert proposed("CREEK", folder="Creek") == [("Creek", None, (FOLDER, NAME))]


def test_photos_of_which_nothing_is_known_have_no_proposal() -> None:
    assert proposed() == proposed(folder="") == []


@given(
    own_name=st.text(max_size=12),
    last=st.sampled_from([None, OAK, BARN]),
    folder=st.none() | st.text(max_size=12),
)
def test_each_place_is_proposed_once_and_each_for_a_reason(
    own_name: str, last: KnownPlace | None, folder: str | None
) -> None:
    found = proposals(
        CameraPhotos(camera_id=None, images=1, own_name=own_name, last=last), folder=folder, known=KNOWN
    )
    assert all(own.name and own.reasons for own in found)
    places = [own.location_id or own.name.casefold() for own in found]
    assert len(set(places)) == len(places)
    reasons = [reason for own in found for reason in own.reasons]
    assert len(set(reasons)) == len(reasons)
