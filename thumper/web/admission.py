"""All that limits how much is asked of a process at a time: live connections, requests, and those of one client."""

from __future__ import annotations

from dataclasses import dataclass

from thumper.web.live_sockets import LiveSockets
from thumper.web.rate_limits import RateLimits
from thumper.web.request_places import RequestPlaces


@dataclass(frozen=True, slots=True)
class Admission:
    """The limits of one process."""

    sockets: LiveSockets
    places: RequestPlaces
    limits: RateLimits
