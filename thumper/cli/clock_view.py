"""How repairs of clocks, and what needs one, are said in lines. Reads answers of the public API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from thumper.cli.counted import counted
from thumper.domain.clock_fix import offset_text

_COUNTS: Final = (
    ("gained", "get a capture time"),
    ("lost", "lose theirs: the clock then shows an impossible year"),
    ("impossible", "have none afterwards: the clock shows an impossible year"),
    ("ahead", "then lie more than a day after they arrived: still doubted"),
    ("withoutReading", "stay as they are: no clock of the camera was read"),
    ("ambiguous", "then lie in the hour that comes twice; the first is taken"),
    ("missing", "then lie in the hour that daylight-saving time leaves out"),
)

_DOUBTS: Final = {
    "YEAR_OUT_OF_RANGE": "the clock shows an impossible year",
    "AHEAD_OF_ARRIVAL": "the clock was ahead of the day they arrived",
    "FACTORY_DATE": "the clock began anew at a 1 January",
    "JUMPED_BACK": "the clock went back on the way through the card",
}


def effect_lines(effect: dict[str, Any], *, then: str, zone: ZoneInfo) -> Iterator[str]:
    """Yield what a repair would do, or did (`then`), in the local time of the photos' place; in `zone` without one."""
    zone = _zone(effect["examples"]) or zone
    verb = "would change" if then == "would" else "changed"
    yield f"  {counted(effect['images'], 'photo', 'photos')}, of which the time of {effect['changed']} {verb}"
    if not effect["images"]:
        yield "  None is meant: those of a dump are the ones that it was the first to deliver."
    for name, meaning in _COUNTS:
        if effect[name]:
            yield f"  {effect[name]} {meaning}"
    for when in ("before", "after"):
        first, last = (effect[f"{end}{when.title()}"] for end in ("first", "last"))
        if first is not None:
            yield f"  {when:<7} {_local(first, zone)} to {_local(last, zone)}"
    for example in effect["examples"]:
        showed = example["cameraClock"].replace("T", " ")
        after = example["takenAtAfter"]
        taken = "no capture time" if after is None else _local(after, zone)
        edge = f" ({example['dstEdge'].lower()} hour)" if example["dstEdge"] else ""
        yield f"  {example['image']['fileName']}: clock {showed} -> {taken}{edge}"


def _zone(examples: list[dict[str, Any]]) -> ZoneInfo | None:
    """Return the zone of the first example with a place."""
    places = (example["image"]["location"] for example in examples)
    return next((ZoneInfo(place["effectiveTimeZone"]) for place in places if place), None)


def _local(instant: str, zone: ZoneInfo) -> str:
    return f"{dt.datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def suspect_lines(groups: list[dict[str, Any]]) -> Iterator[str]:
    """List what needs repair, each with the command that repairs it."""
    if not groups:
        yield "No clock is doubted."
    for group in groups:
        yield f"{counted(group['images'], 'photo', 'photos')}: {_DOUBTS[group['doubt']]} · {_where(group)}"
        first, last = (group[name].replace("T", " ") for name in ("firstLocal", "lastLocal"))
        yield f"  clock showed {first} to {last}, first in {group['example']['fileName']}"
        yield (
            f"  thumper clock fix --dump {group['dump']['id']} --from '{first}' --until '{last}'"
            f" --photo {group['example']['id']} --taken-at 'YYYY-MM-DD HH:MM' --dry-run"
        )


def question_lines(dumps: list[dict[str, Any]]) -> Iterator[str]:
    """List the dumps that are asked about, each with the commands that answer."""
    if not dumps:
        yield "No card is asked about."
    for dump in dumps:
        yield dump_name(dump)
        yield from (f"  {line}" for line in asked_lines(dump["id"], dump["clockQuestion"]))


def asked_lines(dump_id: str, question: dict[str, Any] | None) -> Iterator[str]:
    """Yield what is asked about the clocks of a dump, if anything, with the commands that answer."""
    if question is None:
        return
    yield f"clock: {question['sentence']}"
    offset_s = question["proposedOffsetSeconds"]
    newest = question["newest"]
    photo = newest["id"] if newest["dump"]["id"] == dump_id else "PHOTO"  # it may have come before
    how = (
        f"--photo {photo} --taken-at 'YYYY-MM-DD HH:MM'"
        if offset_s is None
        else f"--offset {offset_text(offset_s)}"
    )
    yield f"  yes: thumper clock fix --dump {dump_id} {how} --dry-run"
    yield f"  no:  thumper clock right {dump_id}"


def dump_name(dump: dict[str, Any]) -> str:
    """Name a dump by its number and folder."""
    return f"dump {dump['number']} of {dump['folder'] or dump['source']['path']}"


def minute(time: str) -> str:
    """Write a time of the API to the minute."""
    return f"{dt.datetime.fromisoformat(time):%Y-%m-%d %H:%M}"


def _where(group: dict[str, Any]) -> str:
    """Name folder, place and camera, as far as they are known."""
    dump, camera, stay = group["dump"], group["camera"], group["deployment"]
    parts = [dump_name(dump)]
    if stay is not None:
        parts.append(stay["location"]["name"])
    if camera is not None:
        parts.append(" ".join(word for word in (camera[key] for key in _CAMERA) if word))
    return " · ".join(parts)


_CAMERA: Final = ("make", "model", "serial", "name")
