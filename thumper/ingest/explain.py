"""Explaining how Thumper would read one file: which camera profile matches, which clock counts, what is ignored.

It calls the same functions as admission, so that the two cannot differ; it needs no database.
"""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from thumper.cameras.profile import Profile
from thumper.cameras.profile_findings import ProfileFindings
from thumper.domain.capture_time import (
    CaptureTime,
    ClockReading,
    IgnoredReading,
    TimeSource,
    choose,
    in_order_of_trust,
)
from thumper.domain.path_text import readable
from thumper.domain.reason import Reason
from thumper.domain.sidecar import is_sidecar
from thumper.domain.utc_offset import write_offset
from thumper.errors import NotFoundError, UsageError
from thumper.imaging.header import inspect_stream
from thumper.imaging.limits import Limits
from thumper.imaging.original import open_original, read_whole
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest import photo_profiles
from thumper.ingest.metadata import Metadata, read_metadata
from thumper.ingest.sidecar import joined, read_beside
from thumper.ingest.walk import modified_ns
from thumper.ingest.xmp import Xmp
from thumper.settings import Settings

WHY_POSITION: Final = "where the photo was taken"
WHY_NOT_EXIF: Final = "the position of a photo is that of its EXIF alone; programs write others"
WHY_NOT_FILE: Final = "a file's date is the day of a copy"
_SECOND_NS: Final = 1_000_000_000
WHY_CHOSEN: Final = "the most trusted clock that shows a possible time"
_SIDECAR: Final = "It is a sidecar: its date is read together with its photo. Explain the photo."
_NO_PICTURE: Final = frozenset({Reason.NOT_AN_IMAGE, Reason.UNSUPPORTED_TYPE})
WHY_NOT_NEEDED: Final = "a more trusted clock shows a possible time"


class Verdict(StrEnum):
    """Whether one clock or place is believed."""

    CHOSEN = "chosen"
    IGNORED = "ignored"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class JudgedClock:
    """One clock of the photo: what it shows, and whether it is believed, with the reason.

    `origin` is its place where one source has several, `offset` what was read of an offset from UTC beside it, and
    `unread_offset` what stands there and was not.
    """

    source: TimeSource
    shows: str
    verdict: Verdict
    why: str
    origin: str = ""
    offset: str = ""
    unread_offset: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A position that is written in or beside the photo, or the file's date, and whether it is believed."""

    source: str
    shows: str
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that is read from one file except its picture."""

    file_name: str
    metadata: Metadata
    findings: ProfileFindings
    capture: CaptureTime
    clocks: tuple[JudgedClock, ...]
    """In the order of trust."""
    places: tuple[Judged, ...]
    file_date: Judged
    """When the file was changed last: never believed."""


def explain(path: Path, settings: Settings, profiles: Sequence[Profile], *, now: dt.datetime) -> Explanation:
    """Explain one photo file; wall-clock times are read in the zone of the settings.

    Raises `NotFoundError`, `UsageError` for a folder, and `DecodeRefusal` when it is no photo or cannot be read.
    """
    name = readable(os.fsencode(path))
    if not path.exists():
        raise NotFoundError(f"There is no file {name}.")
    if path.is_dir():
        raise UsageError(f"{name} is a folder. Name one photo.")
    try:
        metadata, changed_at = _read(path, settings)
    except DecodeRefusal as refusal:
        if refusal.reason in _NO_PICTURE and is_sidecar(os.fsencode(path)):
            raise DecodeRefusal(Reason.UNSUPPORTED_TYPE, f"{name}: {_SIDECAR}") from refusal
        raise DecodeRefusal(refusal.reason, f"{name}: {refusal} {refusal.reason.advice}") from refusal
    beside = read_beside(os.fsencode(path))
    metadata = joined(metadata, beside)
    found = photo_profiles.find(profiles, metadata, file_name=readable(os.fsencode(path.name)))
    clocks = photo_profiles.clocks(metadata, found)
    capture = choose(clocks, zone=settings.zone, now=now)
    return Explanation(
        file_name=name,
        metadata=metadata,
        findings=found,
        capture=capture,
        clocks=tuple(_judged(clocks, capture)),
        places=tuple(_places(metadata, beside)),
        file_date=Judged("file", f"{changed_at:%Y-%m-%d %H:%M:%S}", Verdict.IGNORED, WHY_NOT_FILE),
    )


def _read(path: Path, settings: Settings) -> tuple[Metadata, dt.datetime]:
    """Return the metadata of a photo, and when its file was changed."""
    limits = Limits.of(settings)
    with open_original(path) as fd:
        content = read_whole(fd, limits)
        changed_at = dt.datetime.fromtimestamp(modified_ns(os.fstat(fd)) // _SECOND_NS, tz=settings.zone)
    media_type = inspect_stream(io.BytesIO(content), limits).media_type
    metadata = read_metadata(content, media_type=media_type, max_exif_bytes=settings.max_exif_bytes)
    return metadata, changed_at


def _places(metadata: Metadata, beside: Xmp) -> Iterator[Judged]:
    """Yield every position that is written, the photo's own first."""
    position = metadata.position
    if position is not None:
        shows = f"{position.latitude:.6f}, {position.longitude:.6f}"
        yield Judged("exif", shows, Verdict.CHOSEN, WHY_POSITION)
    elif metadata.gps_written:
        why = next((note for note in metadata.unreadable if "GPS" in note), "it is no position")
        yield Judged("exif", metadata.gps_written, Verdict.IGNORED, why)
    for source, shows in ((TimeSource.XMP, metadata.xmp_position), (TimeSource.SIDECAR, beside.position)):
        if shows:
            yield Judged(source.value, shows, Verdict.IGNORED, WHY_NOT_EXIF)


def _judged(clocks: Sequence[ClockReading | IgnoredReading], capture: CaptureTime) -> Iterator[JudgedClock]:
    refused = {(reading.source, reading.text): reading.why for reading in capture.ignored}
    chosen = capture.reading if capture.taken_at is not None else None
    for clock in in_order_of_trust(clocks):
        if isinstance(clock, IgnoredReading):
            yield JudgedClock(clock.source, clock.text, Verdict.IGNORED, clock.why, clock.origin)
            continue
        shows = clock.local.isoformat(sep=" ")
        verdict, why = Verdict.NOT_NEEDED, WHY_NOT_NEEDED
        if clock is chosen:
            verdict, why = Verdict.CHOSEN, WHY_CHOSEN
        elif (clock.source, shows) in refused:
            verdict, why = Verdict.IGNORED, refused[clock.source, shows]
        offset = "" if clock.utc_offset is None else write_offset(clock.utc_offset)
        yield JudgedClock(clock.source, shows, verdict, why, clock.origin, offset, clock.unread_offset)
