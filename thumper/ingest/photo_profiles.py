"""What EXIF and the camera profiles together yield for a photo: the same for rows and for `cameras explain`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from thumper.cameras.profile import Device, Profile
from thumper.cameras.profile_findings import ProfileFindings, examine
from thumper.domain.capture_time import ClockReading, IgnoredReading, TimeSource
from thumper.ingest.metadata import Metadata

WHY_NO_SHUTTER: Final = (
    "programs overwrite DateTime, and no camera profile says that it is still the shutter's"
)


def find(profiles: Sequence[Profile], metadata: Metadata, *, file_name: str) -> ProfileFindings:
    """Return what the camera profiles find in the metadata of a photo. `file_name` has no folders."""
    device = Device(
        file_name=file_name,
        make=metadata.make,
        model=metadata.model,
        serial=metadata.serial,
        software=metadata.software,
        comment=metadata.user_comment,
        file_comment=metadata.file_comment,
        maker_note=metadata.maker_note,
    )
    return examine(profiles, device)


def clocks(metadata: Metadata, findings: ProfileFindings) -> list[ClockReading | IgnoredReading]:
    """Return every clock of a photo; EXIF DateTime counts only where a profile says that it is the shutter's."""
    return [*(_judged(clock, findings) for clock in metadata.clocks), *findings.clocks]


def _judged(clock: ClockReading | IgnoredReading, findings: ProfileFindings) -> ClockReading | IgnoredReading:
    if isinstance(clock, IgnoredReading) or clock.source is not TimeSource.EXIF_MODIFIED:
        return clock
    if findings.datetime_is_shutter:
        return clock
    return IgnoredReading(source=clock.source, text=clock.local.isoformat(sep=" "), why=WHY_NO_SHUTTER)
