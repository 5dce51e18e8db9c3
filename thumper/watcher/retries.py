"""Retrying files on request at paths that are not watched: cards that were ingested once."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from thumper.errors import NoRoomError, ThumperError
from thumper.ingest.context import IngestContext
from thumper.ingest.readmit import readmit
from thumper.store.postgres.connect import OUTAGES

log = structlog.get_logger(__name__)

ASK_S: Final = 3.0
"""Time between two queries for requests; an index makes them cheap."""
_PAUSE_S: Final = 60.0
"""Pause after a failed try, such as when a copy cannot be written."""


async def keep_readmitting(context: IngestContext) -> None:
    """Retry what is requested, until cancelled."""
    while True:
        pause_s = ASK_S
        try:
            await readmit(context)
        except OUTAGES:  # the watch itself reports it, and the next look comes at its time
            pass
        except NoRoomError:  # likewise
            pass
        except ThumperError as error:
            log.warning("cannot retry", error=str(error))
            pause_s = _PAUSE_S
        except Exception:
            log.exception("cannot retry")
            pause_s = _PAUSE_S
        await asyncio.sleep(pause_s)
