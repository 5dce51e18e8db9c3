"""GraphQL over HTTP, as a stream of events and over WebSocket: strawberry's transports, with every refusal in JSON.

Departs from strawberry where the GraphQL-over-HTTP audit or our own promises ask for it: the media type
application/graphql-response+json with 400 for requests that could not be executed, 405 for mutations by GET, 406 for
subscriptions without a stream, one context with its loaders a request, and only graphql-transport-ws.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, cast

import orjson
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from thumper.graphql.access.permissions import FORBIDDEN
from thumper.graphql.context import Context
from thumper.graphql.schema import schema
from thumper.graphql.shared.shared_execution import SharedData
from thumper.web import event_stream, operation
from thumper.web.admission import Admission
from thumper.web.answer import Refusal
from thumper.web.authentication import ACTOR, Authenticator
from thumper.web.entity_tag import has_same, tag_of
from thumper.web.event_stream import EventStream
from thumper.web.live_sockets import holder_of, turn_away
from thumper.web.rate_limits import address_of
from thumper.web.request_body import read_json, read_request
from thumper.web.sign_in_watch import SignInWatch
from thumper.web.websocket import PLACE, Conversation, Socket

PATH: Final = "/graphql"
_METHODS: Final = "GET, HEAD, POST"
RESPONSE_JSON: Final = "application/graphql-response+json"
MOST_QUERY_BYTES: Final = 256 * 1024
"""Largest request body or WebSocket message; the longest query of ours has 4 kB."""
INIT_WAIT = timedelta(seconds=20)
"""How long a WebSocket client may take to introduce itself: as long as the head of a request, for on a busy machine
what it sent in time may wait here."""

ContextMaker = Callable[[HTTPConnection, str], Context]
"""Makes a context for a request or connection with its request id."""


class Transport(GraphQL[Context, None]):
    """The endpoint `/graphql` for every method but the page that GET gives a browser."""

    websocket_adapter_class = Socket  # type: ignore[assignment]  # narrower than strawberry's
    graphql_transport_ws_handler_class = Conversation

    def __init__(
        self,
        make_context: ContextMaker,
        admission: Admission,
        *,
        authenticator: Authenticator,
        watch: SignInWatch,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=INIT_WAIT,
            max_subscriptions_per_connection=None,  # websocket.py refuses more, with a code
            # OwnOriginOnly has checked the origin, and knows all names of this server.
            allowed_origins=("*",),
        )
        self._make_context = make_context
        self.sockets = admission.sockets
        self.authenticator, self.watch, self.admission = authenticator, watch, admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; HEAD is a GET of which the server sends the headers."""
        if scope["type"] != "http":
            with self.sockets.place(holder_of(scope["state"][ACTOR], address_of(scope))) as place:
                if place is None:
                    await turn_away(WebSocket(scope, receive, send))
                else:
                    scope["state"][PLACE] = place
                    await super().__call__(scope, receive, send)
            return
        asked_by = "GET" if scope["method"] == "HEAD" else scope["method"]
        request = Request({**scope, "method": asked_by}, _limited(receive))
        response = await self.run(request)
        if asked_by == "GET" and not event_stream.is_wanted(request.headers):
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

    async def execute_single(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Execute a query, or by POST a mutation; return the messages of a subscription where a stream is wanted."""
        data, context = kwargs["request_data"], kwargs["context"]
        allowed = {OperationType.QUERY} | ({OperationType.MUTATION} if request.method == "POST" else set())
        try:
            return await operation.execute(data, context, allowed=allowed)
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION and event_stream.is_wanted(request.headers):
                context.goes_on_after = event_stream.last_event_id(request.headers)
                return await operation.follow(data, context)
            raise _wrong_way(error.operation_type, context.base_url) from error

    async def _create_streaming_response(self, *, result: Any, **_: Any) -> Response:  # type: ignore[override]  # as it is called
        """Return the messages of a subscription as events."""
        return EventStream(result, self._line, sockets=self.sockets, watch=self.watch)

    def _line(self, result: ExecutionResult) -> str:
        if errors := operation.refused(result):
            return json.dumps({"errors": [error.formatted for error in errors]})
        if isinstance(result.data, SharedData) and not (result.errors or result.extensions):
            return f'{{"data":{result.data.text}}}'
        return json.dumps(process_result(result))

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
        kwargs["sub_response"].headers["content-type"] = _media_type(request.headers)
        return result

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """Return the answer with its media type and the status that goes with it."""
        media_type = sub_response.headers.get("content-type", "application/json")
        if media_type == event_stream.MEDIA_TYPE:
            return event_stream.single(json.dumps(response_data))
        response = Response(_json(response_data), media_type=media_type)
        if media_type == RESPONSE_JSON and "data" not in response_data:
            response.status_code = 403 if _is_forbidden(response_data) else 400
        response.headers.update(sub_response.headers)
        return response


def _json(answer: Any) -> bytes:
    """Write an answer as JSON."""
    try:
        return orjson.dumps(answer)
    except orjson.JSONEncodeError:
        # Half a surrogate pair, which a client may have sent, is no UTF-8: a text shows a question mark in its place.
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def _is_forbidden(answer: Any) -> bool:
    """Return whether nothing was executed because it is not for who asks."""
    codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", ())}
    return codes == {FORBIDDEN}


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
        "A subscription is answered by a stream: send it with `Accept: text/event-stream`, or connect to"
        f" {address} with the subprotocol graphql-transport-ws."
    )
    return Refusal(406, "NEEDS_STREAM", message=message)


def _media_type(headers: Headers) -> str:
    """Return the media type of the answer: the new one only when it is asked for by name."""
    if event_stream.is_wanted(headers):
        return event_stream.MEDIA_TYPE
    for item in headers.get("accept", "").lower().split(","):
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
