"""Doubted clocks in SQL: the rules of `domain/clock_doubt.py`, for images by the hundred thousand.

That a photo is ahead of its arrival is recorded nowhere: it follows from its capture time, so it holds after every
repair, every undoing and every change of a zone.
"""

from __future__ import annotations

from typing import Final

from thumper.domain.clock_doubt import AHEAD, ClockDoubt

IS_AHEAD: Final = f"coalesce(image.taken_at - image.created_at > interval '{AHEAD.days} day', FALSE)"
"""Images that would have been taken after they arrived."""

DOUBT: Final = f"CASE WHEN {IS_AHEAD} THEN '{ClockDoubt.AHEAD_OF_ARRIVAL}' ELSE image.clock_doubt END"
"""Why the clock of an image is doubted, repaired or not; null when nothing is doubtful."""

SUSPECT: Final = f"(image.clock_doubt IS NOT NULL AND image.clock_fix_id IS NULL OR {IS_AHEAD})"
"""Images whose clock needs repair; the same condition as that of the index `image_clock_suspect`."""
