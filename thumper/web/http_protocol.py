"""uvicorn's HTTP/1.1, whose own refusals are JSON with a code, as those of the app are."""

from __future__ import annotations

from uvicorn.protocols.http.h11_impl import H11Protocol

from thumper.web.answer import REQUEST_ID, new_request_id, refused


class HttpProtocol(H11Protocol):
    """Reads requests from one connection."""

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are no HTTP, and close the connection.

        uvicorn would answer as text, and would raise an error that is only logged when an answer was begun already.
        """
        begun = False
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]  # None at first
            begun = self.cycle.response_started
            # What the app still sends goes nowhere, and it hears that there is no more to read.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not begun:
            self.transport.write(_no_http())
        self.transport.close()


def _no_http() -> bytes:
    message = "These bytes are no HTTP/1.1 request that can be read, or its headers are too long."
    headers = {"connection": "close", REQUEST_ID: new_request_id()}
    answer = refused(400, "BAD_REQUEST", message=message, headers=headers)
    lines = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in answer.raw_headers)]
    return b"\r\n".join([*lines, b"", bytes(answer.body)])
