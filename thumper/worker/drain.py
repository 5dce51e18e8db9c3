"""Emptying the queue: the model has one batch while the next is claimed and decoded and the last is written.

The queue is read after a `kick` (arq's wake-up), and every `poll_every_s` seconds. An image
that must run alone runs with nothing else in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Final
from uuid import UUID

import structlog

from thumper.background import set_within
from thumper.domain.condition import Condition, foremost
from thumper.domain.progress import ProcessState
from thumper.domain.stage import Stage
from thumper.errors import ThumperError
from thumper.store.disk.disk_room import DiskRoom
from thumper.store.images import detectors
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.outage import Outage, says
from thumper.store.queue import crashes, leases
from thumper.store.queue.leases import Lease
from thumper.store.queue.results import Result
from thumper.store.status.processes import Beat
from thumper.worker import batch as batches
from thumper.worker.batch import Batch, WorkerContext
from thumper.worker.detector import DeviceFault, DeviceUnfit
from thumper.worker.pace import Rate, StageClock

log = structlog.get_logger(__name__)

OUTAGE_PAUSE_S: Final = 1.0
"""Pause after PostgreSQL could not be reached."""

CANCEL_S: Final = 1.0
"""How long a claim that is cancelled may take to end; it takes milliseconds unless PostgreSQL hangs."""

_OVERTAKEN: Final = Condition.DETECTOR_REPLACED.meaning.begins


class Drain:
    """The worker's loop over the queue."""

    def __init__(self, context: WorkerContext) -> None:
        """Take the context; nothing runs yet."""
        self._context = context
        self._wanted = asyncio.Event()
        self._stopping = False
        self._leases: dict[UUID, Lease] = {}
        self._unreleased: dict[UUID, Lease] = {}
        self._rate = Rate()
        self._stages = StageClock()
        self._writing: asyncio.Task[None] | None = None
        self._current = True
        self._room = DiskRoom(context.settings)
        self._hindrance = ""

    def kick(self) -> None:
        """Note that there may be work."""
        self._wanted.set()

    def stop(self) -> None:
        """Claim nothing more, and end when the batch in the model has been written."""
        self._stopping = True
        self._wanted.set()

    def is_idle(self) -> bool:
        """Return whether no photo is with the worker, and it is not to end."""
        return not self._leases and not self._stopping

    def sign(self) -> Beat:
        """Return the heartbeat: what the worker does."""
        self._room.ask()  # for the next one
        busy = bool(self._leases)
        state = ProcessState.BUSY if busy else ProcessState.IDLE
        told = {
            Condition.DISK_FULL: self._room.want,
            Condition.DECODER_FAILED: self._hindrance,
            Condition.DETECTOR_REPLACED: "" if self._current else _OVERTAKEN,
            Condition.MEMORY_SHORT: self._context.memory_note,
            Condition.GPU_UNUSABLE: self._context.note,
        }
        condition, message = foremost(told)
        return Beat(
            state=ProcessState.STOPPING if self._stopping else state,
            condition=condition,
            message=message,
            device=self._context.detector.device,
            detector_id=self._context.detector_id,
            images_per_s=self._rate.per_s(now_s=time.monotonic()) if busy else None,
            stages=self._stages.times(),
        )

    async def keep_draining(self) -> None:
        """Empty the queue after every kick and every `poll_every_s`, until stopped.

        Raises `DeviceFault` when the process has to end.
        """
        outage = Outage(pause_s=OUTAGE_PAUSE_S, tell=says("PostgreSQL is away; waiting"))
        while not self._stopping:
            self._wanted.clear()
            try:
                await self._retry_releases()
                await self._drain()
                current = await detectors.current()
                self._current = current is None or current.id == self._context.detector_id
                self._hindrance = ""
            except OUTAGES as error:
                await outage.pause(error)
                continue
            except ThumperError as error:  # no photo is to blame; the batch has been released
                self._hindrance = str(error)
                log.error("no photo can be decoded; waiting", error=self._hindrance)
                await asyncio.sleep(OUTAGE_PAUSE_S)
                continue
            await set_within(self._wanted, self._context.settings.poll_every_s)

    async def keep_leases(self) -> None:
        """Renew the leases of images in flight every `heartbeat_s`, until cancelled."""
        heartbeat_s = self._context.settings.heartbeat_s
        while True:
            await asyncio.sleep(heartbeat_s)
            # Every second in an outage: `sweeper.RENEWAL_S` counts on it.
            await Outage(pause_s=min(heartbeat_s, OUTAGE_PAUSE_S)).outlast(self._renew)

    async def _renew(self) -> None:
        if self._leases:
            await leases.renew(list(self._leases), lease_s=self._context.settings.lease_s)

    async def release_all(self) -> None:
        """Release whatever is still leased: the process is about to end."""
        for lease in [*self._leases.values(), *self._unreleased.values()]:
            await self._release(lease)

    async def _release(self, lease: Lease) -> None:
        """Release a lease; when PostgreSQL is away, as soon as it answers again."""
        self._leases.pop(lease.token, None)
        self._unreleased[lease.token] = lease
        with contextlib.suppress(*OUTAGES):
            await self._retry_releases()

    async def _retry_releases(self) -> None:
        """Release leases that an outage has kept from being released, instead of letting them run out."""
        for lease in list(self._unreleased.values()):
            await leases.release(lease)
            self._unreleased.pop(lease.token, None)

    async def _drain(self) -> None:
        await self._written()  # of the last turn, if that ended in an error
        current = await self._next(busy=False)
        while current is not None:
            following = None if current.lease.alone else asyncio.create_task(self._next(busy=True))
            try:
                await self._finish(current)
            except asyncio.CancelledError:
                await self._cancel(following, self._writing)  # their leases are released with all others
                raise
            except BaseException:
                await self._abandon(following)
                raise
            if self._stopping:
                await self._abandon(following)
                await self._written()
                return
            current = await following if following is not None else None
            if current is None:
                await self._written()
                current = await self._next(busy=False)

    async def _next(self, *, busy: bool) -> Batch | None:
        if self._stopping or await self._room.look():
            return None
        token = new_id()
        try:
            began_s = time.monotonic()
            lease = await batches.claim(self._context, busy=busy, token=token)
            took_s = time.monotonic() - began_s
        except (asyncio.CancelledError, *OUTAGES):
            # It may have been claimed all the same.
            self._unreleased[token] = Lease(token=token, claims=(), alone=False)
            raise
        if lease is None:
            return None
        self._leases[lease.token] = lease
        self._stages.add(Stage.CLAIM, len(lease.claims), took_s=took_s, now_s=time.monotonic())
        try:
            with self._stages.timing(Stage.LOAD, len(lease.claims)):
                return await batches.load(self._context, lease)
        except (ThumperError, *OUTAGES):
            # A lease that is renewed does not run out. Any other error ends the process, and so lets it: that is how
            # an image that kills every worker is found.
            await self._release(lease)
            raise

    async def _finish(self, batch: Batch) -> None:
        """Detect, and begin to write; the model gets the next batch meanwhile. One batch at most is being written."""
        try:
            found = await self._detect(batch)
        except BaseException as error:
            if not isinstance(error, asyncio.CancelledError):
                with contextlib.suppress(*OUTAGES):  # logged already, and the model's failure weighs more
                    await self._written()
            raise
        try:
            await self._written()
        except OUTAGES:
            await self._release(batch.lease)
            raise
        self._writing = asyncio.create_task(self._write(batch, found))
        if batch.lease.alone:
            await self._written()

    async def _written(self) -> None:
        """Wait for the batch that is being written; raise what that raised."""
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                await asyncio.shield(writing)
            except asyncio.CancelledError:
                self._writing = writing
                raise

    async def _detect(self, batch: Batch) -> list[Result]:
        """Run the model. The lease of a batch that is cancelled is kept, to be released at the end."""
        try:
            with self._stages.timing(Stage.DETECT, len(batch.loaded)):
                found = await batches.detect(self._context, batch)
        except Exception as error:
            await self._end_lease(batch.lease, error)
            raise
        batch.loaded.clear()  # pixels are not needed any more, and take memory
        return found

    async def _write(self, batch: Batch, found: list[Result]) -> None:
        """Write what was found. The lease of a batch that is cancelled is kept, to be released at the end."""
        try:
            with self._stages.timing(Stage.WRITE, len(batch.lease.claims)):
                ended = await batches.write(self._context, batch, found)
        except Exception as error:
            await self._end_lease(batch.lease, error)
            raise
        self._leases.pop(batch.lease.token, None)
        self._rate.add(ended, now_s=time.monotonic())

    async def _end_lease(self, lease: Lease, error: Exception) -> None:
        """End a lease because of an error: released if no image is to blame, given up if the device failed."""
        self._leases.pop(lease.token, None)
        if isinstance(error, (DeviceUnfit, *OUTAGES)):
            await self._release(lease)
        elif isinstance(error, DeviceFault):
            # The device may have failed because of an image: count it as the crash that it is.
            with contextlib.suppress(*OUTAGES):
                await crashes.give_up(lease)

    async def _cancel(self, *tasks: asyncio.Task[Any] | None) -> None:
        """Cancel what still runs, and wait a moment for it to end."""
        running = {task for task in tasks if task is not None and not task.done()}
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=CANCEL_S)

    async def _abandon(self, following: asyncio.Task[Batch | None] | None) -> None:
        """Release the prefetched batch: the present one failed, or the worker stops."""
        if following is None:
            return
        with contextlib.suppress(ThumperError, *OUTAGES):
            batch = await following
            if batch is not None:
                await self._release(batch.lease)
