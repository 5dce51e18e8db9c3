"""What follows of a change of places, in lines. Reads answers of the public API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final
from zoneinfo import ZoneInfo

from thumper.cli.counted import counted

_NO_PLACE: Final = "no place"

_CHANGES: Final = (
    ("gained", "get a capture time"),
    ("lost", "lose theirs"),
    ("ambiguous", "then lie in the hour that comes twice; the first is taken"),
    ("missing", "then lie in the hour that daylight-saving time leaves out"),
)

_STAYS: Final = {
    "BEGINS": "begins a stay at {after}",
    "MOVES": "its stay moves from {before} to {after}",
    "ENDS": "its stay at {after} ends",
    "REACHES": "its stay at {after} reaches further, or less far",
    "VANISHES": "has no stay at {before} any more",
}

_CAMERA: Final = ("make", "model", "serial", "name")


def effect_lines(effect: dict[str, Any], *, then: str, zone: ZoneInfo) -> Iterator[str]:
    """Yield what a change of places would do, or did (`then`); times in the zone where most photos go, else `zone`."""
    would = then == "would"
    for move in effect["moves"]:
        origin = move["origin"]["name"] if move["origin"] else _NO_PLACE
        verb = "would move" if would else "moved"
        photos = counted(move["images"], "photo", "photos")
        yield f"{photos} {verb} from {origin} to {move['destinationName'] or _NO_PLACE}"
        if move["timeZoneBefore"] != move["timeZoneAfter"]:
            yield f"  time zone {move['timeZoneBefore']} -> {move['timeZoneAfter']}"
    if not effect["moves"]:
        yield "No photo moves. Those of a dump are the ones that it was the first to deliver."
    if effect["alreadyThereCount"]:
        yield f"{counted(effect['alreadyThereCount'], 'photo', 'photos')} there already"
    if effect["dumps"]:
        yield f"  what is still to come of {counted(effect['dumps'], 'dump', 'dumps')} follows"
    if effect["moves"]:
        zone = ZoneInfo(effect["moves"][0]["timeZoneAfter"])
        yield from _clock_lines(effect["clock"], would=would, zone=zone)
    yield from _stay_lines(effect)


def _clock_lines(clock: dict[str, Any], *, would: bool, zone: ZoneInfo) -> Iterator[str]:
    """Yield how many capture times change, from when to when, with examples."""
    if not clock["changed"]:
        yield "  no capture time changes" if would else "  no capture time changed"
        return
    yield f"  the time of {clock['changed']} {'would change' if would else 'changed'}"
    for name, meaning in _CHANGES:
        if clock[name]:
            yield f"  {clock[name]} {meaning}"
    for when in ("before", "after"):
        first, last = (clock[f"{end}{when.title()}"] for end in ("first", "last"))
        if first is not None:
            yield f"  {when:<7} {_local(first, zone)} to {_local(last, zone)}"
    for example in clock["examples"]:
        showed = example["cameraClock"].replace("T", " ")
        after = example["takenAtAfter"]
        taken = "no capture time" if after is None else _local(after, zone)
        yield f"  {example['image']['fileName']}: clock {showed} -> {taken}"


def _stay_lines(effect: dict[str, Any]) -> Iterator[str]:
    """Yield what becomes of deployments, by camera."""
    place = next((move["destinationName"] for move in effect["moves"]), None) or _NO_PLACE
    for stay in effect["deployments"]:
        camera = " ".join(stay["camera"][word] for word in _CAMERA if stay["camera"][word])
        before, after = stay["locationBefore"], stay["locationAfter"]
        said = _STAYS[stay["kind"]].format(
            before=before["name"] if before else _NO_PLACE, after=after["name"] if after else place
        )
        yield f"  {camera}: {said}"
    if effect["deploymentCount"] > len(effect["deployments"]):
        yield f"  and {effect['deploymentCount'] - len(effect['deployments'])} more stays of cameras"


def _local(instant: str, zone: ZoneInfo) -> str:
    return f"{dt.datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
