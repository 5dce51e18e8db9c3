"""What every act of ingestion needs at hand, put together once a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from thumper.cameras.profile import Profile
from thumper.cameras.profile_files import packaged_profiles, profiles_of
from thumper.imaging.limits import Limits
from thumper.settings import Settings
from thumper.wakeup import Wakeup


@dataclass(frozen=True, slots=True)
class IngestContext:
    """Settings, the way to wake the worker, camera profiles, and the limits on one photo."""

    settings: Settings
    wakeup: Wakeup
    profiles: tuple[Profile, ...] = field(default_factory=packaged_profiles)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Make a context with a wake-up connection of its own; close that with `context.wakeup.close()`.

        Raises `SettingError` when a camera profile of the user's cannot be used.
        """
        return cls(settings, Wakeup(settings.redis_url), profiles_of(settings.cameras_dir))

    @property
    def limits(self) -> Limits:
        """How large a photo may be."""
        return Limits.of(self.settings)

    @property
    def library(self) -> Path:
        """Where copies of originals are kept."""
        return self.settings.library_dir
