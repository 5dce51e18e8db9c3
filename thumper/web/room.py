"""What the HTTP side keeps at hand while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import structlog
from starlette.requests import HTTPConnection

from thumper.background import beside, spare_what_stays
from thumper.domain.access import NOBODY
from thumper.domain.progress import ProcessState
from thumper.graphql.context import Context
from thumper.graphql.loaders import Loaders
from thumper.graphql.shared.doctor_visits import DoctorVisits
from thumper.graphql.shared.events import Live, going_live
from thumper.graphql.shared.wipe_checks import WipeChecks
from thumper.housekeeping.daily import keep_keeping_house
from thumper.imaging.sandbox import DecodeSandbox
from thumper.ingest.context import IngestContext
from thumper.owner_token import owner_token_path
from thumper.settings import Settings
from thumper.store.access.credentials import Credentials
from thumper.store.access.first_owner import ensure_owner
from thumper.store.disk.disk_room import DiskQuestion
from thumper.store.disk.disk_space import OwnDisk, measure_own
from thumper.store.disk.erasure import keep_erasing
from thumper.store.postgres.connect import OUTAGES, client, open_database
from thumper.store.postgres.schema_version import read_gap
from thumper.store.status.processes import Beat, Life, keep_beating
from thumper.web import event_stream
from thumper.web.authentication import ACTOR
from thumper.web.base_path import base_url
from thumper.web.rate_limits import address_of

log = structlog.get_logger(__name__)

POOL_SIZE = 10
"""Connections to PostgreSQL; a page of images uses four at a time."""
PICTURES_AT_ONCE = 2
"""Children that render views when no number is set: they are kept, and the cores are the worker's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Opened with the server and closed with it."""

    settings: Settings
    ingest: IngestContext
    sandbox: DecodeSandbox
    live: Live
    wipes: WipeChecks
    doctor: DoctorVisits
    credentials: Credentials
    disks: DiskQuestion[list[OwnDisk]]
    """Room on the disks that Thumper fills; one that hangs is asked once."""

    def context(self, connection: HTTPConnection, request_id: str) -> Context:
        """Make the context of a request, or of one that may follow something: its loaders must keep nothing."""
        follows = connection.scope["type"] == "websocket" or event_stream.is_wanted(connection.headers)
        return Context(
            settings=self.settings,
            ingest=self.ingest,
            live=self.live,
            wipes=self.wipes,
            doctor=self.doctor,
            credentials=self.credentials,
            loaders=Loaders(cache=not follows),
            base_url=base_url(connection),
            request_id=request_id,
            actor=connection.scope["state"][ACTOR] or NOBODY,
            address=address_of(connection.scope),
        )


@contextlib.asynccontextmanager
async def open_room(settings: Settings, life: Life, credentials: Credentials) -> AsyncIterator[Room]:
    """Open everything that serving needs; raises `ServiceDownError` when PostgreSQL does not answer."""
    ingest = IngestContext.of(settings)
    async with (
        open_database(settings.postgres_url, pool_size=POOL_SIZE),
        going_live(settings.postgres_url) as live,
    ):
        await _have_owner(settings)
        sandbox = DecodeSandbox(ingest.limits, workers=settings.decode_workers or PICTURES_AT_ONCE)
        wipes, doctor = WipeChecks(), DoctorVisits(settings)
        try:
            beating = keep_beating(life, lambda: Beat(state=ProcessState.IDLE))
            async with beside(beating, keep_erasing(settings.library_dir), keep_keeping_house(settings)):
                spare_what_stays()
                disks = DiskQuestion(partial(measure_own, settings))
                yield Room(
                    settings=settings,
                    ingest=ingest,
                    sandbox=sandbox,
                    live=live,
                    wipes=wipes,
                    doctor=doctor,
                    credentials=credentials,
                    disks=disks,
                )
        finally:
            await wipes.close()
            await doctor.close()
            await asyncio.to_thread(sandbox.close)
            await ingest.wakeup.close()


async def _have_owner(settings: Settings) -> None:
    """See to it that there is an owner, and that commands can sign in; what is in the way is logged."""
    try:
        if not (await read_gap(client())).missing:
            await ensure_owner(settings.home)
    except OSError as error:
        path = owner_token_path(settings.home)
        log.warning(
            "commands cannot sign in: their token cannot be written", path=str(path), error=str(error)
        )
    except OUTAGES as error:
        log.warning("the owner could not be looked for", error=str(error) or type(error).__name__)
