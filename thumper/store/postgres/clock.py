"""PostgreSQL's clock in querysets: the one by which times are written that several processes compare."""

from __future__ import annotations

from typing import Final

from tortoise.expressions import RawSQL

NOW: Final = RawSQL("now()")


def seconds_ago(seconds: float) -> RawSQL:
    """Return the time that lies these seconds back."""
    return RawSQL(f"now() - make_interval(secs => {float(seconds)})")
