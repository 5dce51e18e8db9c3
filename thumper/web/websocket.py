"""GraphQL over WebSocket, graphql-transport-ws: what is refused here is refused as over HTTP, with the same codes.

An operation that fails ends with `error`, never with a bare `complete`, which would say that all is well. A message
that is none of the protocol closes the connection, with the protocol's own close codes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    SubscribeMessage,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message as WsMessage

from thumper.background import beside, cancel
from thumper.graphql.context import Context
from thumper.graphql.refusal import DATABASE_DOWN, INTERNAL, bad_request, went_wrong
from thumper.store.postgres.connect import OUTAGES
from thumper.web import operation as operations
from thumper.web import sign_in_watch
from thumper.web.answer import Refusal
from thumper.web.authentication import ACTOR, CLOSE_UNAUTHENTICATED, CODE
from thumper.web.connection import DRAINED
from thumper.web.live_sockets import CODE as TOO_MANY
from thumper.web.live_sockets import TRY_AGAIN_LATER, holder_of
from thumper.web.request_body import as_graphql

MOST_OPERATIONS: Final = 20
"""Operations that one WebSocket connection may have open."""

IDLE_S: float = 600.0
"""How long a connection may have no operation; who follows something may be silent for ever."""
PLACE: Final = "place"
"""In the state of a connection: the `Place` that it has taken."""

GOING_AWAY: Final = 1001
"""Close code of RFC 6455 after which clients that reconnect by themselves do so."""
LONGEST_REASON_BYTES: Final = 123
"""Of a close: RFC 6455, 5.5 allows 125 bytes with the code."""

log = structlog.get_logger(__name__)


class Socket(ASGIWebSocketAdapter):
    """Takes JSON objects only, and sends one message at a time."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._turn = asyncio.Lock()

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Yield the messages; strawberry would raise an unhandled error at a list."""
        async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
            if not isinstance(message, dict):
                raise NonJsonMessageReceived
            yield message

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message once those before it have left: all that wait for a slow reader go on at the same moment."""
        async with self._turn:
            if self.ws.application_state is WebSocketState.DISCONNECTED:
                raise WebSocketDisconnected  # it was closed while this waited
            await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close with a reason, which may quote a client: cut to what a frame holds, without halves of characters."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            return
        sendable = reason.encode("utf-8", "backslashreplace")[:LONGEST_REASON_BYTES]
        with contextlib.suppress(WebSocketDisconnect):  # it has gone by itself
            await super().close(code, sendable.decode("utf-8", "ignore"))

    async def drained(self) -> None:
        """Wait until what was sent has left."""
        await self.ws.scope["extensions"][DRAINED]()


class Conversation(BaseGraphQLTransportWSHandler[Context, None]):
    """One connection and its operations."""

    view: Any  # the Transport, which imports this module
    websocket: Socket
    _is_over = False
    """Whether the connection was closed because who opened it may not go on."""
    _idle_since_s = 0.0

    async def handle(self) -> None:
        """Serve the connection until it ends, has asked nothing for long, or may not go on."""
        self._watching = contextlib.AsyncExitStack()
        try:
            await self._watch()
            async with beside(self._end_when_idle()):
                await super().handle()
        finally:
            await self._watching.aclose()

    async def _watch(self) -> None:
        """Watch whether the one who asks here from now on still may."""
        await self._watching.aclose()
        ended = self._watching.enter_context(self.view.watch.following(self.context.actor))
        ending = asyncio.create_task(self._end_when(ended))
        self._watching.push_async_callback(cancel, ending)

    async def _end_when(self, ended: asyncio.Event) -> None:
        await ended.wait()
        await self._forbid()

    async def _forbid(self) -> None:
        """Close the connection of somebody who may not go on; nothing more of what they follow is sent."""
        if self._is_over:
            return
        self._is_over = True
        for number in list(self.operations):
            await self.cleanup_operation(number)
        with contextlib.suppress(WebSocketDisconnected, RuntimeError):  # it is closed already
            await self.websocket.close(sign_in_watch.CLOSE_FORBIDDEN, sign_in_watch.CODE)

    async def _end_when_idle(self) -> None:
        """Close a connection that holds a place and follows nothing, however well it answers pings."""
        now_s = asyncio.get_running_loop().time
        self._idle_since_s = now_s()
        while (left_s := IDLE_S if self.operations else self._idle_since_s + IDLE_S - now_s()) > 0:  # noqa: ASYNC110  # for a time that moves
            await asyncio.sleep(left_s)
        await self.websocket.close(GOING_AWAY, "IDLE")

    async def handle_message(self, message: WsMessage) -> None:
        """Act on one message; one of the wrong shape closes the connection, where strawberry would raise."""
        if self._is_over:
            return
        try:
            if not isinstance(message.get("id", ""), str):
                await self.handle_invalid_message("The id of an operation must be a string")
                return
            await super().handle_message(message)
        except (TypeError, AttributeError):
            await self.handle_invalid_message("Failed to parse message")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Find who asks, unless the handshake has shown it; close the connection of who does not say so."""
        said = message.get("payload", {})
        if isinstance(said, dict) and not self.connection_init_received:
            try:
                actor = await self.view.authenticator.introduced(said, self.context.actor)
            except OUTAGES:
                await self.websocket.close(TRY_AGAIN_LATER, DATABASE_DOWN)
                return
            if actor is None:
                await self._turn_away(said)
                return
            state = self.websocket.ws.scope["state"]
            if not self.view.sockets.hand_over(state[PLACE], holder_of(actor, self.context.address)):
                await self.websocket.close(TRY_AGAIN_LATER, TOO_MANY)
                return
            self.context.actor = state[ACTOR] = actor
            await self._watch()
        await super().handle_connection_init(message)

    async def _turn_away(self, said: Mapping[str, object]) -> None:
        """Close the connection of who does not say who asks, or shows what is not valid."""
        try:
            if said:
                await self.view.authenticator.wrong.noted(self.context.address)
        except Refusal as refusal:
            await self.websocket.close(TRY_AGAIN_LATER, refusal.code)
        else:
            await self.websocket.close(CLOSE_UNAUTHENTICATED, CODE)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation, or refuse it."""
        number, fields = message["id"], message["payload"]
        if not isinstance(fields, dict):
            raise TypeError
        if self.connection_acknowledged and number not in self.operations:
            if not await self.view.watch.may_go_on(self.context.actor):
                await self._forbid()
                return
            try:
                self._refuse(fields)
                await self.view.admission.limits.admit(self.context.actor, self.context.address)
            except Refusal as refusal:
                await self.send_message({"id": number, "type": "error", "payload": [_formatted(refusal)]})
                return
        await super().handle_subscribe({**message, "payload": {"query": None, **fields}})  # type: ignore[typeddict-item]  # as clients send it

    def _refuse(self, fields: Mapping[str, object]) -> None:
        """Raise `Refusal` if an operation cannot begin."""
        if len(self.operations) >= MOST_OPERATIONS:
            message = (
                f"{MOST_OPERATIONS} operations are open on this connection, and no more may be."
                " End one, or open another connection."
            )
            raise Refusal(429, "TOO_MANY_OPERATIONS", message=message)
        as_graphql(fields)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Answer an operation until it has ended."""
        try:
            await self._answer(operation)
        except WebSocketDisconnected:
            return  # there is no one left to be told
        except Refusal as refusal:
            await _end(operation, _formatted(refusal))
        except Exception as error:  # whatever it was, it is no good end
            request_id = self.context.request_id
            log.error("a request failed", request_id=request_id, exc_info=error)
            hidden = GraphQLError(
                went_wrong(request_id), extensions={"code": INTERNAL, "requestId": request_id}
            )
            await _end(operation, hidden.formatted)
        finally:
            self._idle_since_s = asyncio.get_running_loop().time()

    async def _answer(self, operation: Operation[Context, None]) -> None:
        request = as_graphql(
            {
                "query": operation.query,
                "variables": operation.variables,
                "operationName": operation.operation_name,
            }
        )
        with self.view.admission.places.place():  # what is followed has its own place from then on
            running = await operations.run(request, self.context)
        async with aclosing(running) as results:
            async for result in results:
                if errors := operations.refused(result):
                    await operation.send_initial_errors(errors)
                    return
                await operation.send_next(result)
                del result
                # The next message is asked for once this one has left: who reads slowly gets fewer and later ones, and
                # none is kept.
                await self.websocket.drained()
        await operation.send_operation_message({"id": operation.id, "type": "complete"})


def _formatted(refusal: Refusal) -> Any:
    return bad_request(refusal.code, refusal.message).formatted


async def _end(operation: Operation[Context, None], error: Any) -> None:
    with contextlib.suppress(WebSocketDisconnected):
        await operation.send_operation_message({"id": operation.id, "type": "error", "payload": [error]})
