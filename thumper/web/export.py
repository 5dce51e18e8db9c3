"""Spreadsheets: GET /export/{sheet}.csv?where={…}, with the filter that the list of the same name has in the API.

What was found is sent as it is read, of one snapshot. One that cannot be ended breaks off, so that no client takes the
half for the whole; `x-total-count` says how many rows there are. Some are sent at a time: each holds a connection to
PostgreSQL for as long as its reader takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import structlog
from graphql import GraphQLError, GraphQLInputType, coerce_input_value, validate_input_value
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types.arguments import convert_argument

from thumper.background import cancel
from thumper.export.csv_text import CsvText, csv_text
from thumper.export.sheet import SHEETS, Sheet, Telling
from thumper.graphql.deer.sighting import SIGHTING_LIST
from thumper.graphql.image_list import IMAGE_LIST
from thumper.graphql.photos.detection import DETECTION_LIST
from thumper.graphql.refusal import DATABASE_DOWN, DATABASE_IS_DOWN, RequestError
from thumper.graphql.relay import identity
from thumper.graphql.relay.search_list import SearchList
from thumper.graphql.schema import schema
from thumper.store.postgres.connect import OUTAGES
from thumper.store.postgres.search import Search
from thumper.web.answer import Refusal
from thumper.web.authentication import ACTOR
from thumper.web.room import Room
from thumper.web.sign_in_watch import SignInWatch

log = structlog.get_logger(__name__)

AT_ONCE: Final = 3
"""Of the ten connections of the pool; the others stay free for the page."""
RETRY_AFTER_S: Final = 10
_LISTS: Final[Mapping[str, SearchList[Any]]] = {
    "detections": DETECTION_LIST,
    "images": IMAGE_LIST,
    "sightings": SIGHTING_LIST,
}
_FLAGS: Final = {"true": True, "false": False}
_ASKED: Final = frozenset({"where", "bom"})


class Exports:
    """The route; it counts what is being sent."""

    def __init__(self, watch: SignInWatch) -> None:
        self._watch = watch
        self._running = 0

    async def answer(self, request: Request) -> Response:
        """Answer a request for a sheet. Raises `Refusal`."""
        asked = _Asked(request)
        if self._running >= AT_ONCE:
            message = f"{AT_ONCE} spreadsheets are being sent. Ask again in {RETRY_AFTER_S} seconds."
            raise Refusal(503, "OVERLOADED", message=message, headers={"retry-after": str(RETRY_AFTER_S)})
        return _Sending(self, asked)

    @contextlib.asynccontextmanager
    async def reading(self, asked: _Asked) -> AsyncIterator[tuple[CsvText, asyncio.Event]]:
        """Count a sheet that is read, and read it."""
        self._running += 1
        try:
            with self._watch.following(asked.actor) as ended:
                async with csv_text(asked.sheet, asked.search, asked.telling, mark=asked.mark) as text:
                    yield text, ended
        finally:
            self._running -= 1


class _Asked:
    """What a request asks for. Raises `Refusal` where it cannot be understood."""

    def __init__(self, request: Request) -> None:
        name = request.path_params["sheet"]
        if name not in SHEETS:
            known = ", ".join(SHEETS)
            raise Refusal(404, "NOT_FOUND", message=f"There is no spreadsheet of {name}; there are {known}.")
        if unknown := sorted(set(request.query_params) - _ASKED):
            message = f"There is no {unknown[0]} here; a spreadsheet takes where and bom."
            raise Refusal(400, "BAD_ARGUMENTS", message=message)
        self.sheet: Sheet = SHEETS[name]
        self.mark = _flag(request.query_params.get("bom", "false"))
        settings = cast("Room", request.app.state.room).settings
        self.search = _search(self.sheet, request.query_params.get("where", ""), settings.zone)
        self.telling = Telling(settings.time_zone, identity.encode)
        self.actor = request.scope["state"][ACTOR]


def _flag(text: str) -> bool:
    if text not in _FLAGS:
        raise Refusal(400, "BAD_VALUE", message=f"bom is {text!r}; it must be true or false.")
    return _FLAGS[text]


def _search(sheet: Sheet, where: str, zone: ZoneInfo) -> Search[Any]:
    """Return the search that a filter in JSON asks for. Raises `Refusal`."""
    try:
        found: Search[Any] = _LISTS[sheet.name].search(
            _filter(f"{sheet.noun}Filter", where) if where else None, zone=zone
        )
    except RequestError as error:
        code = (error.extensions or {})["code"]
        raise Refusal(400, code, message=error.message) from error
    except (ValueError, RecursionError, GraphQLError) as error:
        reason = error.message if isinstance(error, GraphQLError) else f"it is no JSON: {error}"
        message = f"where cannot be read as a {sheet.noun}Filter of the API: {reason}"
        raise Refusal(400, "BAD_VALUE", message=message) from error
    return found


def _filter(name: str, text: str) -> Any:
    """Return the filter of the API as its resolvers get it."""
    kind = cast("GraphQLInputType", schema._schema.type_map[name])  # noqa: SLF001  # strawberry has no other way
    definition: Any = schema.get_type_by_name(name)
    given = json.loads(text)
    validate_input_value(given, kind, _refuse)
    registry = schema.schema_converter.scalar_registry
    return convert_argument(coerce_input_value(given, kind), definition.origin, registry, schema.config)


def _refuse(error: GraphQLError, path: Sequence[str | int]) -> None:
    """Raise what is wrong with a value, with its place."""
    placed = f"{'.'.join(map(str, path))}: " if path else ""
    raise GraphQLError(f"{placed}{error.message}")


class _Sending(Response):
    """A sheet on its way."""

    def __init__(self, exports: Exports, asked: _Asked) -> None:
        day = dt.datetime.now(dt.UTC).date().isoformat()
        super().__init__(
            headers={
                "content-type": "text/csv; charset=utf-8; header=present",
                "content-disposition": f'attachment; filename="thumper-{asked.sheet.name}-{day}.csv"',
                "cache-control": "no-store",
                "x-accel-buffering": "no",  # nginx would keep it on its disk
            }
        )
        del self.headers["content-length"]
        self._exports, self._asked = exports, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a PostgreSQL that is away before the first row is answered as that."""
        leaving = asyncio.create_task(_gone(receive))
        begun = False
        try:
            async with self._exports.reading(self._asked) as (text, ended):
                self.headers["x-total-count"] = str(text.rows)
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                begun = True
                if scope["method"] != "HEAD":
                    await _send_all(text, send, until=(leaving, ended))
            await send({"type": "http.response.body", "body": b""})
        except OUTAGES as error:
            if not begun:
                raise Refusal(503, DATABASE_DOWN, message=DATABASE_IS_DOWN) from error
            log.warning("a spreadsheet broke off", sheet=self._asked.sheet.name, error=str(error))
            raise ClientDisconnect from error
        finally:
            await cancel(leaving)


async def _send_all(text: CsvText, send: Send, *, until: tuple[asyncio.Task[None], asyncio.Event]) -> None:
    """Send part by part. Raises `ClientDisconnect` when the reader is gone, or may read no more."""
    leaving, ended = until
    async with contextlib.aclosing(text.parts) as parts:  # type: ignore[type-var]  # it is a generator
        async for part in parts:
            if leaving.done() or ended.is_set():
                raise ClientDisconnect
            await send({"type": "http.response.body", "body": part, "more_body": True})


async def _gone(receive: Receive) -> None:
    """Wait until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
