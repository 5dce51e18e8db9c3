"""The command line as a client of the public API: what it asks, anybody could.

Refuses to know the database; when the API does not answer, it says how to start it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Any, Final, TypeVar, cast

from thumper.domain.path_text import harmless
from thumper.embedded.instance import find_instances
from thumper.errors import ServiceDownError, SignedOutError, ThumperError
from thumper.owner_token import kept_owner_token, owner_token_path, read_owner_token
from thumper.settings import Settings

T = TypeVar("T")

ANSWER_WITHIN_S: Final = 30.0
"""Longest that an answer may take; counting a large library takes a second."""

CONNECT_WITHIN_S: Final = 5.0
"""Longest that a connection to this machine may take."""

_UNAUTHENTICATED: Final = "UNAUTHENTICATED"
_CLOSE_UNAUTHENTICATED: Final = 4401
"""How the API refuses a token, over HTTP and over WebSocket."""


class DatabaseDownError(ServiceDownError):
    """Raised if the API answers that PostgreSQL does not."""


class ApiRefusedError(ThumperError):
    """Raised if the API refused a request."""

    code = "API_REFUSED"


async def ask(
    settings: Settings,
    query: str,
    variables: dict[str, Any] | None = None,
    *,
    within_s: float = ANSWER_WITHIN_S,
) -> dict[str, Any]:
    """Ask a query or mutation; return its `data`. Raises `ServiceDownError`, `ApiRefusedError`."""
    from gql import Client, GraphQLRequest
    from gql.transport.httpx import HTTPXAsyncTransport

    shown = _credentials(settings)
    transport = HTTPXAsyncTransport(f"{settings.api_url}/graphql", headers=shown, timeout=within_s)
    client = Client(transport=transport, execute_timeout=None)
    with _explained(settings, shown):
        async with client as session:
            data: dict[str, Any] = await session.execute(GraphQLRequest(query, variable_values=variables))
    return harmless_texts(data)


async def follow(
    settings: Settings, query: str, variables: dict[str, Any] | None = None
) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the messages of a subscription with one field, as they come.

    Ends when the server ends it. Raises `ServiceDownError`, also when the connection is lost, and
    `ApiRefusedError`.
    """
    from gql import Client, GraphQLRequest
    from gql.transport.websockets import WebsocketsTransport

    address = f"{settings.api_url}/graphql".replace("http", "ws", 1)
    shown = _credentials(settings)
    transport = WebsocketsTransport(
        address,
        headers=shown,
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        connect_timeout=CONNECT_WITHIN_S,
        close_timeout=1,
        ping_interval=20,
        pong_timeout=20,
    )
    with _explained(settings, shown):
        async with Client(transport=transport) as session:
            _heed_cancellation()
            messages = session.subscribe(GraphQLRequest(query, variable_values=variables))
            async with aclosing(messages):
                async for data in messages:
                    yield harmless_texts(next(iter(data.values())))


@asynccontextmanager
async def download(
    settings: Settings, path: str, query: dict[str, str]
) -> AsyncGenerator[tuple[int, AsyncGenerator[bytes, None]], None]:
    """Ask for a file that has rows; give how many there are, and its bytes as they come.

    Raises `ServiceDownError`, also when it breaks off, and `ApiRefusedError`.
    """
    import httpx

    shown = _credentials(settings)
    try:
        async with (
            httpx.AsyncClient(headers=shown, timeout=ANSWER_WITHIN_S) as client,
            client.stream("GET", f"{settings.api_url}{path}", params=query) as answer,
        ):
            if answer.status_code != HTTPStatus.OK:
                await answer.aread()
                raise _refused_download(settings, shown, answer.json()["errors"])
            yield (
                int(answer.headers["x-total-count"]),
                cast("AsyncGenerator[bytes, None]", answer.aiter_bytes()),
            )
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise ServiceDownError(
            f"Thumper does not answer at {settings.api_url}, or broke off ({_reason(error)}). Start it with"
            " `thumper up`."
        ) from error


def _refused_download(settings: Settings, shown: dict[str, str], errors: Sequence[Any]) -> ThumperError:
    return _signed_out(settings, shown) if _UNAUTHENTICATED in _codes(errors) else refusal(errors)


def _credentials(settings: Settings) -> dict[str, str]:
    """Return the header by which the API of this home knows its own command line; without a token none.

    Whether one is needed is known when the API answers: it may not even run.
    """
    token = kept_owner_token(settings.home)
    return {} if token is None else {"authorization": f"Bearer {token}"}


def harmless_texts(told: T) -> T:
    """Return an answer with each of its texts `harmless`: a terminal would obey what a name holds."""
    if isinstance(told, str):
        return cast("T", harmless(told))
    if isinstance(told, dict):
        return cast("T", {name: harmless_texts(value) for name, value in told.items()})
    return cast("T", [harmless_texts(each) for each in told]) if isinstance(told, list) else told


@contextmanager
def _explained(settings: Settings, shown: dict[str, str]) -> Iterator[None]:
    """Turn what the transport raises into what a person can act on."""
    from gql.transport.exceptions import TransportError, TransportQueryError
    from websockets.exceptions import ConnectionClosed, WebSocketException

    try:
        yield
    except TransportQueryError as error:
        if _UNAUTHENTICATED in _codes(error.errors or []):
            raise _signed_out(settings, shown) from error
        raise refusal(error.errors or []) from error
    except (TransportError, WebSocketException, OSError, TimeoutError) as error:
        _heed_cancellation()
        closed = error.__cause__.rcvd if isinstance(error.__cause__, ConnectionClosed) else None
        if closed is not None and closed.code == _CLOSE_UNAUTHENTICATED:
            raise _signed_out(settings, shown) from error
        raise ServiceDownError(
            f"Thumper does not answer at {settings.api_url} ({_reason(error)}). Start it with `thumper up`."
        ) from error


def _signed_out(settings: Settings, shown: dict[str, str]) -> ThumperError:
    """Return why the API does not know its command line, which has shown this."""
    if shown != _credentials(settings):  # it wrote the token between our look and its answer
        return ServiceDownError(f"Thumper at {settings.api_url} has only just started. Try again.")
    for other in find_instances():
        if other.api_url == settings.api_url and other.home != settings.home:
            return SignedOutError(
                f"What answers at {settings.api_url} is the Thumper of {other.home}, and this command speaks for"
                f" {settings.home}: set THUMPER_HOME={other.home}, or leave THUMPER_HOME and THUMPER_PORT out."
            )
    try:
        read_owner_token(settings.home)
    except SignedOutError as error:
        return error
    return SignedOutError(
        f"Thumper at {settings.api_url} does not accept the token in {owner_token_path(settings.home)}. Start"
        " that Thumper again: it writes a token that counts. If it has another home, name that with THUMPER_HOME."
    )


def _heed_cancellation() -> None:
    """Raise `CancelledError` in a task that was cancelled: the client library loses that while it connects.

    Who asks again and again would never end then, and neither would `thumper up`.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def refusal(errors: Sequence[Any]) -> ThumperError:
    """Return the error for what an answer of the API says in its `errors`."""
    messages = "; ".join(harmless(str(error.get("message", error))) for error in errors)
    messages = messages or "no reason was given"
    codes = _codes(errors)
    if "DATABASE_DOWN" in codes:
        return DatabaseDownError(messages)
    return ServiceDownError(messages) if codes & {"SERVICE_DOWN", "OVERLOADED"} else ApiRefusedError(messages)


def _codes(errors: Sequence[Any]) -> set[str | None]:
    return {error.get("extensions", {}).get("code") for error in errors}


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
