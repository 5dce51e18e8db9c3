"""Refusals of whole requests that cannot be understood, with a message and a stable code.

A malformed id or a page that is too large is a top-level error. A change that is understood but cannot be
done is not: see `user_error`. Anything else is a bug, and `error_formatting` hides its text.
"""

from __future__ import annotations

from typing import Final

from graphql import GraphQLError

DATABASE_DOWN: Final = "DATABASE_DOWN"
"""Code of what could not be answered while PostgreSQL was away."""
DATABASE_IS_DOWN: Final = "PostgreSQL does not answer. Try again when it is back."

DATABASE_HAS_NO_ROOM: Final = "PostgreSQL has no room on its disk for this. Free space there, then try again."

INTERNAL: Final = "INTERNAL"
"""Code of a bug."""


class RequestError(GraphQLError):
    """Raised if a request cannot be understood; `extensions.code` says why."""


def bad_request(code: str, message: str) -> RequestError:
    """Make the error to raise."""
    return RequestError(message, extensions={"code": code})


def went_wrong(request_id: str) -> str:
    """Return what a client reads of a bug."""
    return f"Something went wrong inside Thumper. Its log says more under request {request_id}."
