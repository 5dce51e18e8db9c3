"""JSON answers, and refusals in the one shape that every client of GraphQL can read."""

from __future__ import annotations

from starlette.responses import JSONResponse


def refused(status: int, code: str, *, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a refusal: what is wrong and what to do, with a stable code."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status, headers=headers)
