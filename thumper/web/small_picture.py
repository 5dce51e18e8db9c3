"""The two small sizes of a picture: read where they are kept, else made of the original and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from thumper.imaging.rendition import THUMBNAIL_PX, VIEW_PX
from thumper.imaging.sandbox import DecodeSandbox
from thumper.store.disk import library, small_pictures

log = structlog.get_logger(__name__)

LONGEST_SIDE: Final = {"thumb": THUMBNAIL_PX, "view": VIEW_PX}
_PLACE: Final[dict[str, Callable[[Path, bytes], Path]]] = {
    "thumb": library.thumbnail_path,
    "view": library.view_path,
}


async def small_picture(
    sandbox: DecodeSandbox, folder: Path, original_path: bytes, *, sha256: bytes, size: str
) -> bytes:
    """Return the JPEG of one size; `folder` is the library. Raises `DecodeRefusal`."""
    path = _PLACE[size](folder, sha256)
    try:
        return await asyncio.to_thread(_read_kept, path, size)
    except OSError:
        content = await sandbox.render(original_path, LONGEST_SIDE[size], sha256=sha256)
    await _keep(path, content)
    return content


def _read_kept(path: Path, size: str) -> bytes:
    content = path.read_bytes()
    if size == "view":  # thumbnails stay for ever
        small_pictures.note_use(path)
    return content


async def _keep(path: Path, content: bytes) -> None:
    """Store a rendition for next time; a full disk costs only that."""
    try:
        await asyncio.to_thread(library.write_whole, path, content)
    except OSError as error:
        log.warning(
            "a small picture could not be kept; it will be made again", path=str(path), error=str(error)
        )
