"""One line of an answer about health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

PATIENCE_S: Final = 3.0
"""How long a look may take."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What was looked at and how it stands: degraded costs speed, failed costs answers, or photos wait for ever."""

    name: str
    state: Literal["ok", "degraded", "failed"]
    message: str = ""
    remedy: str = ""
    """What to do, in a sentence; each that failed has one."""
