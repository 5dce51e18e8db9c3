"""The conditions that stand at one moment: what keeps work waiting or slow, each once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thumper.domain.condition import ROLE_NAMES, Condition, process_name
from thumper.domain.progress import ProcessRole, SourceState
from thumper.store.status.system_status import Liveness, ProcessStatus, SourceStatus, SystemStatus

_NEEDED: Final = (ProcessRole.WATCH, ProcessRole.WORK)
"""Without one of these photos wait; that there is an API is known to the one who asks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCondition:
    """A condition that stands, in a sentence, and of what: a process that is in it, or a drop folder."""

    code: Condition
    message: str
    process: ProcessStatus | None = None
    source: SourceStatus | None = None


def standing(status: SystemStatus) -> list[StandingCondition]:
    """Return what stands: of drop folders, then of processes."""
    return [*_of_sources(status), *_missing(status), *_of_processes(status)]


def _of_sources(status: SystemStatus) -> Iterator[StandingCondition]:
    """Yield the drop folders that are offline; one that is not watched any more is missed by no one."""
    for source in status.sources:
        if source.state is SourceState.OFFLINE and source.watch_mode is not None:
            words = source.watch_note or Condition.SOURCE_OFFLINE.meaning.begins.format(
                path=source.display_path
            )
            yield StandingCondition(code=Condition.SOURCE_OFFLINE, message=words, source=source)


def _missing(status: SystemStatus) -> Iterator[StandingCondition]:
    for role in _NEEDED:
        process = status.of(role)
        if process.liveness is Liveness.NONE:
            words = Condition.NOT_RUNNING.meaning.begins.format(who=ROLE_NAMES[role])
            yield StandingCondition(code=Condition.NOT_RUNNING, message=words, process=process)


def _of_processes(status: SystemStatus) -> Iterator[StandingCondition]:
    """Yield what processes are in. A full disk is told once for a machine; a drop folder tells of itself."""
    told: set[tuple[Condition, str]] = set()
    for process in status.processes:
        code = Condition.SILENT if process.liveness is Liveness.DOWN else process.condition
        if code is None or code is Condition.SOURCE_OFFLINE:
            continue
        about = "" if code is Condition.DISK_FULL else process.role.value
        if (code, process.host + about) not in told:
            told.add((code, process.host + about))
            yield StandingCondition(code=code, message=_words(process, code), process=process)


def _words(process: ProcessStatus, code: Condition) -> str:
    who = process_name(process.role, process.host, here=socket.gethostname())
    begins = code.meaning.begins.format(who=who)
    if code is Condition.SILENT:
        return f"{begins} {process.message}".rstrip()
    return begins if code is Condition.STARTING else process.message or begins
