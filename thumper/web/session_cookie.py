"""The cookie by which a browser shows its session: no script reads it, and no other site can have it sent.

Browsers do not tell ports apart: two Thumpers on one machine would sign each other out, so the port is in its name.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from thumper.settings import Settings
from thumper.store.access.credentials import SESSION_DAYS

_DAY_S: Final = 86_400


class SessionCookie:
    """Reads and writes the cookie of this server."""

    def __init__(self, settings: Settings) -> None:
        self._name = f"thumper_session_{settings.port}"

    def read(self, headers: Headers) -> str | None:
        """Return the secret that a browser shows."""
        for line in headers.getlist("cookie"):
            if secret := cookie_parser(line).get(self._name):
                return secret
        return None

    def write(self, response: Response, scope: Scope, secret: str) -> None:
        """Have the browser keep the secret as long as the session lasts that is used now."""
        self._set(response, scope, secret, max_age_s=SESSION_DAYS * _DAY_S)

    def remove(self, response: Response, scope: Scope) -> None:
        """Have the browser forget the secret."""
        self._set(response, scope, "", max_age_s=0)

    def header(self, scope: Scope, secret: str) -> tuple[bytes, bytes]:
        """Return the header with which an answer gives the browser its cookie again."""
        response = Response()
        self.write(response, scope, secret)
        return next(each for each in response.raw_headers if each[0] == b"set-cookie")

    def _set(self, response: Response, scope: Scope, secret: str, *, max_age_s: int) -> None:
        response.set_cookie(
            self._name,
            secret,
            max_age=max_age_s,
            path=f"{scope.get('root_path', '')}/",
            secure=scope["scheme"] in {"https", "wss"},
            httponly=True,
            samesite="strict",
        )
