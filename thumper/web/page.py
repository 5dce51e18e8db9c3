"""The pages in the browser: GraphiQL, and the one that signs in; from files of this server and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

PAGES: Final = Path(__file__).parent / "pages"
_COMPLETE: Final = PAGES / "graphiql" / "package.json"
"""Copied last at set-up: it says that GraphiQL's files are whole."""

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""GraphiQL's editor writes style elements at run time; scripts come from files alone."""

_STRICT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""No text that comes with a link can become a script."""


def wants_page(request: Request) -> bool:
    """Return whether a browser opens the address, rather than a program sending a query.

    An address that holds a query counts as well: a link must not run one.
    """
    opens = request.headers.get("sec-fetch-mode") == "navigate"
    return request.method in {"GET", "HEAD"} and (opens or "text/html" in request.headers.get("accept", ""))


def has_graphiql() -> bool:
    """Return whether set-up has installed GraphiQL's files."""
    return _COMPLETE.exists()


async def query_page(_request: Request) -> Response:
    """Answer with GraphiQL, or with how to get it."""
    name = "query.html" if has_graphiql() else "query_missing.html"
    headers = {"content-security-policy": _POLICY, "cache-control": "no-cache", "vary": "Accept"}
    return FileResponse(PAGES / name, media_type="text/html", headers=headers)


async def sign_in_page(_request: Request) -> Response:
    """Answer with the page that signs in after a tap, so that a preview of its address uses no link up."""
    headers = {"content-security-policy": _STRICT_POLICY, "cache-control": "no-cache"}
    return FileResponse(PAGES / "sign_in.html", media_type="text/html", headers=headers)


def page_files() -> StaticFiles:
    """Return the app that serves scripts and styles of the page."""
    return StaticFiles(directory=PAGES)
