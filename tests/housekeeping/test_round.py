"""A whole round: each kind is counted, one process keeps house at a time, and a foreign library is left alone."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests import factories as make
from tests.pipeline import store_images
from thumper.domain.access import Role
from thumper.domain.progress import FileState
from thumper.domain.secret import hash_of
from thumper.errors import BusyError
from thumper.housekeeping import daily
from thumper.housekeeping import round as rounds
from thumper.housekeeping.round import keep_house
from thumper.housekeeping.tally import Kind, Tally
from thumper.ingest.context import IngestContext
from thumper.ingest.upload import create_uploads
from thumper.settings import Settings
from thumper.store.access import people, sessions
from thumper.store.disk import library, library_claim
from thumper.store.models import IdempotencyKey, Session, SignInLink, Upload
from thumper.store.postgres.connect import client


def age(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"something")
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
    return path


@pytest.fixture
async def old_home(database: str, settings: Settings) -> Settings:
    """A home in which something of each kind may go."""
    await library_claim.check_library(settings.library_dir)
    await store_images(3)
    context = IngestContext.of(settings)
    await create_uploads(context, ["unused.jpg"])
    await context.wakeup.close()
    await client().execute_query("UPDATE feed SET at = at - interval '31 days'")
    await client().execute_query(
        "UPDATE upload SET expires_at = expires_at - interval '31 days', replaced_at = now()"
    )
    await IdempotencyKey.create(actor="owner", key="old", mutation="createDeer", input_sha256=bytes(32))
    await client().execute_query("UPDATE idempotency_key SET created_at = created_at - interval '31 days'")
    await ended_sign_ins()
    age(library.thumbnail_path(settings.library_dir, bytes(32)), 2)
    age(library.incoming_dir(settings.library_dir) / "half", 1)
    age(library.original_path(settings.library_dir, bytes(32), media_type="image/jpeg"), 4000)
    export = age(settings.home / "engines" / ("0" * 16 + "-ncnn-form-1") / "model.bin", 0)
    os.utime(export.parent, (0, 0))
    return settings


async def ended_sign_ins() -> None:
    """Have links and sessions that ended long ago or lately, or count still."""
    person = await people.add("Dale", Role.MEMBER)
    long_ago, lately = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days) for days in (31, 29))
    ways: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "revoked": ({"revoked_at": long_ago}, {"used_at": long_ago}),
        "over": ({"expires_at": long_ago}, {"used_at": None, "expires_at": long_ago}),
        "lately": ({"revoked_at": lately}, {"used_at": lately}),
        "open": ({}, {"used_at": None}),
    }
    for agent, (of_session, of_link) in ways.items():
        link = await sessions.make_link(person)
        await sessions.begin(link.secret, user_agent=agent)
        await SignInLink.filter(sha256=hash_of(link.secret)).update(**of_link)
        if of_session:
            await Session.filter(user_agent=agent).update(**of_session)


def counts(tally: Tally) -> dict[Kind, int]:
    return {kind: amount.items for kind, amount in tally.amounts.items() if amount.items}


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def test_a_round_does_what_its_dry_run_says_and_the_next_one_nothing(old_home: Settings) -> None:
    before = files(old_home.home)
    told = await keep_house(old_home, dry_run=True)
    assert counts(told) == {
        Kind.EVENTS: 2,
        Kind.UPLOADS: 1,
        Kind.IDEMPOTENCY_KEYS: 1,
        Kind.SIGN_INS: 4,
        Kind.ORPHANS_SET_ASIDE: 1,
        Kind.HALF_WRITTEN: 1,
        Kind.EXPORTS: 1,
    }
    assert files(old_home.home) == before
    assert await Upload.all().count() == 1
    assert counts(await keep_house(old_home)) == counts(told)
    assert counts(await keep_house(old_home)) == {}
    assert await Upload.all().count() == 0
    assert {session.user_agent for session in await Session.all()} == {"lately", "open"}
    assert await SignInLink.all().count() == 2
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=400)
    await Session.all().update(expires_at=long_ago)
    assert counts(await keep_house(old_home)) == {Kind.SIGN_INS: 1}
    assert await sessions.ever_began(), "a start offers no link where somebody has signed in once"
    zeros = "00" * 32
    assert files(old_home.library_dir) == {
        library_claim.MARKER,
        f"orphans/thumbs/00/00/{zeros}.jpg",
        f"originals/00/00/{zeros}.jpg",
    }, "an original stays, although no image has it"


async def test_one_process_keeps_house_at_a_time(old_home: Settings) -> None:
    async with rounds._alone(old_home.postgres_url):
        with pytest.raises(BusyError):
            await keep_house(old_home)
    await keep_house(old_home)


async def test_a_library_that_is_not_the_databases_is_left_alone(old_home: Settings) -> None:
    (old_home.library_dir / library_claim.MARKER).unlink()  # as where its disk is not mounted
    tally = await keep_house(old_home)
    assert len(tally.problems) == 1
    assert Kind.ORPHANS_SET_ASIDE not in counts(tally)
    assert counts(tally)[Kind.EVENTS] == 2, "the rest is done"


async def test_an_upload_address_that_can_be_used_or_was_stays(database: str, settings: Settings) -> None:
    context = IngestContext.of(settings)
    await library_claim.check_library(settings.library_dir)
    await create_uploads(context, ["open.jpg", "received.jpg", "never.jpg"])
    await context.wakeup.close()
    received = await Upload.get(file_name="received.jpg")
    await client().execute_query("UPDATE upload SET expires_at = now() - interval '29 days'")
    dump = await make.make_dump()
    image = await make.make_image(dump)
    received.file = await make.make_file(dump, FileState.STORED, image=image)
    await received.save(update_fields=["file_id"])
    await client().execute_query(
        "UPDATE upload SET expires_at = now() - interval '300 days' WHERE file_id IS NOT NULL"
    )
    await client().execute_query(
        "UPDATE upload SET expires_at = now() - interval '300 days' WHERE file_name = 'never.jpg'"
    )
    assert Kind.UPLOADS not in counts(await keep_house(settings))
    assert await Upload.all().count() == 3, "what was never sent keeps its card from being wiped"


async def test_a_running_api_keeps_house_by_itself_and_goes_on_after_an_error(
    old_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "EVERY_S", 0.01)
    done: asyncio.Queue[Tally] = asyncio.Queue()
    failures = iter([BusyError("busy"), TimeoutError(), RuntimeError("a fault of ours")])

    async def failing_at_first(settings: Settings) -> Tally:
        for failure in failures:
            raise failure
        tally = await keep_house(settings)
        done.put_nowait(tally)
        return tally

    monkeypatch.setattr(daily, "keep_house", failing_at_first)
    task = asyncio.create_task(daily.keep_keeping_house(old_home, first_after_s=0.0))
    assert counts(await done.get())[Kind.EVENTS] == 2
    assert counts(await done.get()) == {}
    task.cancel()
