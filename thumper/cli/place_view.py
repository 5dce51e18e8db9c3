"""What people read about places in a receipt: photos without a location, where they may be from, and slips in names."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any, Final

from thumper.cli.counted import counted

_SHOWN: Final = 20
"""Cameras that are shown."""

_WHY: Final = {
    "FOLDER_NAME": "the folder's name",
    "CAMERA_NAME": "the camera's own name",
    "LAST_PLACE": "where the camera was last",
}


def without_location(photos: int) -> str:
    """Return how many photos have no location, in words."""
    return counted(photos, "photo has no location", "photos have no location")


def lines(receipt: dict[str, Any]) -> Iterator[str]:
    """Yield what a receipt says about places; nothing where all is clear."""
    places = receipt["places"]
    if places["unplaced"]:
        yield f"  place: {without_location(places['unplaced'])}{_asked(receipt)}"
        yield from (f"    {_photos(group)}" for group in places["cameras"][:_SHOWN])
        yield from _more(places["cameras"])
    for known in places["known"][:_SHOWN]:
        words = counted(
            known["images"],
            "photo that was known before has no location",
            "photos that were known before have no location",
        )
        yield f"  place: {words}: `thumper locate {known['dump']['id']} LOCATION`"
    for other in places["didYouMean"]:
        own, older = receipt["location"], other["name"]
        yield f'  place: "{own}" is a new location. Did you mean {older}? `{_locate(own, older, options="--merge")}`'
    if places["placed"]:
        words = counted(
            places["placed"],
            "photo that was here without a place is",
            "photos that were here without a place are",
        )
        yield f"  place: {words} now at {receipt['location']}"
    if places["elsewhere"]:
        words = counted(places["elsewhere"], "duplicate stays", "duplicates stay")
        yield f"  place: {words} at the other location that was known before"


def last_words(receipt: dict[str, Any]) -> Iterator[str]:
    """Yield what is to be done about photos without a location, to be read last."""
    places = receipt["places"]
    if not places["unplaced"]:
        return
    said, groups = without_location(places["unplaced"]), places["cameras"]
    dump: str = receipt["dump"]
    if len(groups) <= 1 or _proposed(groups):
        yield f"{said}: `{_locate(dump, _place(groups))}`"
        return
    yield f"{said}. They are of several cameras:"
    for group in groups[:_SHOWN]:
        if group["camera"]:
            yield f"  `{_locate(dump, _place([group]), options=_of_camera(group['camera']))}`"
    yield from _more(groups)


def _asked(receipt: dict[str, Any]) -> str:
    """Return what is asked about the name of the folder, if it is that of a day."""
    if not receipt["places"]["datedFolder"]:
        return ""
    return f'; the folder "{receipt["folder"]}" is named after a date. Is that a place?'


def _photos(group: dict[str, Any]) -> str:
    """Return the photos of one camera and the places that they may be from, in one line."""
    photos = counted(group["images"], "photo", "photos")
    camera = group["camera"]
    words = (
        [camera[key] for key in ("make", "model", "serial") if camera[key]] if camera else ["no camera named"]
    )
    words += [f'"{camera["name"]}"'] if camera and camera["name"] else []
    return f"{' '.join(words)}, {photos}: {' or '.join(map(_proposal, group['proposals'])) or 'no proposal'}"


def _more(groups: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how many cameras are not shown, if any."""
    if len(groups) > _SHOWN:
        yield f"    … and {len(groups) - _SHOWN} more cameras; --json has them all"


def _of_camera(camera: dict[str, Any]) -> str:
    """Return the option that names a camera on the command line."""
    return f"--camera {shlex.quote(camera['name'] or camera['serial'] or camera['id'])}"


def _locate(*words: str, options: str = "") -> str:
    """Return the command as it is typed; behind `--` a name may begin with a dash."""
    quoted = [shlex.quote(word) for word in words]
    dashed = any(word.startswith("-") for word in words)
    parts = [options, "--", *quoted] if dashed else [*quoted, options]
    return " ".join(["thumper locate", *filter(None, parts)])


def _proposal(proposal: dict[str, Any]) -> str:
    why = ", ".join(_WHY[reason] for reason in proposal["reasons"])
    new = "" if proposal["location"] else ", a new location"
    return f"{proposal['name']}? ({why}{new})"


def _place(groups: list[dict[str, Any]]) -> str:
    """Return the name of the place that is proposed for photos; LOCATION where a person must say."""
    return _proposed(groups) or "LOCATION"


def _proposed(groups: list[dict[str, Any]]) -> str | None:
    """Return the place that is proposed for the photos of every camera, if that is one and the same."""
    names = [[proposal["name"] for proposal in group["proposals"]] for group in groups]
    return names[0][0] if names and len(names[0]) == 1 and all(own == names[0] for own in names) else None
