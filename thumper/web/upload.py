"""Uploads: one PUT to a one-time address, answered with what the file became."""

from __future__ import annotations

from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from thumper.domain.file import Outcome
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.errors import BusyError, NoRoomError, NotFoundError, ThumperError
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN
from thumper.graphql.relay import identity
from thumper.ingest.upload import UploadClosedError, UploadNotWrittenError, receive_upload
from thumper.store.postgres.connect import OUTAGES
from thumper.web.answer import refused
from thumper.web.room import Room

_REFUSALS: Final[dict[type[ThumperError], int]] = {
    NotFoundError: 404,
    BusyError: 409,
    UploadClosedError: 410,
    UploadNotWrittenError: 500,
    NoRoomError: 507,
}


async def upload(request: Request) -> Response:
    """Answer PUT /upload/{token}: state, image id, reason."""
    room = cast("Room", request.app.state.room)
    try:
        outcome = await receive_upload(room.ingest, request.path_params["token"], request.stream())
    except tuple(_REFUSALS) as error:  # what else may happen is a bug, and answered as one
        status = next(status for kind, status in _REFUSALS.items() if isinstance(error, kind))
        return refused(status, error.code, message=str(error))
    except OUTAGES:
        return refused(503, DATABASE_DOWN, message=DATABASE_IS_DOWN)
    return JSONResponse(_answer(outcome), status_code=_status(outcome))


def _answer(outcome: Outcome) -> dict[str, Any]:
    reason = outcome.reason
    return {
        "state": outcome.state.name,
        "imageId": None if outcome.image_id is None else identity.encode("Image", outcome.image_id),
        "reason": None if reason is None else reason.value,
        "message": None if reason is None else (outcome.message or reason.sentence),
        "whatToDo": None if reason is None else reason.advice,
        "dumpId": identity.encode("Dump", outcome.file.dump_id),
    }


def _status(outcome: Outcome) -> int:
    if outcome.state is FileState.STORED:
        return 201
    if outcome.state is FileState.REJECTED:
        return 413 if outcome.reason is Reason.TOO_LARGE_BYTES else 422
    return 200
