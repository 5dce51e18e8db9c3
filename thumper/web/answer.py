"""JSON answers, and refusals in the one shape that every client of GraphQL can read."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Final

from starlette.responses import JSONResponse

from thumper.domain.path_text import one_line
from thumper.graphql.refusal import INTERNAL, went_wrong

REQUEST_ID: Final = "x-request-id"
"""The header that names a request, as its log lines do."""


class Refusal(Exception):
    """Raised if a request cannot be answered as it was sent; the app answers with what it says."""

    def __init__(
        self, status: int, code: str, *, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def answer(self) -> JSONResponse:
        """Return the answer to send."""
        return refused(self.status, self.code, message=self.message, headers=self.headers)


def refused(
    status: int, code: str, *, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return a refusal: what is wrong and what to do, with a stable code."""
    return _errors(status, {"code": code}, message=message, headers=headers or {})


def failed(request_id: str) -> JSONResponse:
    """Return the answer to a request that met a bug: a name for it, and nothing of its text."""
    extensions = {"code": INTERNAL, "requestId": request_id}
    return _errors(500, extensions, message=went_wrong(request_id), headers={})


def new_request_id() -> str:
    """Return a name for a request that no other has."""
    return token_hex(8)


def _errors(
    status: int, extensions: dict[str, str], *, message: str, headers: Mapping[str, str]
) -> JSONResponse:
    # What a client sent may stand in the message: half a surrogate pair is no UTF-8, and other characters hide text.
    body = {"errors": [{"message": one_line(message), "extensions": extensions}]}
    return JSONResponse(body, status_code=status, headers={"cache-control": "no-store", **headers})
