"""`thumper cameras`: which camera profiles there are, and what they make of one photo. Needs no server."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from thumper.cli.path_argument import named_path
from thumper.cli.which_home import settings_to_examine
from thumper.domain.capture_time import TimeSource
from thumper.domain.measurement import TEXTS, Reading
from thumper.settings import Settings

if TYPE_CHECKING:
    from thumper.ingest.explain import Explanation, Judged, JudgedClock

cameras = typer.Typer(
    name="cameras", help="Camera profiles, and what they make of a photo.", no_args_is_help=True
)

_UNITS: Final = {"temperature": "°C", "battery_percent": "%", "battery_voltage": "V"}

_NO_PROFILE: Final = "no camera profile fits; the generic rules apply"


@cameras.command("list")
def list_profiles(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Show the profiles in the order in which they are asked, your own first, and where each is known from."""
    from thumper.cameras.profile_files import own_profiles, profiles_of

    settings = settings_to_examine()
    files = {profile.name: str(path) for path, profile in own_profiles(settings.cameras_dir)}
    rows = [
        {"name": profile.name, "file": files.get(profile.name), "source": profile.source}
        for profile in profiles_of(settings.cameras_dir)
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['name']} ({row['file'] or 'comes with Thumper'})\n  {row['source']}")
    typer.echo(f"Your own profiles go into {settings.cameras_dir}.")


@cameras.command("explain")
def explain_file(
    file: Annotated[Path, typer.Argument(parser=named_path, metavar="FILE", help="A photo, wherever it is.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show which profile fits FILE and why, which time is chosen and why, what is measured and ignored."""
    from thumper.cameras.profile_files import profiles_of
    from thumper.ingest.explain import explain

    settings = settings_to_examine()
    told = explain(file, settings, profiles_of(settings.cameras_dir), now=dt.datetime.now(dt.UTC))
    if as_json:
        typer.echo(json.dumps(_as_json(told, settings), ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(told, settings)))


def _as_json(told: Explanation, settings: Settings) -> dict[str, Any]:
    found, capture = told.findings, told.capture
    return {
        "file": told.file_name,
        "profiles": [{"name": known.profile, "why": list(known.reasons)} for known in found.recognitions],
        "nameStyles": [{"profile": style.profile, "example": style.example} for style in found.name_styles],
        "camera": {
            "make": found.make,
            "model": told.metadata.model,
            "serial": found.serial,
            "name": found.camera_name,
        },
        "takenAt": capture.taken_at.isoformat() if capture.taken_at else None,
        "cameraClock": _camera_clock(told),
        "timeSource": capture.source.name,
        "timeZone": settings.time_zone,
        "dstEdge": capture.dst_edge.name if capture.dst_edge else None,
        "clocks": [
            {
                "source": clock.source.name,
                "origin": clock.origin or None,
                "shows": clock.shows,
                "utcOffset": clock.offset or None,
                "unreadOffset": clock.unread_offset or None,
                "verdict": clock.verdict.name,
                "why": clock.why,
            }
            for clock in told.clocks
        ],
        "fileDate": _judged(told.file_date),
        "positions": [_judged(place) for place in told.places],
        "measured": {
            quantity.value: {"value": reading.value, "from": reading.origin}
            for quantity, reading in found.believed.items()
        },
        "suggestedLocation": found.location,
        "ignored": _ignored(told),
    }


def _camera_clock(told: Explanation) -> str | None:
    """Return what the camera's own clock showed, which that of satellites is not."""
    reading = told.capture.reading
    return None if reading is None or reading.source is TimeSource.GPS else reading.local.isoformat()


def _judged(seen: Judged) -> dict[str, str]:
    return {
        "source": seen.source.upper(),
        "shows": seen.shows,
        "verdict": seen.verdict.name,
        "why": seen.why,
    }


def _lines(told: Explanation, settings: Settings) -> Iterator[str]:
    found = told.findings
    yield told.file_name
    camera = [found.make, told.metadata.model, found.serial and f"serial {found.serial}"]
    named = [f'called "{found.camera_name}"'] if found.camera_name else []
    yield f"  camera    {', '.join([*filter(None, camera), *named]) or 'the photo does not say'}"
    for known in found.recognitions:
        yield f"  profile   {known.profile}: {', '.join(known.reasons)}"
    if not found.recognitions:
        yield f"  profile   {_NO_PROFILE}"
    for style in found.name_styles:
        yield f"  name      read as {style.example} is ({style.profile})"
    yield f"  taken     {_taken(told, settings)}"
    yield from (f"  clock     {_clock(clock)}" for clock in told.clocks)
    for label, seen in (("clock", told.file_date), *(("position", place) for place in told.places)):
        yield f"  {label:9} {seen.source}: {seen.shows} ({seen.verdict.value}: {seen.why})"
    for quantity, reading in found.believed.items():
        if quantity not in TEXTS:
            yield f"  measured  {quantity.value.replace('_', ' ')} {_value(reading)} ({reading.origin})"
    if found.location:
        yield f'  place     "{found.location}", if there is a location of that name and the folder names none'
    yield from (f"  ignored   {note}" for note in _ignored(told))


def _taken(told: Explanation, settings: Settings) -> str:
    capture = told.capture
    if capture.taken_at is None or capture.reading is None:
        return "not known: no clock in the file or its name is believed"
    if capture.reading.utc_offset is None:
        zone = f"in {settings.time_zone} (THUMPER_TIME_ZONE, unless its location has a zone of its own)"
    elif capture.source is TimeSource.GPS:
        zone = "since the satellites' time is UTC"
    else:
        zone = "by the offset written beside it"
    edge = f"; this hour is {capture.dst_edge.value} there" if capture.dst_edge else ""
    shown = capture.reading.local.isoformat(sep=" ")
    return f"{shown} by {capture.source.value} = {capture.taken_at.isoformat()} {zone}{edge}"


def _clock(clock: JudgedClock) -> str:
    source = f"{clock.source.value} ({clock.origin})" if clock.origin else clock.source.value
    offset = f" {clock.offset}" if clock.offset else ""
    if clock.source is TimeSource.GPS and offset:
        offset = " UTC"
    unread = f' "{clock.unread_offset}"' if clock.unread_offset else ""
    return f"{source}: {clock.shows}{offset}{unread} ({clock.verdict.value.replace('_', ' ')}: {clock.why})"


def _value(reading: Reading) -> str:
    unit = _UNITS.get(reading.quantity.value)
    return f"{reading.value!s} {unit}" if unit else str(reading.value)


def _ignored(told: Explanation) -> list[str]:
    return [*told.metadata.unreadable, *told.findings.notes]
