"""Who may not go on is told nothing more, within five seconds, whatever took the right away, in whatever process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
import websockets

from tests.api import Api
from tests.live import FOLLOWED, SocketSubscriber, Subscriber, subscribed
from tests.people import Asker, make_asker
from tests.pipeline import store_images
from thumper.domain.access import Role
from thumper.graphql.relay.identity import encode
from thumper.store.access.credentials import present_actors
from thumper.store.models import Person, Token
from thumper.store.postgres.clock import NOW
from thumper.store.postgres.connect import client
from thumper.web import sign_in_watch

STATUS: Final = "subscription { status { seq } }"
WITHIN_S: Final = 5.0

End = Callable[[Asker], Awaitable[Any]]


async def _revoked(asker: Asker) -> None:
    await Token.filter(id=asker.token_id).update(revoked_at=NOW)


async def _expired(asker: Asker) -> None:
    await client().execute_query_dict("UPDATE token SET expires_at = now() WHERE id = $1", [asker.token_id])


async def _removed(asker: Asker) -> None:
    await Person.filter(id=asker.person_id).update(removed_at=NOW)


async def _another_role(asker: Asker) -> None:
    await Person.filter(id=asker.person_id).update(role=Role.GUEST)


async def _other_scopes(asker: Asker) -> None:
    await Token.filter(id=asker.token_id).update(scopes="ingest")


ENDS: Final[tuple[End, ...]] = (_revoked, _expired, _removed, _another_role, _other_scopes)


@pytest.mark.parametrize("transport", FOLLOWED)
async def test_what_is_followed_ends_within_five_seconds(api: Api, transport: str) -> None:
    """All at the same time, and somebody else goes on."""
    askers = [await make_asker(f"Ann {number}") for number in range(len(ENDS))]
    bob = await make_asker("Bob")
    async with contextlib.AsyncExitStack() as stack:
        *theirs, his = [
            await stack.enter_async_context(FOLLOWED[transport](api.url, STATUS, headers=asker.headers))
            for asker in (*askers, bob)
        ]
        await asyncio.gather(*(each.next() for each in (*theirs, his)))
        began_s = time.monotonic()
        for end, asker in zip(ENDS, askers, strict=True):
            await end(asker)  # as another process would: nothing in this one is told
        await asyncio.gather(*map(ended, theirs))
        assert time.monotonic() - began_s < WITHIN_S
        await store_images(1)
        await his.next()


async def ended(subscriber: Subscriber) -> None:
    """Wait until nothing more is told, and the reason is."""
    if isinstance(subscriber, SocketSubscriber):
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await subscriber.next()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4403, "FORBIDDEN")
    else:
        last = await subscriber.reply()
        assert last["type"] == "error"
        assert last["payload"][0]["extensions"]["code"] == "FORBIDDEN"
        assert (await subscriber.reply())["event"] == "complete"


async def test_each_operation_is_begun_only_by_who_still_may(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_watch, "LOOK_S", 600.0)
    ann = await make_asker("Ann")
    async with subscribed(api.url, STATUS, headers=ann.headers) as hers:
        await hers.next()
        await _revoked(ann)
        query = {"query": "{ __typename }"}
        await hers.socket.send(json.dumps({"id": "2", "type": "subscribe", "payload": query}))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await hers.reply()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_a_new_name_ends_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_watch, "LOOK_S", 0.1)
    ann = await make_asker("Ann")
    async with subscribed(api.url, STATUS, headers=ann.headers) as hers:
        await hers.next()
        await Person.filter(id=ann.person_id).update(name="Anna")
        await asyncio.sleep(0.5)
        await store_images(1)
        await hers.next()


REVOKE: Final = """mutation ($id: ID!) { revokeToken(input: {tokenId: $id}) { errors { code } } }"""


@pytest.mark.parametrize("key", ["", ', idempotencyKey: "a"'], ids=["without a key", "with a key"])
async def test_what_this_process_revokes_ends_at_once(
    api: Api, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    ann = await make_asker("Ann")
    async with subscribed(api.url, STATUS, headers=ann.headers) as hers:
        await hers.next()
        monkeypatch.setattr(sign_in_watch, "LOOK_S", 600.0)
        await asyncio.sleep(2.2)  # from now on it looks only when it is told
        mutation = REVOKE.replace("$id}", "$id" + key + "}")
        assert (await api.ask(mutation, id=encode("Token", ann.token_id)))["revokeToken"]["errors"] == []
        answer = await api.anonymous.post("/graphql", json={"query": "{ __typename }"}, headers=ann.headers)
        assert answer.status_code == 401
        with pytest.raises(websockets.ConnectionClosed):
            await hers.next(within_s=2)


async def test_who_left_is_not_watched_any_more(database: str) -> None:
    ann = await make_asker("Ann")
    watch = sign_in_watch.SignInWatch()
    (actor,) = (await present_actors([ann.token_id])).values()
    with watch.following(actor), watch.following(actor):
        assert list(watch._followers) == [ann.token_id]
    assert not watch._followers
    watch.revoked(ann.token_id)
    assert not watch._wanted.is_set()
