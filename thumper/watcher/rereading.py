"""Reading touched files again when no new one waits, so that a thousand changed rights hold up no photo."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from uuid import UUID

from thumper.domain.file import Found, StableFile
from thumper.ingest.admit import CHUNK_FILES, chunks
from thumper.ingest.context import IngestContext
from thumper.ingest.reread import Compared, reread
from thumper.store.files import registration
from thumper.watcher.disk import Disk
from thumper.watcher.tracker import Tracker


async def look_up_touched(source_id: UUID, files: list[Found], tracker: Tracker) -> None:
    """Remember touched files with their rows: they are read again when they have been steady."""
    rows = await registration.live_rows(source_id, [file.path for file in files])
    tracker.remember_touched(rows, {file.path: file for file in files}, now_s=time.monotonic())


class Rereading:
    """The touched files of one source."""

    def __init__(self, context: IngestContext, tracker: Tracker, disk: Disk) -> None:
        self._context = context
        self._tracker = tracker
        self._disk = disk

    async def some(self, source_id: UUID, *, root: bytes, probe: Callable[[bytes], object]) -> bool:
        """Read one chunk again, unless new files wait; return whether any held other bytes, and is registered."""
        tracker = self._tracker
        if tracker.ready or not tracker.rereads:
            return False
        first = list(itertools.islice(tracker.rereads, CHUNK_FILES))
        chunk = chunks([tracker.stable_file(path, root=root) for path in first])[0]
        with self._disk.asked(lambda: [probe(file.name) for file in chunk]):
            compared = await reread(self._context, chunk)
        others = []
        for file, found in zip(chunk, compared, strict=True):
            if found is Compared.OTHER:
                others.append(file)
            else:
                tracker.settle(file)
        await self._register(source_id, others)
        return bool(others)

    async def _register(self, source_id: UUID, others: list[StableFile]) -> None:
        tracker = self._tracker
        looks = {file.name: tracker.pending[file.name].steadiness.look for file in others}
        for path in looks:
            tracker.forget(path)
        rows = await registration.register_others(source_id, list(looks.values())) if looks else []
        tracker.remember(rows, looks, now_s=time.monotonic())
