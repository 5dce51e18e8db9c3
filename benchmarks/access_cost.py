"""What access costs: the CPU time of a page with and without sign-in, the table of fields and that of addresses.

    python -m benchmarks.access_cost [--images 2000] [--runs 10] [--pages 40]

The app runs in this process, without sockets, and is asked the page of a gallery in runs that alternate. Without
access, each request is taken for the owner's, and nothing is looked up. A request that only asks who is there shows
what one costs that does nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.types import Message, Scope

from benchmarks.large_library import fill
from benchmarks.live_watcher import embedded
from benchmarks.machine import Others, describe
from benchmarks.queries import WHOLE_PAGE
from thumper.domain.access import OWNER, SCOPES_OF, Role
from thumper.graphql.relay.mutation_execution import MutationExecutor
from thumper.graphql.request.guarded_execution import GuardedExecutor
from thumper.graphql.request.permission import Permission
from thumper.settings import Settings
from thumper.store.access import people, tokens
from thumper.web.app import create_app
from thumper.web.authentication import ACTOR, Authentication
from thumper.web.route_access import RouteAccess

_GUARDED: Final = ("execute_operation", "execute_field", "withheld")


async def _as_owner(self: Any, *asked: Any) -> None:
    asked[0].setdefault("state", {})[ACTOR] = OWNER
    await self._app(*asked)


def _unasked(_self: Any) -> Iterator[None]:
    yield


@contextlib.contextmanager
def without_access() -> Iterator[None]:
    """Take away all that access is made of."""
    places = [
        (Authentication, "__call__", _as_owner),
        (RouteAccess, "__call__", _as_owner),
        (Permission, "on_validate", _unasked),
        *((GuardedExecutor, name, getattr(MutationExecutor, name)) for name in _GUARDED),
    ]
    kept = [(kind, name, getattr(kind, name)) for kind, name, _ in places]
    try:
        for kind, name, other in places:
            setattr(kind, name, other)
        yield
    finally:
        for kind, name, own in kept:
            setattr(kind, name, own)


class Asking:
    """One query, sent again and again to an app in this process."""

    def __init__(self, app: Starlette, query: str, secret: str) -> None:
        self._app = app
        self._body = json.dumps({"query": query}).encode()
        self._headers = [
            (b"host", b"localhost:8480"),
            (b"content-type", b"application/json"),
            (b"authorization", f"Bearer {secret}".encode()),
        ]

    async def ask(self) -> dict[str, Any]:
        """Return the answer."""
        parts: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": self._body, "more_body": False}

        async def send(message: Message) -> None:
            parts.append(message.get("body", b""))

        await self._app(self._scope(), receive, send)
        answer: dict[str, Any] = json.loads(b"".join(parts))
        return answer

    def _scope(self) -> Scope:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "root_path": "",
            "headers": self._headers,
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 8480),
            "state": {},
        }

    async def cpu_ms(self, pages: int) -> float:
        """Return the CPU time of one answer in this process, the reading of its JSON included on both sides."""
        began_s = time.process_time()
        for _ in range(pages):
            await self.ask()
        return 1000 * (time.process_time() - began_s) / pages


@contextlib.asynccontextmanager
async def asking(settings: Settings, query: str, role: Role) -> AsyncIterator[Asking]:
    """Run the app, and ask it as somebody of a role."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        person = await people.add(f"The {role.value} who asks {len(query)} bytes", role)
        _, secret = await tokens.issue(person, role.value, SCOPES_OF[role])
        yield Asking(app, query, secret)


async def compare(asked: Asking, *, runs: int, pages: int) -> dict[str, object]:
    """Return what a page costs in alternating runs, and the share that access has of it."""
    answer = await asked.ask()
    if "errors" in answer:
        raise RuntimeError(answer["errors"])
    await asked.cpu_ms(pages)  # until everything is warm
    measured: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(runs):
        measured["with"].append(await asked.cpu_ms(pages))
        with without_access():
            measured["without"].append(await asked.cpu_ms(pages))
    mine, bare = (statistics.median(measured[name]) for name in ("with", "without"))
    return {
        "cpu_ms_with_access": round(mine, 3),
        "cpu_ms_without": round(bare, 3),
        "share_of_access": f"{(mine - bare) / mine:.1%}",
        "runs": {name: [round(each, 2) for each in values] for name, values in measured.items()},
    }


async def measure(*, images: int, runs: int, pages: int) -> None:
    """Measure for each role whose page is the whole one, and print it."""
    with tempfile.TemporaryDirectory() as home:
        async with embedded(Path(home)) as settings:
            await fill(settings, images=images, detections=images * 3 // 2)
            others = Others()
            for role in (Role.OWNER, Role.MEMBER, Role.GUEST):
                for name, query in (("page", WHOLE_PAGE), ("nothing", "{ __typename }")):
                    async with asking(settings, query, role) as asked:
                        told = await compare(asked, runs=runs, pages=pages)
                    print(json.dumps({"role": role.value, "asked": name, **told}))
            print(f"others used {others.share():.0%} of the machine")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--pages", type=int, default=40)
    options = parser.parse_args()
    print(describe())
    asyncio.run(measure(images=options.images, runs=options.runs, pages=options.pages))


if __name__ == "__main__":
    main()
