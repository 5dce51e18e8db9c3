"""The watched folder: whether it is there, can be read to the last subfolder, and is what the watcher watches."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from thumper.doctor import queries
from thumper.doctor.check_context import CheckContext, Progress
from thumper.doctor.named_paths import NamedPaths
from thumper.domain.check_result import CheckResult
from thumper.domain.file import Found
from thumper.domain.keep import Keep
from thumper.domain.path_text import readable
from thumper.domain.progress import SourceState
from thumper.errors import RefusedError
from thumper.ingest.walk import Folder, InnerLink, Link, Unreadable, walk
from thumper.store.files import sources
from thumper.watcher.main import refuse_own_pictures
from thumper.watcher.scan import root_identity

WALK_S: Final = 60.0
"""Longest that the folder is walked: 100,000 files take a second on a disk, a slow share is left after a minute."""

TOLD_EVERY: Final = 1000
"""Entries between two looks at the clock."""

_CHECK: Final = "drop-folder"


@dataclass(slots=True)
class Contents:
    """What lies in the folder. `whole` is False when the walk was cut short; `closed` are folders that stay shut.

    `links` lead out of it or to nothing, `inner` ones to folders in it, which are looked into where they lie.
    """

    files: int = 0
    folders: int = 0
    whole: bool = True
    closed: NamedPaths = field(default_factory=NamedPaths)
    links: NamedPaths = field(default_factory=NamedPaths)
    inner: NamedPaths = field(default_factory=NamedPaths)


async def look_at_drop_folder(context: CheckContext) -> list[CheckResult]:
    """Return whether the drop folder can be read, and whether the database believes that it is there."""
    path = context.settings.drop_dir
    try:
        refuse_own_pictures(context.settings)
        with os.scandir(path) as entries:
            empty = next(entries, None) is None
    except RefusedError as error:
        return [
            CheckResult.fail(
                _CHECK, str(error), remedy="Set THUMPER_DROP to a folder outside of the library."
            )
        ]
    except OSError as error:
        return [await _closed(context, path, error)]
    if empty and await _tidied_up(context, path):
        return [CheckResult.ok(_CHECK, f"The drop folder {path} can be read, and was emptied.")]
    if empty and await _held_files(context):
        return [
            CheckResult.fail(
                _CHECK,
                f"The drop folder {path} is empty, though it held files.",
                remedy="Mount its disk. If you emptied it yourself, drop the next card: nothing was deleted here.",
            )
        ]
    contents = await asyncio.to_thread(_walk, bytes(path), context.count)
    return [*_judge(path, contents), *await _believed(context)]


async def _closed(context: CheckContext, path: Path, error: OSError) -> CheckResult:
    if isinstance(error, FileNotFoundError) and not await _held_files(context):
        own = path.is_relative_to(context.settings.home)
        remedy = "`thumper up` makes it." if own else "Create it, or mount its disk."
        return CheckResult.warn(_CHECK, f"The drop folder {path} is not there yet.", remedy=remedy)
    if isinstance(error, FileNotFoundError):
        remedy = "Mount its disk, or set THUMPER_DROP to where the folder is now."
    elif isinstance(error, NotADirectoryError):
        remedy = "Set THUMPER_DROP to a folder."
    else:
        remedy = f"Let this user read it: `chmod u+rx {path}`, or run Thumper as the user who may."
    return CheckResult.fail(
        _CHECK, f"The drop folder {path} cannot be read ({error.strerror or error}).", remedy=remedy
    )


async def _tidied_up(context: CheckContext, path: Path) -> bool:
    """Return whether an empty folder is the one that held files, and copies of them are kept: no disk is missing."""
    if context.settings.keep is not Keep.COPY or not await _held_files(context):
        return False
    source = await queries.drop_source(bytes(path))
    return source is not None and root_identity(bytes(path)) == await sources.identity(source.id)


async def _held_files(context: CheckContext) -> bool:
    if not context.knows_tables:
        return False
    source = await queries.drop_source(bytes(context.settings.drop_dir))
    return source is not None and await queries.holds_files(source)


def _walk(root: bytes, count: Progress) -> Contents:
    """Walk the folder as the watcher does, and count."""
    contents, end_s = Contents(), time.monotonic() + WALK_S
    for entry in walk(root):
        if isinstance(entry, Found):
            contents.files += 1
        elif isinstance(entry, Folder):
            contents.folders += 1
        elif isinstance(entry, InnerLink):
            contents.inner.add(readable(entry.path))
        elif isinstance(entry, Unreadable):
            (contents.links if isinstance(entry, Link) else contents.closed).add(
                f"{readable(entry.path)} ({entry.why})"
            )
        if (contents.files + contents.folders) % TOLD_EVERY == 0:
            count(contents.files, None)
            if time.monotonic() > end_s:
                contents.whole = False
                break
    return contents


def _judge(path: Path, contents: Contents) -> list[CheckResult]:
    found = []
    if contents.closed.count:
        found.append(
            CheckResult.warn(
                _CHECK,
                f"Parts of the drop folder {path} cannot be read: {contents.closed.words} left out.",
                remedy="Let this user read them (`chmod -R u+rX`).",
            )
        )
    if contents.links.count:
        found.append(
            CheckResult.warn(
                _CHECK,
                f"Links in the drop folder {path} are not followed: {contents.links.words} left out.",
                remedy="Copy what they lead to into the folder if it is yours; else remove the links.",
            )
        )
    least = "" if contents.whole else "at least "
    files = f"{least}{contents.files} files in {contents.folders} folders"
    inner = ""
    if contents.inner.count:
        inner = f" Links to folders in it, which are read where they lie: {contents.inner.named}."
    return found or [CheckResult.ok(_CHECK, f"The drop folder {path} can be read: {files}.{inner}")]


async def _believed(context: CheckContext) -> list[CheckResult]:
    """Compare with what the watcher said last."""
    if not context.knows_tables:
        return []
    source = await queries.drop_source(bytes(context.settings.drop_dir))
    if source is None or source.state is not SourceState.OFFLINE:
        return []
    why = f": {source.watch_note}" if source.watch_note else "."
    return [
        CheckResult.warn(
            _CHECK,
            f"The watcher last took this folder for offline, though it can be read now{why}",
            remedy="The watcher looks again within seconds; if this stays, restart it and read logs/watch.log.",
        )
    ]
