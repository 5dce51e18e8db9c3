"""One check a dump, shared; two at a time; a verdict is given again for a while, and not at all after a failure."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.patience import until
from thumper.domain.progress import SourceKind
from thumper.domain.wipe import Checking, Reread, WipeFacts, WipeVerdict, judge, still_checking
from thumper.graphql.shared import wipe_checks
from thumper.graphql.shared.wipe_checks import WipeChecks
from thumper.store.feed import snapshot

EARLY = (dt.datetime(2024, 11, 9, tzinfo=dt.UTC), None)
LATER = (dt.datetime(2024, 11, 10, tzinfo=dt.UTC), None)
FACTS = WipeFacts(kind=SourceKind.INGEST, place="/card", found=1, size_bytes=1, settled=True, reread=Reread())


class Scripted:
    """A check that ends when it is told to."""

    begun: list[Scripted]
    failure: Exception | None = None

    def __init__(self, dump_id: UUID) -> None:
        self.dump_id = dump_id
        self.version = EARLY
        self.may_end = asyncio.Event()
        self.runs = False
        Scripted.begun.append(self)

    def so_far(self) -> WipeVerdict:
        return still_checking(to_check=9, checked=4, size_bytes=1)

    async def run(self) -> WipeVerdict:
        self.runs = True
        await self.may_end.wait()
        if Scripted.failure is not None:
            raise Scripted.failure
        return judge(FACTS)


async def _now() -> dt.datetime:
    """Stand in for PostgreSQL's clock."""
    return dt.datetime.now(dt.UTC)


@pytest_asyncio.fixture
async def checks(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WipeChecks]:
    Scripted.begun = []
    Scripted.failure = None
    monkeypatch.setattr(wipe_checks, "WipeCheck", Scripted)
    monkeypatch.setattr(snapshot, "now", _now)
    monkeypatch.setattr(wipe_checks, "PATIENCE_S", 0.05)
    monkeypatch.setattr(wipe_checks, "LIVE_PATIENCE_S", 0.05)
    checks = WipeChecks()
    yield checks
    await checks.close()


async def test_everybody_who_asks_shares_one_check(checks: WipeChecks) -> None:
    dump_id = uuid4()
    assert checks.peek(dump_id) is None
    first, second = await asyncio.gather(*(checks.ask(dump_id, version=EARLY) for _ in range(2)))
    assert first == second
    assert (first.verdict.state, first.checked_at) == (Checking.CHECKING, None)
    assert checks.peek(dump_id) == first
    (check,) = Scripted.begun
    check.may_end.set()
    done = await checks.ask(dump_id, version=EARLY)
    assert done.verdict.safe
    assert done.checked_at is not None
    assert await checks.ask(dump_id, version=EARLY) == done == checks.peek(dump_id)
    assert len(Scripted.begun) == 1


async def test_two_checks_run_at_a_time(checks: WipeChecks) -> None:
    ids = [uuid4() for _ in range(3)]
    await asyncio.gather(*(checks.ask(dump_id, version=EARLY) for dump_id in ids))
    assert [check.runs for check in Scripted.begun] == [True, True, False]
    Scripted.begun[0].may_end.set()

    async def third_runs() -> bool:
        return Scripted.begun[2].runs

    await until(third_runs, every_s=0.01)


async def ended(checks: WipeChecks, dump_id: UUID) -> None:
    """Have the newest check of a dump end without telling anybody."""
    Scripted.begun[-1].may_end.set()

    async def over() -> bool:
        known = checks.peek(dump_id)
        return known is None or known.verdict.state is Checking.DONE

    await until(over, every_s=0.01)


async def test_a_verdict_about_an_older_state_of_the_dump_is_not_given_again(checks: WipeChecks) -> None:
    dump_id = uuid4()
    await checks.ask(dump_id, version=EARLY)
    await ended(checks, dump_id)
    assert (await checks.ask(dump_id, version=LATER)).verdict.state is Checking.CHECKING
    assert len(Scripted.begun) == 2


async def test_a_verdict_is_told_once_however_late_and_then_for_a_moment(
    checks: WipeChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump_id = uuid4()
    await checks.ask(dump_id, version=EARLY)
    await ended(checks, dump_id)
    monkeypatch.setattr(wipe_checks, "REUSED_S", 0.0)
    assert (await checks.ask(dump_id, version=EARLY)).verdict.safe
    # Somebody who follows the dump live does not ask anew with each message.
    assert (await checks.ask(dump_id, version=EARLY, live=True)).verdict.safe
    assert (await checks.ask(dump_id, version=EARLY)).verdict.state is Checking.CHECKING
    assert len(Scripted.begun) == 2


async def test_a_verdict_that_nobody_has_heard_is_not_kept_for_ever(
    checks: WipeChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump_id = uuid4()
    await checks.ask(dump_id, version=EARLY)
    await ended(checks, dump_id)
    monkeypatch.setattr(wipe_checks, "FOLLOWED_S", 0.0)
    await checks.ask(uuid4(), version=EARLY)
    assert checks.peek(dump_id) is None


async def test_a_failure_is_told_and_the_next_question_begins_anew(checks: WipeChecks) -> None:
    dump_id = uuid4()
    Scripted.failure = ConnectionResetError("away")
    await checks.ask(dump_id, version=EARLY)
    Scripted.begun[0].may_end.set()
    with pytest.raises(ConnectionResetError):
        await checks.ask(dump_id, version=EARLY)
    assert checks.peek(dump_id) is None
    Scripted.failure = None
    await checks.ask(dump_id, version=EARLY)
    await ended(checks, dump_id)
    assert (await checks.ask(dump_id, version=EARLY)).verdict.safe


async def test_closing_ends_what_still_runs(checks: WipeChecks) -> None:
    dump_id = uuid4()
    await checks.ask(dump_id, version=EARLY)
    await checks.close()
    assert checks.peek(dump_id) is None
