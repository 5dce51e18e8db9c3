"""Work that is not done: jobs that no worker takes, leases of dead workers, files that stay unread."""

from __future__ import annotations

from typing import Final

from thumper.doctor import queries
from thumper.doctor.check_context import CheckContext
from thumper.doctor.queries import Queue
from thumper.domain.check_result import CheckResult
from thumper.domain.progress import ProcessRole
from thumper.settings import Settings
from thumper.store.status.ages import STUCK_S, UNREAD_S
from thumper.store.status.system_status import SystemStatus, read_status

_JOBS: Final = "jobs"
_FILES: Final = "files"


async def look_at_jobs(context: CheckContext) -> list[CheckResult]:
    """Return whether every job that can run has a worker for it."""
    settings = context.settings
    status = await read_status()
    working, sweeping = status.of(ProcessRole.WORK).lives, _sweeps(status)
    verdicts = []
    for queue in await queries.queues(patience_s=3 * settings.sweep_s):
        verdicts += _judge_leases(queue, sweeping=sweeping)
        verdicts += _judge_waiting(queue, working=working, settings=settings)
    forgotten = await queries.images_without_job(patience_s=STUCK_S)
    if forgotten:
        words = f"{forgotten} images wait for a detector, but no job would bring them there"
        verdicts.append(_by(_JOBS, words, alive=sweeping, settings=settings))
    if verdicts:
        return verdicts
    left = status.queued + status.images.processing
    words = f"{left} images wait, and a worker is at it." if left else "No image waits for a detector."
    return [CheckResult.ok(_JOBS, words)]


def _judge_leases(queue: Queue, *, sweeping: bool) -> list[CheckResult]:
    if not queue.expired:
        return []
    words = f"{queue.expired} images are held by leases that ran out: their worker died"
    if sweeping:
        remedy = "Restart Thumper; if this stays, report it with logs/work.log and logs/watch.log."
        return [CheckResult.fail(_JOBS, f"{words}, and nobody gave them to another one.", remedy=remedy)]
    return [
        CheckResult.warn(
            _JOBS, f"{words}, and nothing runs that would release them.", remedy="Run `thumper up`."
        )
    ]


def _judge_waiting(queue: Queue, *, working: bool, settings: Settings) -> list[CheckResult]:
    if not queue.waiting:
        return []
    words = f"{queue.waiting} images wait for {queue.detector}"
    if not working:
        return [CheckResult.warn(_JOBS, f"{words}, and no worker runs.", remedy="Run `thumper up`.")]
    waits_long = queue.oldest_s > STUCK_S
    if not queue.has_worker and waits_long:
        return [
            CheckResult.fail(
                _JOBS,
                f"{words}, a detector that no living worker has.",
                remedy="Set THUMPER_MODEL to one and the same file for every worker, and restart them.",
            )
        ]
    idle = queue.claimed_s is None or queue.claimed_s > STUCK_S
    if waits_long and idle:
        return [
            CheckResult.fail(
                _JOBS,
                f"{words}, the oldest for {queue.oldest_s / 60:.0f} minutes, and its worker takes none.",
                remedy=f"Restart the worker, and read {settings.log_dir / 'work.log'}.",
            )
        ]
    return []


async def look_at_files(context: CheckContext) -> list[CheckResult]:
    """Return whether files of the drop folder wait to be read although a watcher lives."""
    source = await queries.drop_source(bytes(context.settings.drop_dir))
    waiting = await queries.waiting_files(source) if source is not None else None
    if waiting is None:
        return [CheckResult.ok(_FILES, "Every file that was found in the drop folder is settled.")]
    words = f"{waiting.files} files of the drop folder are not settled yet"
    if not await queries.watcher_lives():
        return [CheckResult.warn(_FILES, f"{words}, and no watcher runs.", remedy="Run `thumper up`.")]
    moves = waiting.settled_s is not None and waiting.settled_s < STUCK_S
    if waiting.oldest_s <= UNREAD_S or moves:
        return [CheckResult.ok(_FILES, f"{words}; the watcher is at it.")]
    return [
        CheckResult.warn(
            _FILES,
            f"{words}, the oldest ({waiting.oldest}) for {waiting.oldest_s / 60:.0f} minutes.",
            remedy="Is it still being copied? If not, restart the watcher and read"
            f" {context.settings.log_dir / 'watch.log'}.",
        )
    ]


def _sweeps(status: SystemStatus) -> bool:
    """Whether a process lives that releases the leases of dead workers: a watcher or a worker."""
    return status.of(ProcessRole.WATCH).lives or status.of(ProcessRole.WORK).lives


def _by(check: str, words: str, *, alive: bool, settings: Settings) -> CheckResult:
    if alive:
        return CheckResult.fail(
            check, f"{words}.", remedy=f"Restart Thumper, and read the logs in {settings.log_dir}."
        )
    return CheckResult.warn(check, f"{words} until Thumper runs.", remedy="Run `thumper up`.")
