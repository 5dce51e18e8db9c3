"""What every act of ingestion needs at hand, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Self

from thumper.cameras.profile import Profile, packaged_profiles
from thumper.imaging.limits import Limits
from thumper.settings import Settings
from thumper.wakeup import Wakeup


class Keep(Enum):
    """Where the original of an admitted photo is from then on."""

    IN_PLACE = "in-place"
    """Where it was found: Thumper refers to it and only ever reads it."""
    COPY = "copy"
    """In the library, copied and verified by reading back."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Settings, the way to wake the worker, camera profiles, and the limits on one photo."""

    settings: Settings
    wakeup: Wakeup
    profiles: tuple[Profile, ...] = field(default_factory=packaged_profiles)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Make a desk with a wake-up connection of its own; close that with `desk.wakeup.close()`."""
        return cls(settings, Wakeup(settings.redis_url))

    @property
    def limits(self) -> Limits:
        """How large a photo may be."""
        return Limits.of(self.settings)

    @property
    def library(self) -> Path:
        """Where copies of originals are kept."""
        return self.settings.library_dir
