"""Looking whether cameras still show the scene that they showed, while nothing waits for the model.

Thumbnails are looked at, in the order in which they were taken: some 5 ms of a core a photo, at the worker's niceness.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import structlog

from thumper.background import in_daemon_thread
from thumper.domain.scene_change import SceneMemory, take
from thumper.imaging.scene import SAME, SHAPE, likeness, scene_of
from thumper.store.disk.library import thumbnail_path
from thumper.store.places import scenes
from thumper.store.places.scenes import Change, Photo, Seen, Unseen

log = structlog.get_logger(__name__)

EVERY_S: Final = 10.0
"""How often photos are looked for that are new."""
AT_ONCE: Final = 50
"""Photos between two looks at whether the worker is still idle: half a second."""
_SCENE_BYTES: Final = int(np.prod(SHAPE))


async def keep_comparing(library: Path, *, is_idle: Callable[[], bool], every_s: float = EVERY_S) -> None:
    """Look at new photos whenever the worker is idle, until cancelled; what fails is tried again at the next turn."""
    while True:
        await asyncio.sleep(every_s)
        try:
            while is_idle() and await compare_next(library):
                pass
        except Exception as error:  # noqa: BLE001  # nothing here is worth to end the worker
            log.warning("scenes could not be compared", error=str(error) or type(error).__name__)


async def compare_next(library: Path) -> bool:
    """Look at the next photos of one camera; return whether there were any.

    Raises `OSError` while the library cannot be read, and `OUTAGES`.
    """
    unseen = await scenes.unseen(AT_ONCE, scene_bytes=_SCENE_BYTES)
    if unseen is None:
        return False
    memory, changes = await in_daemon_thread(functools.partial(_compared, library, unseen))
    if await scenes.remember(unseen, memory, changes):
        for change in changes:
            log.info("a camera shows another scene", image_id=str(change.image_id))
    return True


def _compared(library: Path, unseen: Unseen) -> tuple[SceneMemory[Seen], list[Change]]:
    """Return what is remembered after some photos, and the changes among them."""
    memory, changes = unseen.memory, []
    for photo in unseen.photos:
        seen = _look(library, photo)
        if seen is None:
            continue
        before = memory
        memory, first = take(before, seen, same=count_same)
        if first is not None:
            changes.append(Change(image_id=first.image_id, before_image_id=before.known[-1].image_id))
    return memory, changes


def _look(library: Path, photo: Photo) -> Seen | None:
    """Return what a photo shows; None where its thumbnail is missing or no picture. Raises `OSError`."""
    try:
        thumbnail = thumbnail_path(library, photo.sha256).read_bytes()
    except FileNotFoundError:
        if not (library / "thumbs").is_dir():  # the whole disk is away
            raise
        return None
    try:
        return Seen(photo.image_id, scene_of(thumbnail).tobytes())
    except OSError:
        return None


def count_same(seen: Seen, others: Sequence[Seen]) -> int:
    """Return how many of others show the scene of one."""
    if not others:
        return 0
    many = np.frombuffer(b"".join(each.scene for each in others), np.int8).reshape(-1, *SHAPE)
    return int((likeness(np.frombuffer(seen.scene, np.int8).reshape(SHAPE), many) >= SAME).sum())
