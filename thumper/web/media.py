"""Pictures by id: the original as it is, and the two small sizes, made when first asked for.

A picture's address never changes what it shows, so it may be kept for ever. No path comes from a client: the
row says where the original lies, the hash where thumbnail and view belong.
"""

from __future__ import annotations

import asyncio
import os
import stat
from http import HTTPStatus
from pathlib import Path
from typing import Final, cast
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from thumper.domain.path_text import readable
from thumper.graphql import identity
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN, RequestError
from thumper.imaging.refusal import DecodeRefusal
from thumper.imaging.rendition import THUMBNAIL_PX, VIEW_PX
from thumper.store import library
from thumper.store.connect import OUTAGES
from thumper.store.images import IMAGES
from thumper.store.models import Image
from thumper.store.page import by_id, read_all
from thumper.web.answer import refused
from thumper.web.room import Room

log = structlog.get_logger(__name__)

_LONGEST_SIDE: Final = {"thumb": THUMBNAIL_PX, "view": VIEW_PX}
_PLACE: Final = {"thumb": library.thumbnail_path, "view": library.view_path}
_HEADERS: Final = {
    "cache-control": "private, max-age=31536000, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
}


async def media(request: Request) -> Response:
    """Answer GET /media/{id}/{size}, where size is thumb, view or original."""
    size = request.path_params["size"]
    if size not in {*_PLACE, "original"}:
        return refused(
            404, "NOT_FOUND", message=f"There is no size {size}; there are thumb, view and original."
        )
    try:
        image = await _find(request.path_params["id"])
    except RequestError as error:
        return refused(400, "BAD_ID", message=error.message)
    except OUTAGES:
        return refused(503, DATABASE_DOWN, message=DATABASE_IS_DOWN)
    if image is None:
        return refused(404, "NOT_FOUND", message="There is no such image.")
    return await _picture(request, image, size=size)


async def _picture(request: Request, image: Image, *, size: str) -> Response:
    etag = f'"{image.sha256.hex()}-{size}"'
    headers = _HEADERS | {"etag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if size == "original":
        return _original(image, headers)
    return await _rendition(cast("Room", request.app.state.room), image, size=size, headers=headers)


async def _find(word: str) -> Image | None:
    found = await read_all(IMAGES, by_id(IMAGES, [identity.decode(word, "Image")]), order="image.id")
    return found[0] if found else None


def _original(image: Image, headers: dict[str, str]) -> Response:
    path = os.fsdecode(image.original_path)
    try:
        found = os.stat(path)  # noqa: PTH116  # names on camera cards need not be UTF-8
    except OSError:
        return _missing(image)
    if not stat.S_ISREG(found.st_mode) or found.st_size != image.size_bytes:
        return _missing(image)  # another file may have taken its place
    name = f"inline; filename*=UTF-8''{quote(image.file_name, safe='')}"
    return FileResponse(
        path,
        media_type=image.media_type,
        stat_result=found,
        headers=headers | {"content-disposition": name},
    )


def _missing(image: Image) -> Response:
    path = readable(bytes(image.original_path))
    message = f"The original of {image.file_name} is not at {path}. Mount its disk, or drop the photo again."
    return refused(404, "ORIGINAL_MISSING", message=message)


async def _rendition(room: Room, image: Image, *, size: str, headers: dict[str, str]) -> Response:
    path = _PLACE[size](room.settings.library_dir, image.sha256)
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError:
        try:
            content = await room.sandbox.render(image.original_path, _LONGEST_SIDE[size])
        except DecodeRefusal as refusal:
            if not Path(os.fsdecode(image.original_path)).exists():
                return _missing(image)
            return refused(422, refusal.reason.value, message=f"{refusal} {refusal.reason.advice}")
        await _keep(path, content)
    return Response(content, media_type="image/jpeg", headers=headers)


async def _keep(path: Path, content: bytes) -> None:
    """Store a rendition for next time; a full disk costs only that."""
    try:
        await asyncio.to_thread(library.write_whole, path, content)
    except OSError as error:
        log.warning(
            "a small picture could not be kept; it will be made again", path=str(path), error=str(error)
        )
