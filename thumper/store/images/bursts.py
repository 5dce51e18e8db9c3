"""The burst of each photo: how long it was and how many photos it has, under whatever filter the photo was found.

Nothing of it is kept: a repair of a clock, or a card that arrives late, may join two bursts or part one. Photos are
read along the index of their camera, to both sides until a gap is seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from thumper.domain.burst import LONGEST_GAP, Span, reach, spans
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Conditions

_NEAR: Final = 16
"""Photos that are looked at on a side at first: more than most bursts have. Each time that no gap is among them, as
when a camera sees moving grass for hours, eight times as many are."""
_FARTHER: Final = 8


class Shot(NamedTuple):
    """A photo by what decides on its burst."""

    camera_id: UUID
    taken_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """The photos that a camera took with no more than a minute between them."""

    started_at: dt.datetime
    ended_at: dt.datetime
    image_count: int
    first_image_id: UUID


# A number of photos reaches no farther than that number of gaps. Without this bound PostgreSQL may look for those of a
# camera among those of all, to the other end of the table.
_BESIDE: Final = """
SELECT edge.number, near.sort_at
FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY AS edge(camera_id, taken_at, number)
CROSS JOIN LATERAL (
    SELECT image.sort_at FROM image WHERE image.camera_id = edge.camera_id
        AND image.sort_at {beyond} edge.taken_at AND image.sort_at {within} edge.taken_at {sign} $4::interval
    ORDER BY image.sort_at {order} LIMIT $3
) AS near
ORDER BY edge.number, near.sort_at {order}
"""
_EARLIER: Final = _BESIDE.format(beyond="<", within=">=", sign="-", order="DESC")
_LATER: Final = _BESIDE.format(beyond=">", within="<=", sign="+", order="ASC")
# Span by span: PostgreSQL would take each of them for a two-hundredth of the table, and read all of it.
_FIGURES: Final = """
SELECT span.number, own.image_count, own.first_image_id
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY
    AS span(camera_id, first, last, number)
CROSS JOIN LATERAL (
    SELECT count(*) AS image_count,
        (array_agg(image.id ORDER BY image.sort_at, image.sort_name, image.id))[1] AS first_image_id
    FROM image WHERE image.camera_id = span.camera_id AND image.sort_at BETWEEN span.first AND span.last
) AS own
WHERE own.image_count > 0
"""
_SHOT: Final = "SELECT camera_id, taken_at FROM image WHERE id = $1"


async def of_shots(shots: Sequence[Shot]) -> dict[Shot, Burst]:
    """Return the burst of each photo."""
    found = await _whole_spans(shots)
    whole = list(dict.fromkeys(found.values()))
    rows = await client().execute_query_dict(
        _FIGURES,
        [
            [camera_id for camera_id, _ in whole],
            [span.first for _, span in whole],
            [span.last for _, span in whole],
        ],
    )
    bursts = {}
    for row in rows:
        camera_id, span = whole[row.pop("number") - 1]
        bursts[camera_id, span] = Burst(started_at=span.first, ended_at=span.last, **row)
    return {shot: bursts[own] for shot, own in found.items() if own in bursts}


async def add_burst(conditions: Conditions, image_id: UUID) -> None:
    """Add the condition for an image to be of the burst of another one; one without camera or time is alone."""
    rows = await client().execute_query_dict(_SHOT, [image_id])
    shot = Shot(**rows[0]) if rows else None
    if shot is None or None in shot:
        conditions.add("image.id = {}", image_id)
        return
    _, span = (await _whole_spans([shot]))[shot]
    conditions.add("image.camera_id = {}", shot.camera_id)
    conditions.add("image.sort_at BETWEEN {} AND {}", span.first, span.last)


async def _whole_spans(shots: Collection[Shot]) -> dict[Shot, tuple[UUID, Span]]:
    """Return the camera of each photo, and the span of its burst."""
    times: dict[UUID, set[dt.datetime]] = {}
    for shot in shots:
        times.setdefault(shot.camera_id, set()).add(shot.taken_at)
    # What lies close together on a page is one burst, whatever lies between: only its ends are looked beyond.
    known = [(camera_id, span) for camera_id, own in times.items() for span in spans(own)]
    firsts = await _ends([Shot(camera_id, span.first) for camera_id, span in known], _EARLIER)
    lasts = await _ends([Shot(camera_id, span.last) for camera_id, span in known], _LATER)
    found: dict[Shot, tuple[UUID, Span]] = {}
    for (camera_id, span), first, last in zip(known, firsts, lasts, strict=True):
        within = [moment for moment in times[camera_id] if span.first <= moment <= span.last]
        found |= {Shot(camera_id, moment): (camera_id, Span(first, last)) for moment in within}
    return found


async def _ends(edges: list[Shot], beside: str) -> list[dt.datetime]:
    """Return where the burst of each photo ends on one side."""
    ends = [edge.taken_at for edge in edges]
    open_ends, looked_at = list(range(len(edges))), _NEAR
    while open_ends:
        rows = await client().execute_query_dict(
            beside,
            [
                [edges[at].camera_id for at in open_ends],
                [ends[at] for at in open_ends],
                looked_at,
                looked_at * LONGEST_GAP,
            ],
        )
        near: list[list[dt.datetime]] = [[] for _ in open_ends]
        for row in rows:
            near[row["number"] - 1].append(row["sort_at"])
        still = []
        for at, beyond in zip(open_ends, near, strict=True):
            ends[at], ended = reach(ends[at], beyond)
            if not ended and len(beyond) == looked_at:
                still.append(at)
        open_ends, looked_at = still, looked_at * _FARTHER
    return ends
