"""What every ingestion needs, built once in each process."""

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
    """Settings, the connection that wakes the worker, and camera profiles."""

    settings: Settings
    wakeup: Wakeup
    profiles: tuple[Profile, ...] = field(default_factory=packaged_profiles)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return a context with a wake-up connection of its own; close that with `context.wakeup.close()`.

        Raises `SettingError` when one of the user's camera profiles cannot be used.
        """
        return cls(settings, Wakeup(settings.wakeup_url), profiles_of(settings.cameras_dir))

    @property
    def limits(self) -> Limits:
        """The limits on one photo."""
        return Limits.of(self.settings)

    @property
    def library(self) -> Path:
        """The folder that copies of originals are kept in."""
        return self.settings.library_dir
