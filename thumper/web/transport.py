"""GraphQL over HTTP and WebSocket: strawberry's transports, with every refusal in JSON.

Departs from strawberry where the GraphQL-over-HTTP audit or our own promises ask for it: the media type
application/graphql-response+json with 400 for requests that could not be executed, 405 for mutations by GET and
for subscriptions by POST, one context with its loaders a request, and only graphql-transport-ws.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, cast

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.http.exceptions import NonJsonMessageReceived
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message as WsMessage
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from thumper.graphql.context import Context
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN, bad_request
from thumper.graphql.schema import schema
from thumper.graphql.shared.shared_execution import SharedData
from thumper.store.postgres.probe import unless_frozen
from thumper.web.answer import Refusal
from thumper.web.entity_tag import has_same, tag_of
from thumper.web.request_body import read_json, read_request

PATH: Final = "/graphql"
_METHODS: Final = "GET, HEAD, POST"
RESPONSE_JSON: Final = "application/graphql-response+json"
MOST_QUERY_BYTES: Final = 256 * 1024
"""Largest request body or WebSocket message; the longest query of ours has 4 kB."""
_INIT_WAIT: Final = timedelta(seconds=5)
"""How long a WebSocket client may take to introduce itself."""
_MOST_OPERATIONS: Final = 20
"""Operations that one WebSocket connection may have open."""

ContextMaker = Callable[[HTTPConnection, str], Context]
"""Makes a context for a request or connection with its request id."""


class _DictsOnly(ASGIWebSocketAdapter):
    """Takes JSON objects only; strawberry would raise an unhandled error at a list."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Yield the messages."""
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if not isinstance(message, dict):
                raise NonJsonMessageReceived
            yield message


class _Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """Closes the connection at a message of the wrong shape, where strawberry's handler would raise."""

    async def handle_message(self, message: WsMessage) -> None:
        """Act on one message."""
        try:
            await super().handle_message(message)
        except (TypeError, AttributeError):
            await self.handle_invalid_message("Failed to parse message")


class Transport(GraphQL[Context, None]):
    """The endpoint `/graphql` for every method but the page that GET gives a browser."""

    websocket_adapter_class = _DictsOnly
    graphql_transport_ws_handler_class = _Handler

    def __init__(self, make_context: ContextMaker) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=_INIT_WAIT,
            max_subscriptions_per_connection=_MOST_OPERATIONS,
            # LocalOnly has checked the origin, and knows all names of this machine.
            allowed_origins=("*",),
        )
        self._make_context = make_context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; HEAD is a GET of which the server sends the headers."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        asked_by = "GET" if scope["method"] == "HEAD" else scope["method"]
        request = Request({**scope, "method": asked_by}, _limited(receive))
        response = await self.run(request)
        if asked_by == "GET":
            response = _revalidated(request, response)
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Make the context."""
        return self._make_context(request, request.state.request_id)

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Never: the page is a route of its own."""
        return False

    def is_request_allowed(self, request: Any) -> bool:
        """Allow GET and POST."""
        if request.method in {"GET", "POST"}:
            return True
        raise Refusal(405, "BAD_METHOD", message="GraphQL takes GET and POST.", headers={"allow": _METHODS})

    async def parse_http_body(self, request: Any) -> GraphQLRequestData:
        """Read what is asked."""
        return await read_request(request._request)  # noqa: SLF001  # strawberry's adapter has no query as bytes

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON, of WebSocket messages too."""
        return read_json(data)

    def encode_json(self, data: object) -> str | bytes:
        """Write JSON; data that goes to many subscribers is encoded only once."""
        match data:
            case {"id": operation, "type": "next", "payload": {"data": SharedData() as told, **more}} if (
                not more
            ):
                return f'{{"id":{json.dumps(operation)},"type":"next","payload":{{"data":{told.text}}}}}'
        return super().encode_json(data)

    async def execute_single(self, request: Request, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Execute a query, or by POST a mutation."""
        data, context = kwargs["request_data"], kwargs["context"]
        allowed = {OperationType.QUERY} | ({OperationType.MUTATION} if request.method == "POST" else set())
        executing = self.schema.execute(
            data.query,
            variable_values=data.variables,
            context_value=context,
            operation_name=data.operation_name,
            allowed_operation_types=allowed,
            operation_extensions=data.extensions,
        )
        try:
            return await unless_frozen(executing, context.settings.postgres_url)
        except TimeoutError:
            return ExecutionResult(data=None, errors=[bad_request(DATABASE_DOWN, DATABASE_IS_DOWN)])
        except CannotGetOperationTypeError as error:
            raise Refusal(400, "BAD_OPERATION", message=error.as_http_error_reason()) from error
        except MissingQueryError as error:
            raise Refusal(400, "NO_QUERY", message="The request holds no query.") from error
        except InvalidOperationTypeError as error:
            raise _wrong_way(error.operation_type, context.base_url) from error

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the answer; without `data` when nothing was executed."""
        answer = process_result(result)
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            cast("dict[str, Any]", answer).pop("data", None)  # it was not executed
        if not answer.get("extensions"):
            answer.pop("extensions", None)
        return answer

    async def execute_operation(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Note which media type the client wants for the answer."""
        result = await super().execute_operation(request, *args, **kwargs)
        # Seen by create_response, which is not told of the request.
        kwargs["sub_response"].headers["content-type"] = _media_type(request.headers.get("accept"))
        return result

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """Return the answer with its media type and the status that goes with it."""
        media_type = sub_response.headers.get("content-type", "application/json")
        # Half a surrogate pair, which a client may have sent, is no UTF-8: a text shows a question mark in its place.
        text = json.dumps(response_data, ensure_ascii=False, separators=(",", ":"))
        response = Response(text.encode("utf-8", "replace"), media_type=media_type)
        if media_type == RESPONSE_JSON and "data" not in response_data:
            response.status_code = 400
        response.headers.update(sub_response.headers)
        return response


def _revalidated(request: Request, response: Response) -> Response:
    """Return the answer to a GET with what caches have to know; 304 when the client has it already."""
    tag = tag_of(bytes(response.body), response.headers["content-type"])
    headers = {"etag": tag, "vary": "Accept", "cache-control": "private, no-cache"}
    if response.status_code == HTTPStatus.OK and has_same(request.headers, tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return response


def _wrong_way(operation: OperationType, base_url: str) -> Refusal:
    if operation is OperationType.MUTATION:
        return Refusal(
            405, "BAD_METHOD", message="A mutation must be sent by POST.", headers={"allow": "POST"}
        )
    address = base_url.replace("http", "ws", 1) + PATH
    message = (
        f"A subscription runs over WebSocket: connect to {address} with the subprotocol graphql-transport-ws."
    )
    return Refusal(405, "USE_WEBSOCKET", message=message, headers={"allow": _METHODS})


def _media_type(accept: str | None) -> str:
    """Return the media type of the answer: the new one only when it is asked for by name."""
    for item in (accept or "").lower().split(","):
        kind, *parameters = (part.strip() for part in item.split(";"))
        if kind == RESPONSE_JSON and not any(part in {"q=0", "q=0.0"} for part in parameters):
            return RESPONSE_JSON
        if kind in {"application/json", "application/*", "*/*"}:
            return "application/json"
    return "application/json"


def _limited(receive: Receive) -> Receive:
    """Return the same messages, until they are more than a query may have."""
    read_bytes = 0

    async def receive_limited() -> Message:
        nonlocal read_bytes
        message = await receive()
        read_bytes += len(message.get("body", b""))
        if read_bytes > MOST_QUERY_BYTES:
            limit = f"A request may have {MOST_QUERY_BYTES // 1024} kB; send files with createUpload."
            raise Refusal(413, "TOO_LARGE", message=limit)
        return message

    return receive_limited
