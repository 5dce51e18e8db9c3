"""The pictures that guests see: small ones, of images that they may see, with what the camera printed painted over.

Nothing about one tells of the file: its tag is no hash, and what is wrong with the original is not said. A browser
asks each time whether it may still show one, since a place that is no longer shared takes its pictures with it.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from thumper.imaging.printed_strip import painted_over
from thumper.imaging.refusal import DecodeRefusal
from thumper.store.access import guest_pictures
from thumper.store.postgres.probe import unless_frozen
from thumper.web.answer import refused
from thumper.web.entity_tag import has_same
from thumper.web.room import Room
from thumper.web.small_picture import small_picture

_HEADERS: Final = {
    "cache-control": "private, no-cache",
    "vary": "Authorization, Cookie",
    "content-security-policy": "default-src 'none'; sandbox",
}
_PAINTED: Final = 1
"""Raised when other parts of a picture are painted over than before."""


async def guest_picture(request: Request, room: Room, image_id: UUID, *, size: str) -> Response:
    """Answer a guest's request for a picture. Raises what PostgreSQL's absence raises."""
    if size == "original":
        return refused(403, "FORBIDDEN", message="Guests see no originals; there are thumb and view.")
    found = await unless_frozen(guest_pictures.find(image_id), room.settings.postgres_url)
    if found is None:
        return no_such_image()
    headers = _HEADERS | {"etag": f'"{image_id}-{size}-guest-{_PAINTED}"'}
    if has_same(request.headers, headers["etag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    folder, path = room.settings.library_dir, found.original_path
    try:
        content = await small_picture(room.sandbox, folder, path, sha256=found.sha256, size=size)
    except DecodeRefusal:
        return not_shown()
    return Response(await asyncio.to_thread(painted_over, content), media_type="image/jpeg", headers=headers)


def not_shown() -> Response:
    """Return the answer about an image whose original is missing or broken, to who may not know where it lies."""
    return refused(404, "ORIGINAL_MISSING", message="This picture cannot be shown now.")


def no_such_image() -> Response:
    """Return the answer to an id that no image has, or none that may be seen."""
    return refused(404, "NOT_FOUND", message="There is no such image.")
