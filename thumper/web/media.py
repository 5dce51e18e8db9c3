"""Pictures by id: the original as it is, and the two small sizes, made when first asked for.

A picture's address never changes what it shows, so it may be kept for ever: the bytes of an original are compared
with its hash whenever it is read. No path comes from a client: the row says where the original lies, the hash where
thumbnail and view belong. What guests see is `guest_picture`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from thumper.domain.access import Actor
from thumper.domain.path_text import readable
from thumper.domain.reason import Reason
from thumper.graphql.access.rule import OWNERS
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN, RequestError
from thumper.graphql.relay import identity
from thumper.imaging.original import open_original, reader
from thumper.imaging.refusal import DecodeRefusal
from thumper.store.images import delivered_names
from thumper.store.images.images import IMAGES
from thumper.store.models import Image
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.page import by_id, read_all
from thumper.store.postgres.probe import unless_frozen
from thumper.web.answer import refused
from thumper.web.byte_range import asked_ranges, take
from thumper.web.entity_tag import has_part_of_same, has_same
from thumper.web.guest_picture import guest_picture, no_such_image, not_shown
from thumper.web.picture_access import is_signed, sees_as_guest
from thumper.web.room import Room
from thumper.web.small_picture import LONGEST_SIDE, small_picture

SIZES: Final = frozenset({*LONGEST_SIDE, "original"})
_HEADERS: Final = {
    "cache-control": "private, max-age=31536000, immutable",
    "vary": "Authorization, Cookie",  # who signs in next in this browser may be a guest
    "content-security-policy": "default-src 'none'; sandbox",
}


async def media(request: Request) -> Response:
    """Answer GET /media/{id}/{size}, where size is thumb, view or original."""
    size = request.path_params["size"]
    answer = await _answer(request, size)
    if is_signed(request.scope):
        answer.headers["cross-origin-resource-policy"] = "cross-origin"
    return answer


async def _answer(request: Request, size: str) -> Response:
    if size not in SIZES:
        return refused(
            404, "NOT_FOUND", message=f"There is no size {size}; there are thumb, view and original."
        )
    room = cast("Room", request.app.state.room)
    try:
        as_guest = await sees_as_guest(request, room.settings, room.credentials)
        image_id = identity.decode(request.path_params["id"], "Image")
        if as_guest:
            return await guest_picture(request, room, image_id, size=size)
        image = await unless_frozen(_find(image_id), room.settings.postgres_url)
    except RequestError as error:
        return refused(400, "BAD_ID", message=error.message)
    except OUTAGES:
        return refused(503, DATABASE_DOWN, message=DATABASE_IS_DOWN)
    if image is None:
        return no_such_image()
    answer = await _picture(request, image, size=size)
    is_lost = answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
    # The reasons name the file.
    return not_shown() if is_lost and is_signed(request.scope) else answer


async def _picture(request: Request, image: Image, *, size: str) -> Response:
    tag = f'"{image.sha256.hex()}-{size}"'
    headers = _HEADERS | {"etag": tag}
    if has_same(request.headers, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if size == "original":
        return await _original(request, image, headers)
    return await _rendition(request, image, size=size, headers=headers)


async def _find(image_id: UUID) -> Image | None:
    found = await read_all(IMAGES, by_id(IMAGES, [image_id]), order="image.id")
    return found[0] if found else None


async def _original(request: Request, image: Image, headers: dict[str, str]) -> Response:
    try:
        content = await asyncio.to_thread(_read, image)
    except (DecodeRefusal, OSError):
        return await _missing(request, image)
    if content is None:
        return await _changed(request, image)
    headers |= {
        "accept-ranges": "bytes",
        "content-disposition": f"inline; filename*=UTF-8''{quote(image.file_name, safe='')}",
    }
    ranges = _asked_ranges(request, len(content), tag=headers["etag"])
    if ranges is None:
        return Response(content, media_type=image.media_type, headers=headers)
    if not ranges:
        whole = {"content-range": f"bytes */{len(content)}"}
        return refused(416, "BAD_RANGE", message=f"The file has {len(content)} bytes.", headers=whole)
    part, about = take(content, ranges, image.media_type)
    return Response(part, status_code=HTTPStatus.PARTIAL_CONTENT, headers=headers | about)


def _asked_ranges(request: Request, size_bytes: int, *, tag: str) -> list[range] | None:
    """Return which bytes are asked for; None for all. Ranges are for GET alone (RFC 9110, 14.2)."""
    asked = request.headers.get("range")
    if asked is None or request.method != "GET" or not has_part_of_same(request.headers, tag):
        return None
    return asked_ranges(asked, size_bytes)


def _read(image: Image) -> bytes | None:
    """Read the bytes that were admitted; None if others have taken their place, such as the next card's."""
    with open_original(bytes(image.original_path)) as fd:
        if os.fstat(fd).st_size != image.size_bytes:
            return None
        content = reader(fd).read()
    return content if hashlib.sha256(content).digest() == image.sha256 else None


async def _missing(request: Request, image: Image) -> Response:
    name = await delivered_names.name_in_drop(image.id) or image.file_name
    where = f"at {readable(bytes(image.original_path))}" if _may_see_paths(request) else "where it was"
    message = f"The original of {name} is not {where}. Mount its disk, or drop the photo again."
    return refused(404, "ORIGINAL_MISSING", message=message)


async def _changed(request: Request, image: Image) -> Response:
    name = await delivered_names.name_in_drop(image.id) or image.file_name
    where = readable(bytes(image.original_path)) if _may_see_paths(request) else "its file"
    message = (
        f"The original of {name} is no more: {where} holds other bytes now. Restore that file, or move it away and "
        "drop the photo again."
    )
    return refused(404, Reason.ORIGINAL_CHANGED.value, message=message)


def _may_see_paths(request: Request) -> bool:
    """Return whether who asks may see where on its disks Thumper keeps files: where it runs is the owner's."""
    actor: Actor | None = request.state.actor
    return actor is not None and OWNERS.allows(actor.role, actor.scopes)


async def _rendition(request: Request, image: Image, *, size: str, headers: dict[str, str]) -> Response:
    room = cast("Room", request.app.state.room)
    folder, digest = room.settings.library_dir, image.sha256
    try:
        content = await small_picture(room.sandbox, folder, image.original_path, sha256=digest, size=size)
    except DecodeRefusal as refusal:
        if refusal.reason is Reason.ORIGINAL_MISSING:
            return await _missing(request, image)
        if refusal.reason is Reason.ORIGINAL_CHANGED:
            return await _changed(request, image)
        return refused(422, refusal.reason.value, message=f"{refusal} {refusal.reason.advice}")
    return Response(content, media_type="image/jpeg", headers=headers)
