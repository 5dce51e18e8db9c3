"""A route that does by hand what one query does: the least that a page can cost in Python.

    python benchmarks/bare_page.py DATABASE_URL PORT FILE

FILE is JSON with `statements`, which are sent through asyncpg one after another for each request, and `answer`, which
is then sent as JSON. The rows are read and thrown away.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def create_app(url: str, statements: list[str], answer: Any) -> Starlette:
    """Return the app."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=1, max_size=10) as app.state.pool:
            yield

    async def page(request: Request) -> Response:
        await request.json()
        async with request.app.state.pool.acquire() as connection:
            for statement in statements:
                await connection.fetch(statement)
        return JSONResponse(answer)

    return Starlette(routes=[Route("/graphql", page, methods=["POST"])], lifespan=lifespan)


def main() -> None:
    """Serve until a signal comes."""
    url, port, file = sys.argv[1:]
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    app = create_app(url, told["statements"], told["answer"])
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
