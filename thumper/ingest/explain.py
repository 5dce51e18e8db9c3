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
from thumper.domain.capture_time import CaptureTime, ClockReading, IgnoredReading, TimeSource, choose
from thumper.domain.path_text import readable
from thumper.errors import NotFoundError, UsageError
from thumper.imaging.header import inspect_stream
from thumper.imaging.limits import Limits
from thumper.imaging.original import open_original, read_whole
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest import photo_profiles
from thumper.ingest.metadata import Metadata, read_metadata
from thumper.settings import Settings

WHY_CHOSEN: Final = "the most trusted clock that shows a possible time"
WHY_NOT_NEEDED: Final = "a more trusted clock shows a possible time"


class ClockVerdict(StrEnum):
    """Whether one clock is believed."""

    CHOSEN = "chosen"
    IGNORED = "ignored"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class JudgedClock:
    """One clock of the photo: what it shows, and whether it is believed, with the reason."""

    source: TimeSource
    shows: str
    verdict: ClockVerdict
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
        metadata = _read(path, settings)
    except DecodeRefusal as refusal:
        raise DecodeRefusal(refusal.reason, f"{name}: {refusal} {refusal.reason.advice}") from refusal
    found = photo_profiles.find(profiles, metadata, file_name=readable(os.fsencode(path.name)))
    clocks = photo_profiles.clocks(metadata, found)
    capture = choose(clocks, zone=settings.zone, now=now)
    return Explanation(
        file_name=name,
        metadata=metadata,
        findings=found,
        capture=capture,
        clocks=tuple(_judged(clocks, capture)),
    )


def _read(path: Path, settings: Settings) -> Metadata:
    limits = Limits.of(settings)
    with open_original(path) as fd:
        content = read_whole(fd, limits)
    media_type = inspect_stream(io.BytesIO(content), limits).media_type
    return read_metadata(content, media_type=media_type, max_exif_bytes=settings.max_exif_bytes)


def _judged(clocks: Sequence[ClockReading | IgnoredReading], capture: CaptureTime) -> Iterator[JudgedClock]:
    order = list(TimeSource)
    refused = {(reading.source, reading.text): reading.why for reading in capture.ignored}
    chosen = capture.reading if capture.taken_at is not None else None
    for clock in sorted(clocks, key=lambda clock: order.index(clock.source)):
        if isinstance(clock, IgnoredReading):
            yield JudgedClock(clock.source, clock.text, ClockVerdict.IGNORED, clock.why)
            continue
        shows = clock.local.isoformat(sep=" ")
        if clock is chosen:
            yield JudgedClock(clock.source, shows, ClockVerdict.CHOSEN, WHY_CHOSEN)
        elif why := refused.get((clock.source, shows)):
            yield JudgedClock(clock.source, shows, ClockVerdict.IGNORED, why)
        else:
            yield JudgedClock(clock.source, shows, ClockVerdict.NOT_NEEDED, WHY_NOT_NEEDED)
