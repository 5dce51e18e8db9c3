"""Pictures of the property: POST /maps?name=… takes one, GET /maps/{id} shows it.

What is sent is never kept: a JPEG is made of it in a child process, as of a photo, upright and without EXIF.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from http import HTTPStatus
from pathlib import Path
from typing import Final, cast

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.transactions import in_transaction

from thumper.domain.map_spot import LONGEST_SIDE_PX, MOST_BYTES
from thumper.domain.refusal import InvalidValueError, NameTakenError
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN, RequestError
from thumper.graphql.relay import identity
from thumper.imaging.refusal import DecodeRefusal
from thumper.store.disk import library
from thumper.store.models import PropertyMap
from thumper.store.places import property_maps
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.ids import new_id
from thumper.store.requests import audit
from thumper.store.requests.audit import Deed
from thumper.web.answer import Refusal
from thumper.web.authentication import ACTOR
from thumper.web.base_path import base_url
from thumper.web.entity_tag import has_same
from thumper.web.rate_limits import address_of
from thumper.web.room import Room

_HEADERS: Final = {
    "cache-control": "private, max-age=31536000, immutable",
    "vary": "Authorization, Cookie",  # who signs in next in this browser may be a guest
    "content-security-policy": "default-src 'none'; sandbox",
}


async def map_picture(request: Request) -> Response:
    """Answer GET /maps/{id}."""
    try:
        found = await property_maps.picture_of(identity.decode(request.path_params["id"], "PropertyMap"))
    except RequestError as error:
        raise Refusal(400, "BAD_ID", message=error.message) from error
    except OUTAGES as error:
        raise Refusal(503, DATABASE_DOWN, message=DATABASE_IS_DOWN) from error
    if found is None:
        raise Refusal(404, "NOT_FOUND", message="There is no such map.")
    headers = _HEADERS | {"etag": f'"{found.sha256.hex()}"'}
    if has_same(request.headers, headers["etag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(found.picture, media_type="image/jpeg", headers=headers)


async def send_map(request: Request) -> Response:
    """Answer POST /maps: the id and address of the new map. Raises `Refusal`."""
    room = cast("Room", request.app.state.room)
    picture = await _received(request, room)
    try:
        made = await _kept(request, picture)
    except InvalidValueError as error:
        raise Refusal(422, "INVALID", message=str(error)) from error
    except NameTakenError as error:
        raise Refusal(409, "NAME_TAKEN", message=str(error)) from error
    except OUTAGES as error:
        raise Refusal(503, DATABASE_DOWN, message=DATABASE_IS_DOWN) from error
    map_id = identity.encode("PropertyMap", made.id)
    answer = {"propertyMapId": map_id, "url": f"{base_url(request)}/maps/{map_id}"}
    return JSONResponse(answer | {"widthPx": made.width_px, "heightPx": made.height_px}, status_code=201)


async def _kept(request: Request, picture: bytes) -> PropertyMap:
    """Keep a picture with the audit's entry, both or neither."""
    with Image.open(io.BytesIO(picture)) as opened:  # the child's own JPEG: its size stands in the head
        size_px = opened.size
    async with in_transaction("default") as transaction:
        made = await property_maps.add(request.query_params.get("name", ""), picture, size_px=size_px)
        done = Deed(
            action="sendMap",
            actor=request.scope["state"][ACTOR],
            address=address_of(request.scope),
            records=[identity.encode("PropertyMap", made.id)],
        )
        await audit.append(done, transaction)
    return made


async def _received(request: Request, room: Room) -> bytes:
    """Return the JPEG that is made of what is sent. Raises `Refusal`."""
    path = library.incoming_dir(room.settings.library_dir) / f"map-{new_id().hex}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sha256 = await _write(path, request)
        return await room.sandbox.render(path, LONGEST_SIDE_PX, sha256=sha256)
    except DecodeRefusal as error:
        raise Refusal(422, error.reason.value, message=f"{error} {error.reason.advice}") from error
    except OSError as error:
        raise Refusal(
            507, "NO_ROOM", message=f"The picture could not be written: {error.strerror}."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


async def _write(path: Path, request: Request) -> bytes:
    """Write what is sent; return its hash."""
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("wb") as file:
        async for part in request.stream():
            size_bytes += len(part)
            if size_bytes > MOST_BYTES:
                message = f"A picture of the property may have {MOST_BYTES // 1_000_000} MB at most."
                raise Refusal(413, "TOO_LARGE", message=message)
            digest.update(part)
            file.write(part)
    return digest.digest()
