"""One connection of a client, as uvicorn serves it, with an end to what a client may take and hold.

uvicorn waits for ever for a head or a body that comes a byte a minute, and for a client that reads nothing. Here a
head and a body have a time, a client that takes nothing is cut off, and what is kept for it has a size. Judges nothing
of what is asked: the app does that.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, Final, cast

import h11
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request

from thumper.web.http_protocol import HttpProtocol, last_words

HEAD_S: float = 20.0
"""How long the head of a request may take; Apache's mod_reqtimeout allows 20 s."""
BODY_S: float = 20.0
"""How long a body may take, besides a second for each `LEAST_BODY_RATE`; likewise Apache's default."""
LEAST_BODY_RATE: Final = 500
"""Bytes a second below which a body is too slow; Apache's MinRate."""
IDLE_S: Final = 130
"""How long a connection stays open for another request: longer than clients and proxies keep it (httpx 5 s, nginx 60 s,
Go 90 s, Caddy 120 s). A request that is sent into a connection as it ends gets no answer, and may not be one to send
twice."""
UNREAD_S: float = 120.0
"""How long a client may take nothing of what is ready for it. What it misses it gets when it comes back."""
SEND_BYTES: Final = 128 * 1024
"""What the kernel keeps for a client that reads slowly; without a limit Linux makes it 4 MB (tcp_wmem)."""
MOST_UNREAD_BYTES: Final = 1024 * 1024
"""What may be kept here for a client that goes on sending pings and reads no answer."""

IS_STREAM: Final = "is_stream"
"""In the state of a request whose answer has no end of its own: the end of the server is one."""
DRAINED: Final = "thumper.drained"
"""Extension of a WebSocket's scope: a function that returns when what was sent has left, but for a remainder."""


class HttpConnection(HttpProtocol):
    """Speaks HTTP/1.1, with a time for heads and bodies."""

    _timer: TimerHandle | None = None
    _phase: tuple[object, object] | None = None
    _began_s = 0.0
    _received_bytes = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(cast("Transport", transport))
        _bound(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and look what is still to come."""
        self._received_bytes += len(data)
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand over: a WebSocket has pings."""
        self._forget()
        super().handle_websocket_upgrade(event)

    def shutdown(self) -> None:
        """End with the server: at once where the answer would not end by itself."""
        super().shutdown()
        if self.cycle is not None and self.cycle.scope["state"].get(IS_STREAM):  # type: ignore[redundant-expr]  # None at first
            self.transport.close()

    def _watch(self) -> None:
        """Begin to count anew when the client begins to send something else: a head, or a body."""
        if self._is_over or self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        phase = (self.conn.their_state, self.cycle)
        if phase != self._phase:
            self._forget()
            self._phase, self._began_s, self._received_bytes = phase, self.loop.time(), 0
            if phase[0] in {h11.IDLE, h11.SEND_BODY}:
                self._timer = self.loop.call_later(self._left_s(), self._look)

    def _left_s(self) -> float:
        if self.conn.their_state is h11.IDLE:
            allowed_s = HEAD_S
        else:
            allowed_s = BODY_S + self._received_bytes / LEAST_BODY_RATE
        return self._began_s + allowed_s - self.loop.time()

    def _look(self) -> None:
        """Refuse a client whose time is over, unless it waits for us."""
        if self.conn.their_state is h11.SEND_BODY and (
            self.flow.read_paused or self.cycle.waiting_for_100_continue
        ):
            self._began_s = self.loop.time()
        left_s = self._left_s()
        if left_s > 0:
            self._timer = self.loop.call_later(left_s, self._look)
        elif self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self._end_idle()
        elif self.conn.their_state is h11.SEND_BODY and self.cycle.response_complete:
            self.transport.close()  # it was answered before it had come
        else:
            what = "head" if self.conn.their_state is h11.IDLE else "body"
            self.give_up(408, "TOO_SLOW", f"The {what} of the request did not come in time. Send it again.")

    def _end_idle(self) -> None:
        """Close a connection that was opened for a request that has not come; after one, uvicorn does it in time."""
        if cast("object", self.cycle) is None:  # it is, before the first request
            self.transport.close()
        else:
            self._began_s = self.loop.time()
            self._timer = self.loop.call_later(HEAD_S, self._look)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class WebSocketConnection(WebSocketsSansIOProtocol):
    """Speaks WebSocket, tells the app when what it sent has left, and piles nothing up."""

    _is_over = False

    def data_received(self, data: bytes) -> None:
        """Read on; the first that comes is the head, which uvicorn leaves unanswered where it cannot be read."""
        if self._is_over:
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None:
            self._give_up(
                "The head of the WebSocket cannot be read: a wrong method, or headers too many or too long."
            )

    def handle_connect(self, event: Request) -> None:
        """Hand the handshake to the app, with a way to learn when what it sent has left."""
        try:
            self.conn.process_request(event)
        except InvalidHandshake as error:
            self._give_up(f"This is no WebSocket that can be opened: {error}.")
            return
        super().handle_connect(event)
        cast("dict[str, Any]", self.scope["extensions"])[DRAINED] = self.writable.wait

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a handshake that the app refuses is complete with the refusal, which uvicorn takes for a mistake.

        So it does what is sent after the connection was given up here, such as for a ping without an answer.
        """
        if self.close_sent and self.initial_response is None:
            raise ClientDisconnected
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True

    def shutdown(self) -> None:
        """End with the server. Who says goodbye just then was answered, and another goodbye would end the ending."""
        if self.conn.close_sent is not None:
            self.close_sent = True
        super().shutdown()

    def _give_up(self, message: str) -> None:
        self._is_over = self.handshake_complete = self.close_sent = True
        last_words(self.transport, 400, code="BAD_REQUEST", message=message)

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; a text that is not in UTF-8 ends the connection, and is no mistake of ours to log."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                if self.conn.close_sent is None:  # else the client's own close came at once behind it
                    self.conn.send_close(1007)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer, unless earlier answers are not read."""
        super().handle_ping()
        if self.transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self.transport.abort()


def _bound(transport: BaseTransport) -> None:
    """Limit what the kernel keeps for a client, and for how long a client may take nothing of it."""
    connected: socket.socket = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):  # it has gone already
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        if sys.platform == "linux":  # which counts a closed window as well
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD_S * 1000))
