"""Housekeeping that goes on by itself in a running API: once a day, and a while after the start."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from thumper.errors import BusyError
from thumper.housekeeping.round import keep_house
from thumper.settings import Settings
from thumper.store.postgres.connect import OUTAGES

log = structlog.get_logger(__name__)

FIRST_AFTER_S: Final = 900.0
"""Time from the start to the first round: a start has better things to do, and a machine that is on for an hour a day
needs its round, too."""
EVERY_S: Final = 86_400.0
"""Time between two rounds."""
MOST_PROBLEMS: Final = 10
"""Problems logged of one round; `thumper housekeeping --dry-run` names all."""


async def keep_keeping_house(settings: Settings, *, first_after_s: float = FIRST_AFTER_S) -> None:
    """Keep house once a day until cancelled."""
    await asyncio.sleep(first_after_s)
    while True:
        try:
            tally = await keep_house(settings)
        except BusyError:
            log.debug("another process keeps house")
        except OUTAGES as error:
            log.info("cannot keep house now, PostgreSQL is away", error=str(error) or type(error).__name__)
        except Exception:
            log.exception("housekeeping failed; the next round is tomorrow")
        else:
            removed = {kind.value: amount.items for kind, amount in tally.amounts.items() if amount.items}
            log.info("housekeeping is done", freed_bytes=tally.freed_bytes, **removed)
            for problem in tally.problems[:MOST_PROBLEMS]:
                log.warning("housekeeping could not remove something", problem=problem)
        await asyncio.sleep(EVERY_S)
