"""What a browser is given: the page with its views, and GraphiQL; from files of this server and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGES: Final = Path(__file__).parent / "pages"
APP: Final = PAGES / "app"
"""What `install/page.sh` built out of the folder `page`."""
_COMPLETE: Final = PAGES / "graphiql" / "package.json"
"""Copied last at set-up: it says that GraphiQL's files are whole."""
_HASHED: Final = "app/assets/"
"""Files whose names change with what is in them."""
_FOR_EVER: Final = "public, max-age=31536000, immutable"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""GraphiQL's editor writes style elements at run time; scripts come from files alone."""

_STRICT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""No text that comes with a photo, a name or a link can become a script."""


def wants_page(request: Request) -> bool:
    """Return whether a browser opens the address, rather than a program sending a query.

    An address that holds a query counts as well: a link must not run one.
    """
    opens = request.headers.get("sec-fetch-mode") == "navigate"
    return request.method in {"GET", "HEAD"} and (opens or "text/html" in request.headers.get("accept", ""))


def has_graphiql() -> bool:
    """Return whether set-up has installed GraphiQL's files."""
    return _COMPLETE.exists()


def has_page() -> bool:
    """Return whether set-up has built the page."""
    return (APP / "index.html").exists()


async def query_page(_request: Request) -> Response:
    """Answer with GraphiQL, or with how to get it."""
    name = "query.html" if has_graphiql() else "query_missing.html"
    headers = {"content-security-policy": _POLICY, "cache-control": "no-cache", "vary": "Accept"}
    return FileResponse(PAGES / name, media_type="text/html", headers=headers)


async def first_page(request: Request) -> Response:
    """Answer with the page, or with how to get it."""
    base = request.scope.get("root_path", "")
    if has_page():
        # Vite writes what is beside index.html as ./…; the page is at addresses of several depths.
        text = (APP / "index.html").read_text("utf-8").replace('="./', f'="{base}/pages/app/')
    else:
        text = (PAGES / "page_missing.html").read_text("utf-8").replace('="./', f'="{base}/')
    headers = {"content-security-policy": _STRICT_POLICY, "cache-control": "no-cache", "vary": "Accept"}
    return HTMLResponse(text, headers=headers)


async def view_page(request: Request) -> Response:
    """Answer the address of a view likewise; to a program, nothing is there."""
    if wants_page(request):
        return await first_page(request)
    raise HTTPException(404)


class _PageFiles(StaticFiles):
    """Scripts and styles: compressed for who takes it, and kept for ever where the name says what is in them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        hashed = path.startswith(_HASHED)
        if hashed and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            response = await self._compressed(path, scope)
        else:
            response = await super().get_response(path, scope)
        if hashed:
            response.headers["cache-control"] = _FOR_EVER
            response.headers["vary"] = "Accept-Encoding"
        return response

    async def _compressed(self, path: str, scope: Scope) -> Response:
        """Return the copy beside the file, with the type of the file; the file where there is none."""
        whole, _ = self.lookup_path(path)
        if not whole or not Path(f"{whole}.gz").is_file():
            return await super().get_response(path, scope)
        response = await super().get_response(f"{path}.gz", scope)
        kind = FileResponse(whole).media_type or "application/octet-stream"
        response.headers["content-type"] = f"{kind}; charset=utf-8"
        response.headers["content-encoding"] = "gzip"
        return response


def page_files() -> StaticFiles:
    """Return the app that serves scripts and styles of the page."""
    return _PageFiles(directory=PAGES)
