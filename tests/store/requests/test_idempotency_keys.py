from __future__ import annotations

import asyncio

import pytest

from thumper.domain.housekeeping import Amount
from thumper.store.models import IdempotencyKey
from thumper.store.postgres.connect import client
from thumper.store.postgres.one_commit import one_commit
from thumper.store.requests import idempotency_keys
from thumper.store.requests.idempotency_keys import KEPT_DAYS, Use

pytestmark = pytest.mark.usefixtures("database")


def use(*, actor: str = "owner", key: str = "key") -> Use:
    return Use(actor=actor, key=key, mutation="createDeer", input_sha256=bytes(32))


async def test_a_key_is_claimed_once_by_each_actor() -> None:
    async with one_commit() as transaction:
        own, earlier = await idempotency_keys.claim(transaction, use())
        assert earlier is None
        await idempotency_keys.record(transaction, own, "{}")
    async with one_commit() as transaction:
        again, earlier = await idempotency_keys.claim(transaction, use())
        assert (again, earlier and earlier.payload) == (own, "{}")
        other, earlier = await idempotency_keys.claim(transaction, use(actor="guest"))
        assert (other != own, earlier) == (True, None)


async def test_the_second_of_two_processes_waits_for_what_the_first_commits() -> None:
    claimed, go = asyncio.Event(), asyncio.Event()

    async def first(*, fails: bool) -> None:
        async with one_commit() as transaction:
            key_id, _ = await idempotency_keys.claim(transaction, use(key=str(fails)))
            claimed.set()
            await go.wait()
            if fails:
                raise OSError
            await idempotency_keys.record(transaction, key_id, '"done"')

    async def second(*, fails: bool) -> IdempotencyKey | None:
        await claimed.wait()
        async with one_commit() as transaction:
            asyncio.get_running_loop().call_later(0.1, go.set)
            return (await idempotency_keys.claim(transaction, use(key=str(fails))))[1]

    for fails in (False, True):
        claimed.clear()
        go.clear()
        results = await asyncio.gather(first(fails=fails), second(fails=fails), return_exceptions=True)
        earlier = results[1]
        if fails:
            assert earlier is None, "what was rolled back leaves the key free"
        else:
            assert isinstance(earlier, IdempotencyKey)
            assert earlier.payload == '"done"'


async def test_the_first_answer_is_kept() -> None:
    async with one_commit() as transaction:
        key_id, _ = await idempotency_keys.claim(transaction, use())
    for answer in ("first", "second"):
        await idempotency_keys.keep_answer(key_id, answer, request_sha256=answer.encode())
    row = await IdempotencyKey.get(id=key_id)
    assert (row.answer, row.request_sha256) == ("first", b"first")


async def test_keys_are_kept_for_their_time() -> None:
    async with one_commit() as transaction:
        for key in ("old", "young"):
            await idempotency_keys.claim(transaction, use(key=key))
    for key, hours in (("old", 1), ("young", -1)):
        await client().execute_query(
            "UPDATE idempotency_key SET created_at = now() - make_interval(days => $1, hours => $2) WHERE key = $3",
            [KEPT_DAYS, hours, key],
        )
    assert KEPT_DAYS == 30
    foreseen = await idempotency_keys.prunable()
    for amount in (foreseen, await idempotency_keys.prune()):
        assert (amount.items, amount.size_bytes > 0) == (1, True)
    assert await idempotency_keys.prune() == Amount()
    assert [row.key for row in await IdempotencyKey.all()] == ["young"]
