"""uvicorn's HTTP/1.1, whose own refusals are JSON with a code, as those of the app are."""

from __future__ import annotations

import asyncio
from asyncio import Transport
from http import HTTPStatus
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from thumper.web.answer import REQUEST_ID, new_request_id, refused

LINGER_S: Final = 1.0
"""How long a client may take to read that it was refused."""


class HttpProtocol(H11Protocol):
    """Reads requests from one connection."""

    _is_over = False

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are no HTTP, and close the connection.

        uvicorn would answer as text, and would raise an error that is only logged when an answer was begun already.
        """
        message = "These bytes are no HTTP/1.1 request that can be read, or its headers are too long."
        self.give_up(400, "BAD_REQUEST", message)

    def give_up(self, status: int, code: str, message: str) -> None:
        """Answer in place of the app, if no answer was begun, and close the connection."""
        begun = False
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]  # None at first
            begun = self.cycle.response_started
            # What the app still sends goes nowhere, and it hears that there is no more to read.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if begun:
            self.transport.close()
            return
        self._is_over = True
        last_words(self.transport, status, code=code, message=message)

    def data_received(self, data: bytes) -> None:
        """Read on, unless there is nothing more to say."""
        if not self._is_over:
            super().data_received(data)


def last_words(transport: Transport, status: int, *, code: str, message: str) -> None:
    """Refuse, and close the connection once the client can have read it.

    RFC 9112, 9.6: to a client that still sends, a connection that is closed at once is reset, answer and all.
    """
    transport.write(_refusal(status, code, message))
    transport.write_eof()
    asyncio.get_running_loop().call_later(LINGER_S, transport.close)


def _refusal(status: int, code: str, message: str) -> bytes:
    headers = {"connection": "close", REQUEST_ID: new_request_id()}
    answer = refused(status, code, message=message, headers=headers)
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
    lines = [first, *(name + b": " + value for name, value in answer.raw_headers)]
    return b"\r\n".join([*lines, b"", bytes(answer.body)])
