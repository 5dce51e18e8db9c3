"""What a client reads of an error, and what goes to the log instead.

A refusal keeps its message. An outage of PostgreSQL becomes DATABASE_DOWN. Everything else is a bug: its text may
hold paths, addresses or SQL, so the client reads a request id and the log has the rest under that id.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

import asyncpg
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from graphql.validation.validate import ValidationAbortedError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import MaskErrors
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from tortoise.exceptions import OperationalError

from thumper.errors import NoRoomError, ServiceDownError, ThumperError
from thumper.graphql.context import Context
from thumper.graphql.refusal import (
    DATABASE_DOWN,
    DATABASE_HAS_NO_ROOM,
    DATABASE_IS_DOWN,
    INTERNAL,
    RequestError,
    went_wrong,
)
from thumper.graphql.relay.request_error_code import RequestErrorCode
from thumper.graphql.request.limits import MOST_TOKENS, NESTS_TOO_DEEPLY
from thumper.store.postgres.connect import OUTAGES

log = structlog.get_logger(__name__)

_UNSTORABLE: Final = (asyncpg.DataError, asyncpg.CharacterNotInRepertoireError, UnicodeEncodeError)
"""Errors of values that no column can hold: a NUL in a text, half a surrogate pair."""

_INTROSPECTION_TOO_DEEP: Final = "Maximum introspection depth exceeded"
"""What graphql-core's own rule says, which has no code: MaxIntrospectionDepthRule."""

INTROSPECTION_NESTS_TOO_DEEPLY: Final = (
    "The introspection nests too deeply: fields, interfaces, possibleTypes and inputFields may stand within one"
    " another twice. Ask for the next types by name, with __type(name:)."
)

_SEEN_BY_TRANSPORT: Final = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""What a transport answers in its own way: no query, no such operation, one of a kind that it does not take."""


class ErrorFormatting(MaskErrors):
    """Rewrites every error of every result."""

    def __init__(self) -> None:
        super().__init__()

    def on_operation(self) -> Iterator[None]:
        """Rewrite the errors of the result, and what parsing or validation raised: it never becomes a result."""
        try:
            yield from super().on_operation()
        except _SEEN_BY_TRANSPORT:
            raise
        except Exception as error:
            raise self.anonymise_error(GraphQLError(str(error), original_error=error)) from error

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """Return the error as the client reads it."""
        cause = _cause(error)
        if isinstance(cause, RequestError):
            return error
        if isinstance(error, GraphQLSyntaxError):
            return _unparsed(error)
        if isinstance(error, ValidationAbortedError):
            return _aborted(error)
        if error.message == _INTROSPECTION_TOO_DEEP:
            return _with(error, "TOO_DEEP", INTROSPECTION_NESTS_TOO_DEEPLY)
        if (
            error.path is None and error.nodes
        ):  # nothing was executed: the document or its variables are wrong
            return _with(error, "BAD_QUERY", error.message)
        return self._expected(error, cause) or self._hidden(error, cause)

    def _expected(self, error: GraphQLError, cause: BaseException | None) -> GraphQLError | None:
        if isinstance(cause, asyncpg.DiskFullError):
            log.error("PostgreSQL's disk is full", request_id=self._request_id, error=str(cause))
            return _with(error, NoRoomError.code, DATABASE_HAS_NO_ROOM)
        if isinstance(cause, (*OUTAGES, ServiceDownError)):
            log.warning("PostgreSQL is away", request_id=self._request_id, error=str(cause))
            return _with(error, DATABASE_DOWN, DATABASE_IS_DOWN)
        # Words of the command line, such as REFUSED, say nothing to a client.
        if isinstance(cause, ThumperError) and cause.code in RequestErrorCode.__members__:
            return _with(error, cause.code, str(cause))
        if isinstance(cause, RecursionError):
            return _with(error, "TOO_DEEP", NESTS_TOO_DEEPLY)
        if isinstance(cause, _UNSTORABLE):
            message = "A value cannot be stored or compared, such as a text with a NUL in it."
            return _with(error, "BAD_VALUE", message)
        return None

    def _hidden(self, error: GraphQLError, cause: BaseException | None) -> GraphQLError:
        request_id = self._request_id
        log.error(
            "a request failed",
            request_id=request_id,
            path=error.path,
            error=error.message,
            exc_info=cause,
        )
        hidden = _with(error, INTERNAL, went_wrong(request_id))
        hidden.extensions = {"code": INTERNAL, "requestId": request_id}
        return hidden

    @property
    def _request_id(self) -> str:
        context = cast("Context | None", self.execution_context.context)
        return "" if context is None else context.request_id


def _cause(error: GraphQLError) -> BaseException | None:
    """Return the exception that a resolver raised."""
    cause: Any = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, OperationalError) and cause.args and isinstance(cause.args[0], Exception):
        cause = cause.args[0]  # the ORM wraps the driver's error
    return cause if cause is not None else (error if isinstance(error, RequestError) else None)


def _unparsed(error: GraphQLSyntaxError) -> GraphQLError:
    """Return why a document could not be parsed, or was not parsed to its end."""
    # graphql-core has no class of its own for what it leaves unread.
    if "nested too deeply" in error.message:
        return _with(error, "TOO_DEEP", NESTS_TOO_DEEPLY)
    if "tokens. Parsing aborted" in error.message:
        message = f"The query has more than {MOST_TOKENS:,} tokens, which are the most. Send it in parts."
        return _with(error, "TOO_MANY_TOKENS", message)
    return _with(error, "BAD_SYNTAX", error.message)


def _aborted(error: GraphQLError) -> GraphQLError:
    """Return the last error of a document that has more than 100, after the first ones, or that nests too deeply."""
    if error.message.startswith("Too many"):
        return _with(error, "BAD_QUERY", "The query has more errors: these are the first ones.")
    return _with(error, "TOO_DEEP", NESTS_TOO_DEEPLY)


def _with(error: GraphQLError, code: str, message: str) -> GraphQLError:
    """Return the error with another message and a code, at the same place of the query."""
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code},
    )
