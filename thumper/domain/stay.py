"""What becomes of the stays of one camera when photos of it turn out to be from another place.

A stay all of whose photos move becomes part of a neighbouring stay of the camera at the new place, else it moves there
as it is. The moved part of a stay, and photos without one, become part of a neighbouring stay, else open one of their
own. A stay with repairs of its clock keeps them, so it stays a stay of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A deployment of the camera: since when, until when (None while it lasts), and whether its clock was repaired."""

    id: UUID
    location_id: UUID
    opened_at: dt.datetime
    ended_at: dt.datetime | None
    repaired: bool = False
    last_at: dt.datetime | None = None
    """When the last of its photos arrived that do not move; None without any, or when that is not known."""

    @property
    def shown(self) -> tuple[UUID, dt.datetime, dt.datetime | None]:
        """What others see of it."""
        return self.location_id, self.opened_at, self.ended_at


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPhotos:
    """Photos of the camera that move together: those of a `whole` stay, or of one dump."""

    stay_id: UUID | None
    whole: bool
    first_at: dt.datetime
    """When the first of them arrived."""
    last_at: dt.datetime


Stays = Mapping[UUID, Stay]
"""The stays of one camera, by id."""


def resettle(
    stays: Stays, moved: MovedPhotos, *, to: UUID | None, known: bool, fresh_id: UUID
) -> tuple[UUID | None, dict[UUID, Stay]]:
    """Return the stay that moved photos belong to afterwards, and all stays as they are then.

    `known` says that the camera identifies itself, so that it is at one place at a time. A stay that is opened has the
    id `fresh_id`.
    """
    own = stays.get(moved.stay_id) if moved.whole and moved.stay_id is not None else None
    others = {key: stay for key, stay in stays.items() if own is None or key != own.id}
    if to is None:
        return None, dict(stays) if own is None or own.repaired else others
    since = moved.first_at if own is None else own.opened_at
    neighbour = _neighbour(others.values(), since, to=to, known=known)
    if own is not None and (own.repaired or neighbour is None):
        crowded = not known and neighbour is not None
        ended_at = moved.last_at if crowded and own.ended_at is None else own.ended_at
        return own.id, others | {own.id: replace(own, location_id=to, ended_at=ended_at)}
    if neighbour is not None:
        return neighbour.id, others | {neighbour.id: _reaching(neighbour, since, own)}
    return fresh_id, _opened(
        others, moved, Stay(id=fresh_id, location_id=to, opened_at=since, ended_at=None), known=known
    )


def _neighbour(stays: Iterable[Stay], since: dt.datetime, *, to: UUID, known: bool) -> Stay | None:
    """Return the stay at a place that photos since then belong to: the one before them, else the one after."""
    ordered = sorted(stays, key=lambda stay: (stay.opened_at, stay.id))
    if not known:
        return next((stay for stay in ordered if stay.location_id == to and stay.ended_at is None), None)
    earlier = [stay for stay in ordered if stay.opened_at <= since][-1:]
    later = [stay for stay in ordered if stay.opened_at > since][:1]
    return next((stay for stay in earlier + later if stay.location_id == to), None)


def _reaching(neighbour: Stay, since: dt.datetime, own: Stay | None) -> Stay:
    """Return a stay that begins early enough for more photos, and lasts as long as one that it takes the place of."""
    ended_at = neighbour.ended_at
    if own is not None and ended_at is not None:
        ended_at = None if own.ended_at is None else max(ended_at, own.ended_at)
    return replace(neighbour, opened_at=min(neighbour.opened_at, since), ended_at=ended_at)


def _opened(stays: dict[UUID, Stay], moved: MovedPhotos, fresh: Stay, *, known: bool) -> dict[UUID, Stay]:
    """Return the stays with one more; a camera that identifies itself leaves the one before, or comes back to it."""
    if not known:
        return stays | {fresh.id: fresh}
    later = [stay.opened_at for stay in stays.values() if stay.opened_at > fresh.opened_at]
    if later:
        return stays | {fresh.id: replace(fresh, ended_at=min(later))}
    lasting = [stay for stay in stays.values() if stay.ended_at is None]
    if any(stay.last_at is not None and stay.last_at > moved.last_at for stay in lasting):
        return stays | {fresh.id: replace(fresh, ended_at=moved.last_at)}
    left = {stay.id: replace(stay, ended_at=fresh.opened_at) for stay in lasting}
    return stays | left | {fresh.id: fresh}


def one_at_a_time(stays: Stays, *, known: bool) -> dict[UUID, Stay]:
    """Return the stays of which the last alone lasts: of all when the camera identifies itself, else of each place."""
    ordered = sorted(stays.values(), key=lambda stay: (stay.opened_at, stay.id))
    settled = dict(stays)
    for number, stay in enumerate(ordered):
        after = [
            other
            for other in ordered[number + 1 :]
            if other.ended_at is None and (known or other.location_id == stay.location_id)
        ]
        if stay.ended_at is None and after:
            settled[stay.id] = replace(stay, ended_at=after[0].opened_at)
    return settled
