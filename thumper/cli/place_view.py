"""What people read about places in a receipt: photos without a location, where they may be from, and slips in names."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any, Final

_WHY: Final = {
    "FOLDER_NAME": "the folder's name without its date",
    "CAMERA_NAME": "the camera's own name",
    "LAST_PLACE": "where the camera was last",
}


def without_location(photos: int) -> str:
    """Return how many photos have no location, in words."""
    return "1 photo has no location" if photos == 1 else f"{photos} photos have no location"


def lines(receipt: dict[str, Any]) -> Iterator[str]:
    """Yield what a receipt says about places; nothing where all is clear."""
    places = receipt["places"]
    if places["unplaced"]:
        yield f"  place: {without_location(places['unplaced'])}{_asked(receipt)}"
        yield from (f"    {_camera(camera)}" for camera in places["cameras"])
    for other in places["didYouMean"]:
        own, older = receipt["location"], other["name"]
        merge = f"thumper merge {shlex.quote(own)} {shlex.quote(older)}"
        yield f'  place: "{own}" is a new location. Did you mean {older}? `{merge}`'
    if places["placed"]:
        were = (
            "1 photo that was here without a place is" if places["placed"] == 1 else _many(places["placed"])
        )
        yield f"  place: {were} now at {receipt['location']}"
    if places["elsewhere"]:
        one = places["elsewhere"] == 1
        are = "1 duplicate is" if one else f"{places['elsewhere']} duplicates are"
        yield f"  place: {are} known from another location and {'stays' if one else 'stay'} there"


def last_words(receipt: dict[str, Any]) -> Iterator[str]:
    """Yield what is to be done about photos without a location, to be read last."""
    places = receipt["places"]
    if places["unplaced"]:
        location = _only_proposal(places["cameras"])
        word = "LOCATION" if location is None else shlex.quote(location)
        yield f"{without_location(places['unplaced'])}: `thumper locate {receipt['dump']} {word}`"


def _asked(receipt: dict[str, Any]) -> str:
    """Return what is asked about the name of the folder, if it is that of a day."""
    if not receipt["places"]["datedFolder"]:
        return ""
    return f'; the folder "{receipt["folder"]}" is named after a date. Is that a place?'


def _many(photos: int) -> str:
    return f"{photos} photos that were here without a place are"


def _camera(group: dict[str, Any]) -> str:
    """Return the photos of one camera and the places that they may be from, in one line."""
    photos = "1 photo" if group["images"] == 1 else f"{group['images']} photos"
    camera = group["camera"]
    words = (
        [camera[key] for key in ("make", "model", "serial") if camera[key]] if camera else ["no camera named"]
    )
    words += [f'"{camera["name"]}"'] if camera and camera["name"] else []
    return f"{' '.join(words)}, {photos}: {' or '.join(map(_proposal, group['proposals'])) or 'no proposal'}"


def _proposal(proposal: dict[str, Any]) -> str:
    why = ", ".join(_WHY[reason] for reason in proposal["reasons"])
    new = "" if proposal["location"] else ", a new location"
    return f"{proposal['name']}? ({why}{new})"


def _only_proposal(cameras: list[dict[str, Any]]) -> str | None:
    """Return the place that is proposed for the photos of every camera, if that is one and the same."""
    proposed = [[proposal["name"] for proposal in group["proposals"]] for group in cameras]
    first = proposed[0] if proposed else []
    return first[0] if len(first) == 1 and all(own == first for own in proposed) else None
