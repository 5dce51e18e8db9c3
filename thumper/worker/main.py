"""Starting and stopping the worker process.

Exit codes: 0 stopped, 70 the device failed and a fresh process is needed, 78 the settings or the
model file are wrong and starting again would not help. A worker that ends with 70 has reported why with
its last sign of life, and the supervisor waits longer each time. See `docs/decisions/013`.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import structlog

from thumper.background import beside, spare_what_stays, stop_signals, unless_told
from thumper.domain.agreement import Agreement
from thumper.domain.condition import MORE_MEMORY, Condition
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.errors import PrecisionError
from thumper.imaging.limits import Limits
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings
from thumper.store.disk import library, library_claim
from thumper.store.postgres.connect import open_database
from thumper.store.postgres.outage import WAIT_S, wait_for_database
from thumper.store.queue.sweeper import keep_sweeping
from thumper.store.status.processes import Beat, Life, keep_beating
from thumper.wakeup import Wakeup
from thumper.weights import resolve
from thumper.worker.batch import WorkerContext
from thumper.worker.comparison import BOXES, Comparison
from thumper.worker.detector import DeviceFault
from thumper.worker.drain import Drain
from thumper.worker.libraries import require_libraries
from thumper.worker.listener import listen
from thumper.worker.memory import keep_freed_memory, kept_bytes, return_freed_memory
from thumper.worker.memory_limit import memory_limit_bytes
from thumper.worker.scenes import keep_comparing
from thumper.worker.start import (
    NO_DEVICE,
    START_LIMIT_S,
    Workplace,
    in_short,
    make_known,
    prove,
    take_less,
    through_outages,
)
from thumper.worker.watchdog import keep_watch

log = structlog.get_logger(__name__)

EX_SOFTWARE: Final = 70
"""Exit code after a device fault (sysexits.h: internal software error)."""

SILENCE_S: Final = 30.0
"""How long the event loop may stand still before the process is ended, or as long as a lease if that is longer."""

MODEL_WAIT_S: Final = 1.0
"""How long the model is waited for when the worker has failed."""

POLITENESS: Final = 5
"""Niceness of the model's threads and the decoders, so that the API and the watcher run first."""

STOP_S: Final = 6.0
"""How long a stopping worker may take for the batch that is in the model; after 8 s the supervisor kills it."""


def main(settings: Settings, *, restarts: int = 0, last_exit: str = "", memory_kills: int = 0) -> int:
    """Run the worker until SIGTERM or SIGINT; return the exit code.

    After `memory_kills` deaths in a row for lack of memory it takes fewer photos at a time.

    Raises `NotInstalledError` when a library is missing, `DetectorError` when the model cannot be used,
    `RefusedError` when photos are not visible here, and `ServiceDownError` when PostgreSQL does not answer.
    """
    life = Life(role=ProcessRole.WORK, restarts=restarts, last_exit=last_exit, memory_kills=memory_kills)
    keep_freed_memory(memory_limit_bytes())
    os.nice(POLITENESS)
    return asyncio.run(_live(settings, life))


async def _live(settings: Settings, life: Life) -> int:
    """Run the worker; end the process at once if the model still runs."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="model")
    try:
        ending = await _run(settings, life, thread=thread)
    except Exception:
        if await _is_busy(thread):
            log.exception("the worker failed while the model was busy")
            os._exit(1)  # a plain exit waits for the model's thread, perhaps for ever
        raise
    if ending.model_is_busy:
        os._exit(ending.code)
    return ending.code


async def _is_busy(thread: ThreadPoolExecutor) -> bool:
    """Return whether a thread is busy for longer than `MODEL_WAIT_S`."""
    turn = asyncio.wrap_future(thread.submit(int))
    answered, _ = await asyncio.wait({turn}, timeout=MODEL_WAIT_S)
    return not answered


@dataclass(frozen=True, slots=True)
class Ending:
    """How the worker ended. `model_is_busy`: its thread has not come back from the model."""

    code: int
    model_is_busy: bool = False


class StatusReport:
    """What the worker reports with each heartbeat; at the end why it cannot go on."""

    def __init__(self, memory_kills: int = 0) -> None:
        """Begin by reporting that the worker starts, and what helps if the ones before it had no memory."""
        # Where memory does not even suffice for the model, no later report is ever made.
        self._remedy = (
            f" The one before it ended because memory ran out. {MORE_MEMORY}" if memory_kills else ""
        )
        self._prepare(Condition.PREPARING_DETECTOR, "The detector is being loaded.")

    def announce_export(self) -> None:
        """Report why the first start takes longer."""
        log.info("the detector is prepared for this machine, once")
        words = "The detector is prepared for this machine; that happens once."
        self._prepare(Condition.PREPARING_DETECTOR, words)

    def announce_comparison(self, agreement: Agreement) -> None:
        """Report how far the comparison with the reference is."""
        words = f"The detector is compared with fp32: {agreement.reference_boxes} of {BOXES} boxes."
        self._prepare(Condition.COMPARING_DETECTOR, words)

    def _prepare(self, condition: Condition, words: str) -> None:
        told = Beat(state=ProcessState.STARTING, condition=condition, message=words + self._remedy)
        self.source: Callable[[], Beat] = lambda: told

    def current(self) -> Beat:
        """Return the present report."""
        return self.source()

    def report_fault(self, fault: Exception) -> Ending:
        """Report from now on that the device is to blame; return how the process ends."""
        why = in_short(fault)
        log.error("the detector cannot work; a fresh process is needed", error=why)
        last = Beat(
            state=ProcessState.STOPPING,
            condition=Condition.DETECTOR_FAILED,
            message=f"The detector cannot work: {why}. A fresh process tries again, within a minute or so.",
            lasting=True,
        )
        self.source = lambda: last
        return Ending(EX_SOFTWARE, model_is_busy=True)


async def _run(settings: Settings, life: Life, *, thread: ThreadPoolExecutor) -> Ending:
    stop = stop_signals()
    weights = resolve(settings)
    require_libraries(settings, weights)
    await unless_told(stop, wait_for_database(settings.postgres_url, timeout_s=WAIT_S))
    if stop.is_set():
        return Ending(0)
    # Decoding children are programs of their own: what holds CUDA is never forked.
    with DecodeSandbox(
        Limits.of(settings),
        workers=settings.decode_workers,
        kept_bytes=kept_bytes(memory_limit_bytes()),
    ) as sandbox:
        async with open_database(settings.postgres_url, pool_size=6):
            await library_claim.check_originals()
            _tidy_up(settings)
            ending = await _start_and_work(Workplace(settings, weights, sandbox, thread), life, stop=stop)
    thread.shutdown(wait=False, cancel_futures=True)
    return ending


async def _start_and_work(place: Workplace, life: Life, *, stop: asyncio.Event) -> Ending:
    """Make the model ready, then drain the queue until `stop` or a device fault."""
    report, context, ending = StatusReport(life.memory_kills), None, Ending(0)
    # One life from the first look of the model to the last photo: between two it would be gone for a moment.
    async with beside(keep_beating(life, report.current)) as (beating,):
        try:
            async with beside(keep_watch(START_LIMIT_S)):
                proved = await unless_told(stop, prove(place, on_export=report.announce_export))
                if proved is None:
                    return Ending(0, model_is_busy=True)
                comparison = Comparison(
                    detector=proved.detector,
                    weights=place.weights,
                    settings=place.settings,
                    sandbox=place.sandbox,
                    thread=place.thread,
                    tell=report.announce_comparison,
                )
                await unless_told(stop, through_outages(comparison.admit))
                if not stop.is_set():
                    context = await unless_told(stop, make_known(proved, place))
        except (*NO_DEVICE, PrecisionError) as fault:
            ending = report.report_fault(fault)
        if context is not None:
            context = take_less(context, life.memory_kills)
            return_freed_memory()
            ending = await _work(context, report, stop=stop, beating=beating)
    return ending


def _tidy_up(settings: Settings) -> None:
    """Remove what killed processes left half written, in a daemon thread."""

    def tidy() -> None:
        if removed := library.clear_leftovers(settings.library_dir):
            log.info("half-written files of killed processes removed", files=removed)

    # A large library takes a while to walk, and stopping in the middle of it does no harm.
    threading.Thread(target=tidy, name="tidy", daemon=True).start()


async def _work(
    context: WorkerContext, report: StatusReport, *, stop: asyncio.Event, beating: asyncio.Task[None]
) -> Ending:
    """Drain the queue until `stop` or a device fault, or until `beating` ends."""
    ending = Ending(0)
    spare_what_stays()
    drain = Drain(context)
    report.source = drain.sign
    redis_url = context.settings.wakeup_url
    wakeup = Wakeup(redis_url)
    draining = asyncio.create_task(drain.keep_draining())
    stopping = asyncio.create_task(stop.wait())
    works = [
        drain.keep_leases(),
        keep_watch(max(SILENCE_S, context.settings.lease_s)),
        keep_sweeping(context.settings, wakeup.wake),
        keep_comparing(context.settings.library_dir, is_idle=drain.is_idle),
    ]
    if redis_url is not None:
        works.append(listen(redis_url, drain.kick))
    else:
        log.info("there is no Redis: looking for new photos by itself", every_s=context.settings.poll_every_s)
    async with beside(*works) as background:
        # Nothing in the background ends by itself: when one does, its error ends the process.
        await asyncio.wait({draining, stopping, beating, *background}, return_when=asyncio.FIRST_COMPLETED)
        drain.stop()
        try:
            await asyncio.wait_for(draining, STOP_S)
        except TimeoutError:
            log.warning("the batch in the model did not end in time and is released")
            ending = Ending(0, model_is_busy=True)
        except DeviceFault as fault:
            ending = report.report_fault(fault)
        finally:
            stopping.cancel()
        await drain.release_all()
    await wakeup.close()
    return ending
