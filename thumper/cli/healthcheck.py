"""`thumper healthcheck`: whether the API can do its work, for what watches over a container.

Needs no sign-in, as the address that it asks, and says the verdict alone; `thumper doctor` says what is wrong.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import httpx

from thumper.cli.which_home import settings_to_ask
from thumper.errors import ServiceDownError

WITHIN_S: Final = 8.0
"""Longest that the answer may take: less than the time-out of the image's health check, which would say nothing."""


def healthcheck() -> None:
    """Ask whether the API can do its work. Exit code 0, or 4 when it cannot."""
    url = f"{settings_to_ask().api_url}/health/ready"
    try:
        status = httpx.get(url, timeout=WITHIN_S, trust_env=False).status_code
    except httpx.HTTPError as error:
        raise ServiceDownError(
            f"Thumper does not answer at {url} ({str(error) or type(error).__name__}). Start it with `thumper up`."
        ) from error
    if status != HTTPStatus.OK:
        raise ServiceDownError(f"Thumper answers at {url}, but cannot work. `thumper doctor` says why.")
