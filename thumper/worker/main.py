"""Starting and stopping the worker process.

Exit codes: 0 stopped, 70 the device failed and a fresh process is needed, 78 the settings or the
model file are wrong and starting again would not help.
"""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import structlog

from thumper.background import beside, stop_signals
from thumper.domain.progress import ProcessRole, ProcessState
from thumper.domain.proof import words
from thumper.imaging.limits import Limits
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings
from thumper.store import detectors, library, premises
from thumper.store.connect import open_database
from thumper.store.processes import Beat, Life, keep_beating
from thumper.store.results import Origin
from thumper.store.sweeper import keep_sweeping
from thumper.wakeup import Wakeup
from thumper.weights import Weights, resolve
from thumper.worker.batch import Bench, Capacity
from thumper.worker.detector import Detector, DeviceFault
from thumper.worker.drain import Drain
from thumper.worker.listener import listen
from thumper.worker.loader import load_detector
from thumper.worker.proof import look_at_scene, scene_hash

log = structlog.get_logger(__name__)

EX_SOFTWARE: Final = 70
"""Exit code after a device fault (sysexits.h: internal software error)."""

STOP_S: Final = 6.0
"""How long a stopping worker may take for the batch that is in the model; after 8 s the supervisor kills it."""


def main(settings: Settings, *, restarts: int = 0, last_exit: str = "") -> int:
    """Run the worker until SIGTERM or SIGINT; give the exit code.

    Raises `DetectorError` when the model cannot be used, `RefusedError` when photos are not
    visible here, and `ServiceDownError` when PostgreSQL does not answer.
    """
    life = Life(role=ProcessRole.WORK, restarts=restarts, last_exit=last_exit)
    ending = asyncio.run(_run(settings, life))
    if ending.model_is_busy:
        # Python would wait for the model's thread, for ever if it hangs.
        os._exit(ending.code)
    return ending.code


@dataclass(frozen=True, slots=True)
class Ending:
    """How the worker ended. `model_is_busy`: its thread has not come back from the model."""

    code: int
    model_is_busy: bool = False


async def _run(settings: Settings, life: Life) -> Ending:
    stop = stop_signals()
    weights = resolve(settings)
    thread = ThreadPoolExecutor(1, thread_name_prefix="model")
    # Decoding children are programs of their own: what holds CUDA is never forked.
    with DecodeSandbox(Limits.of(settings), workers=settings.decode_workers) as sandbox:
        async with open_database(settings.postgres_url, pool_size=6):
            await premises.check_originals()
            _tidy_up(settings)
            async with beside(keep_beating(life, lambda: Beat(state=ProcessState.STARTING))):
                loading = asyncio.get_running_loop().run_in_executor(
                    thread, lambda: load_detector(weights, device=settings.device)
                )
                bench = await _bench(
                    settings, weights, detector=await loading, sandbox=sandbox, thread=thread
                )
                await _prove(bench)
            ending = await _work(bench, life, stop)
    thread.shutdown(wait=False, cancel_futures=True)
    return ending


def _tidy_up(settings: Settings) -> None:
    """Remove what killed processes left half written, in a thread that nobody waits for.

    A large library takes a while to walk, and stopping in the middle of it does no harm.
    """

    def tidy() -> None:
        if removed := library.clear_leftovers(settings.library_dir):
            log.info("half-written files of killed processes removed", files=removed)

    threading.Thread(target=tidy, name="tidy", daemon=True).start()


async def _bench(
    settings: Settings,
    weights: Weights,
    *,
    detector: Detector,
    sandbox: DecodeSandbox,
    thread: ThreadPoolExecutor,
) -> Bench:
    # Current, also the packaged one: photos queued for a model that no worker holds would wait for ever.
    detector_id = await detectors.register(weights, make_current=True)
    await detectors.note_labels(detector_id, detector.labels)
    if strangers := weights.class_map.strangers(detector.labels):
        log.warning("the class map names labels that the model does not have", labels=strangers)
    log.info("detector ready", name=weights.name, device=detector.device, engine=detector.engine)
    return Bench(
        settings=settings,
        detector=detector,
        detector_id=detector_id,
        origin=Origin(device=detector.device, engine=detector.engine, class_map=weights.class_map),
        sandbox=sandbox,
        thread=thread,
        capacity=Capacity(settings.batch_images),
    )


async def _prove(bench: Bench) -> None:
    """Record what a new detector finds in the proof scene, which `thumper doctor` compares with from then on.

    A model that cannot take the scene still works; its photos say more. Raises `DeviceFault`.
    """
    row = await detectors.find(bench.detector.sha256)
    known = detectors.proof_of(row) if row is not None else None
    if known is not None and known.scene == scene_hash():
        return
    look = asyncio.get_running_loop().run_in_executor(bench.thread, look_at_scene, bench.detector)
    try:
        proof = await look
    except DeviceFault:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, the next start tries again
        log.warning(
            "the detector could not look at the proof scene", error=f"{type(error).__name__}: {error}"
        )
    else:
        await detectors.record_proof(bench.detector_id, proof)
        log.info("detector proved itself", found=[words(box) for box in proof.boxes])


async def _work(bench: Bench, life: Life, stop: asyncio.Event) -> Ending:
    """Drain the queue until `stop` or a device fault."""
    ending = Ending(0)
    drain = Drain(bench)
    wakeup = Wakeup(bench.settings.redis_url)
    draining = asyncio.create_task(drain.keep_draining())
    stopping = asyncio.create_task(stop.wait())
    works = [
        drain.keep_leases(),
        keep_beating(life, drain.sign),
        keep_sweeping(bench.settings, wakeup.wake),
    ]
    if bench.settings.redis_url is not None:
        works.append(listen(bench.settings.redis_url, drain.kick))
    async with beside(*works) as background:
        # Nothing in the background ends by itself: when one does, its error ends the process.
        await asyncio.wait({draining, stopping, *background}, return_when=asyncio.FIRST_COMPLETED)
        drain.stop()
        try:
            await asyncio.wait_for(draining, STOP_S)
        except TimeoutError:
            log.warning("the batch in the model did not end in time and is given back")
            ending = Ending(0, model_is_busy=True)
        except DeviceFault as fault:
            log.error("the device failed; a fresh process is needed", error=str(fault))
            ending = Ending(EX_SOFTWARE, model_is_busy=True)
        finally:
            stopping.cancel()
        await drain.release_all()
    await wakeup.close()
    return ending
