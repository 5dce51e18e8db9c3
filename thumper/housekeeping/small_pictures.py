"""Removing views that are not looked at, and small pictures that no image has.

A view goes only after its original was read and has the bytes that were taken in, so it can be made again. Thumbnails
of images stay for ever: they are small, lists show hundreds at once, and one may be the last picture of a photo
whose original is gone. What no image has is set aside first, and put back when an image has it again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeVar

from thumper.background import in_daemon_thread
from thumper.domain.housekeeping import Amount, Stray, ViewLimits
from thumper.housekeeping import originals
from thumper.housekeeping.tally import Kind, Tally
from thumper.store.disk import small_pictures
from thumper.store.disk.small_pictures import THUMBNAILS, VIEWS, SmallPicture
from thumper.store.postgres.connect import client

AT_ONCE: Final = 500
"""Pictures looked up in one statement."""
ORIGINALS_AT_ONCE: Final = 20
"""Originals read between two rests: a second on a slow disk."""
REST_SHARE: Final = 1.0
"""Rest after reading originals, as a share of the time it took: photos that arrive need the disk, too."""

_KNOWN: Final = """
SELECT sha256 FROM image WHERE sha256 = ANY($1::bytea[])
UNION SELECT sha256 FROM deletion WHERE sha256 = ANY($1::bytea[]) AND erased_at IS NULL
"""
"""What has not been erased yet after a deletion is left to `store.disk.erasure`."""

_KINDS: Final = {
    Stray.SET_ASIDE: Kind.ORPHANS_SET_ASIDE,
    Stray.PUT_BACK: Kind.ORPHANS_PUT_BACK,
    Stray.REMOVED: Kind.ORPHANS_REMOVED,
}

T = TypeVar("T")


@dataclass(slots=True)
class _Folder:
    """The library, its limits, and how much room views and what lies aside take as yet."""

    path: Path
    limits: ViewLimits
    tally: Tally
    dry_run: bool
    total_bytes: int = 0


async def tidy(library: Path, limits: ViewLimits, tally: Tally, *, dry_run: bool) -> None:
    """Remove what is due and count it in the tally; with `dry_run` only count."""
    folder = _Folder(library, limits, tally, dry_run)
    views = await in_daemon_thread(lambda: list(small_pictures.pictures(library, VIEWS)))
    aside = await in_daemon_thread(
        lambda: [
            picture
            for kind in (THUMBNAILS, VIEWS)
            for picture in small_pictures.pictures(library, kind, aside=True)
        ]
    )
    folder.total_bytes = sum(picture.size_bytes for picture in (*views, *aside))
    oldest_first = sorted(aside, key=lambda picture: picture.used_ns)
    thumbnails = small_pictures.pictures(library, THUMBNAILS)
    await _judge_strays(chain(oldest_first, views, thumbnails), folder)
    await _remove_views(sorted(views, key=lambda view: view.used_ns), folder)


async def _judge_strays(pictures: Iterable[SmallPicture], folder: _Folder) -> None:
    walk = iter(pictures)
    while chunk := await in_daemon_thread(lambda: _take(walk, AT_ONCE)):
        rows = await client().execute_query_dict(_KNOWN, [[picture.sha256 for picture in chunk]])
        known = {bytes(row["sha256"]) for row in rows}
        await in_daemon_thread(lambda now=chunk, has=known: _treat(now, has, folder))  # type: ignore[misc]


def _treat(chunk: Sequence[SmallPicture], known: set[bytes], folder: _Folder) -> None:
    for picture in chunk:
        fate = folder.limits.decide(
            _idle(picture),
            known=picture.sha256 in known,
            aside=picture.is_aside,
            total_bytes=folder.total_bytes,
        )
        if fate is not Stray.STAYS and _did(fate, picture, folder):
            folder.tally.add(_KINDS[fate], Amount(1, picture.size_bytes))
            if fate is Stray.REMOVED:
                folder.total_bytes -= picture.size_bytes


def _did(fate: Stray, picture: SmallPicture, folder: _Folder) -> bool:
    """Do with a picture what was decided; return whether that was possible and not overtaken."""
    if folder.dry_run:
        return True
    if not small_pictures.is_unchanged(picture):
        return False
    try:
        if fate is Stray.SET_ASIDE:
            small_pictures.set_aside(folder.path, picture)
        elif fate is Stray.PUT_BACK:
            small_pictures.put_back(folder.path, picture)
        else:
            small_pictures.remove(picture)
    except OSError as error:
        folder.tally.problems.append(f"{picture.path}: {error.strerror or error}")
        return False
    return True


async def _remove_views(views: Sequence[SmallPicture], folder: _Folder) -> None:
    """Remove the views that are due, those first that were not used for the longest time."""
    walk = iter(views)
    while chunk := _take(walk, ORIGINALS_AT_ONCE):
        due = [view for view in chunk if folder.limits.is_due(_idle(view), total_bytes=folder.total_bytes)]
        if not due:
            return
        paths = await originals.paths_of([view.sha256 for view in due])
        began_s = time.monotonic()
        await in_daemon_thread(lambda now=due, has=paths: _remove_some(now, has, folder))  # type: ignore[misc]
        await asyncio.sleep(REST_SHARE * (time.monotonic() - began_s))


def _remove_some(
    views: Sequence[SmallPicture], paths: dict[bytes, tuple[bytes, int]], folder: _Folder
) -> None:
    for view in views:
        if view.sha256 not in paths:  # a stray, or deleted a moment ago
            continue
        if not folder.limits.is_due(_idle(view), total_bytes=folder.total_bytes):
            return
        path, size_bytes = paths[view.sha256]
        if not originals.is_whole(path, view.sha256, size_bytes=size_bytes):
            folder.tally.views_kept += 1
        elif _did(Stray.REMOVED, view, folder):
            folder.tally.add(Kind.VIEWS, Amount(1, view.size_bytes))
            folder.total_bytes -= view.size_bytes


def _idle(picture: SmallPicture) -> dt.timedelta:
    return dt.timedelta(microseconds=(time.time_ns() - picture.used_ns) // 1000)


def _take(walk: Iterator[T], most: int) -> list[T]:
    return list(islice(walk, most))
