"""Where photos without a location may be from: what their camera, its last place and their folder say.

Proposals are shown and never taken: a camera moves, and a home unit collects the photos of many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from thumper.domain.entered_text import one_name
from thumper.domain.similar_name import similar


class PlaceReason(StrEnum):
    """Why a place is proposed; the order is that of trust."""

    FOLDER_NAME = "folder_name"
    """The folder has this name, beside a date or where a camera might have given it."""
    CAMERA_NAME = "camera_name"
    """The camera was given this name in its own menu."""
    LAST_PLACE = "last_place"
    """The camera was there last."""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A location that exists."""

    location_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PlaceProposal:
    """A place that photos may be from; `location_id` is None where there is none of that name yet."""

    name: str
    location_id: UUID | None
    reasons: tuple[PlaceReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPhotos:
    """How many photos without a location one camera took, the name it was given, and where it was last.

    `camera_id` is None for photos that do not say which camera took them. `last` is known of cameras only that say
    which one they are: photos that name make and model may be of several.
    """

    camera_id: UUID | None
    images: int
    own_name: str = ""
    last: KnownPlace | None = None


def proposals(
    photos: CameraPhotos, *, folder: str | None, known: Sequence[KnownPlace]
) -> tuple[PlaceProposal, ...]:
    """Return the places that the photos of one camera may be from, each once, with all that speaks for it.

    `folder` is what the name of their folder may say of the place. A name that is no location's own, but similar
    to one, is taken for that.
    """
    found: dict[UUID | str, tuple[str, UUID | None, list[PlaceReason]]] = {}
    for reason, name, place in _hints(photos, folder=folder, known=known):
        location_id = None if place is None else place.location_id
        _, _, reasons = found.setdefault(location_id or name.casefold(), (name, location_id, []))
        reasons.append(reason)
    return tuple(PlaceProposal(name, place, tuple(reasons)) for name, place, reasons in found.values())


def _hints(
    photos: CameraPhotos, *, folder: str | None, known: Sequence[KnownPlace]
) -> Iterator[tuple[PlaceReason, str, KnownPlace | None]]:
    told = ((PlaceReason.FOLDER_NAME, folder or ""), (PlaceReason.CAMERA_NAME, photos.own_name))
    for reason, text in told:
        if name := one_name(text):
            place = _called(name, known)
            yield reason, name if place is None else place.name, place
    if photos.last is not None:
        yield PlaceReason.LAST_PLACE, photos.last.name, photos.last


def _called(name: str, known: Sequence[KnownPlace]) -> KnownPlace | None:
    """Return the location of that name, else the first with a similar one."""
    own = [place for place in known if place.name.casefold() == name.casefold()]
    return next(iter(own or [place for place in known if similar(name, place.name)]), None)
