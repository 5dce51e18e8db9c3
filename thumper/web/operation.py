"""One operation that a client sent, however it came: over HTTP, WebSocket or as a stream of events.

What is refused, and with which code, is decided here once for all of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from typing import Final, cast

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from thumper.graphql.context import Context
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN, bad_request
from thumper.graphql.schema import schema
from thumper.store.postgres.probe import unless_frozen
from thumper.web.answer import Refusal

_ONE_RESULT: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


async def execute(
    request: GraphQLRequestData, context: Context, *, allowed: Collection[OperationType] = _ONE_RESULT
) -> ExecutionResult:
    """Execute a query or mutation.

    Raises `Refusal` for what names no operation, `InvalidOperationTypeError` for one that is not among the allowed.
    """
    executing = schema.execute(
        request.query,
        variable_values=request.variables,
        context_value=context,
        operation_name=request.operation_name,
        allowed_operation_types=allowed,
        operation_extensions=request.extensions,
    )
    try:
        return await unless_frozen(executing, context.settings.postgres_url)
    except TimeoutError:
        return ExecutionResult(data=None, errors=[bad_request(DATABASE_DOWN, DATABASE_IS_DOWN)])
    except CannotGetOperationTypeError as error:
        raise Refusal(400, "BAD_OPERATION", message=error.as_http_error_reason()) from error
    except MissingQueryError as error:
        raise Refusal(400, "NO_QUERY", message="The request holds no query.") from error


async def follow(request: GraphQLRequestData, context: Context) -> AsyncGenerator[ExecutionResult, None]:
    """Return the messages of a subscription; one result alone if it is refused."""
    stream = await schema.stream(
        request.query,
        variable_values=request.variables,
        context_value=context,
        operation_name=request.operation_name,
        operation_extensions=request.extensions,
        allowed_operation_types=(OperationType.SUBSCRIPTION,),
    )
    return cast("AsyncGenerator[ExecutionResult, None]", stream)


async def run(request: GraphQLRequestData, context: Context) -> AsyncGenerator[ExecutionResult, None]:
    """Return the result of an operation, or, of a subscription, its messages. Raises `Refusal`."""
    try:
        return _alone(await execute(request, context))
    except InvalidOperationTypeError:
        return await follow(request, context)


async def _alone(result: ExecutionResult) -> AsyncGenerator[ExecutionResult, None]:
    yield result


def refused(result: ExecutionResult) -> list[GraphQLError]:
    """Return why an operation was not executed; nothing if it was, be it with errors."""
    errors = result.errors or []
    unplaced = result.data is None and all(error.path is None for error in errors)
    return errors if isinstance(result, PreExecutionError) or unplaced else []
