"""How much of the ranch a guest sees: places roughly, and photos late."""

from __future__ import annotations

import datetime as dt
from typing import Final

DELAY: Final = dt.timedelta(hours=48)
"""A photo is shown to guests once this long has passed since it was taken and since it arrived, whichever is later."""

DEGREES: Final = 0.1
"""To which part of a degree guests see coordinates: about 11 km."""
