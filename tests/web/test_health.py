from __future__ import annotations

import errno
import os
import re
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import factories as make
from tests.api import Api, running_api
from tests.faults.proxy import Wire
from tests.pipeline import ORIGIN, claim, results_of, store_images
from thumper.domain.access import Role, Scope
from thumper.domain.disk_space import MB, Space
from thumper.domain.progress import FileState, ProcessRole, ProcessState, SourceState, WatchMode
from thumper.settings import NO_REDIS, Settings
from thumper.store.access import people, tokens
from thumper.store.disk import disk_room, disk_space
from thumper.store.models import Dump, File, Image, Job, Process, Source
from thumper.store.postgres.clock import seconds_ago
from thumper.store.postgres.connect import client
from thumper.store.queue import results
from thumper.store.status import processes
from thumper.store.status.processes import Beat, Life


async def test_a_healthy_server_says_so(api: Api) -> None:
    assert (await api.http.get("/health/live")).json() == {"state": "ok"}
    answer = await api.http.get("/health/ready")
    assert answer.status_code == 200
    checks = {check["name"]: check["state"] for check in answer.json()["checks"]}
    assert checks == {"database": "ok", "schema": "ok", "redis": "ok", "disk": "ok"}


@pytest.mark.parametrize(
    ("role", "scopes", "may"),
    [
        (Role.MEMBER, [Scope.READ], True),
        (Role.OWNER, [Scope.METRICS], True),
        (Role.MEMBER, [Scope.INGEST], False),
        (Role.GUEST, [Scope.READ], False),
    ],
)
async def test_what_is_wrong_is_told_to_who_may_know(
    api: Api, role: Role, scopes: list[Scope], may: bool
) -> None:
    _, secret = await tokens.issue(await people.add("Somebody", role), "test", scopes)
    for address in ("/health/ready", "/health/ready?all"):
        answer = await api.anonymous.get(address, headers={"authorization": f"Bearer {secret}"})
        assert set(answer.json()) == ({"state", "checks"} if may else {"state"})


async def test_everything_is_answered_without_redis(settings: Settings) -> None:
    for url, state in ((NO_REDIS, "ok"), ("redis://127.0.0.1:1/0", "degraded")):
        async with running_api(settings.model_copy(update={"redis_url": url})) as api:
            answer = await api.http.get("/health/ready")
            assert answer.status_code == 200
            checks = {check["name"]: check["state"] for check in answer.json()["checks"]}
            assert checks == {"database": "ok", "schema": "ok", "redis": state, "disk": "ok"}
            assert (await api.ask("{ images { totalCount } }"))["images"]["totalCount"] == 0
            send = "mutation { detectPending(input: {}) { batch { progress { total } } } }"
            assert (await api.ask(send))["detectPending"]["batch"]["progress"]["total"] == 0


async def test_a_schema_that_is_behind_is_not_ready(api: Api) -> None:
    await client().execute_query_dict("DELETE FROM tortoise_migrations WHERE name LIKE '0002%'")
    answer = await api.http.get("/health/ready")
    assert answer.status_code == 503
    (check,) = [check for check in answer.json()["checks"] if check["state"] == "failed"]
    assert check["name"] == "schema"
    assert "thumper migrate" in check["message"]
    checks = await look(api, status=503)
    assert [name for name, one in checks.items() if one["state"] == "failed"] == [
        "schema",
        "watcher",
        "worker",
    ]
    assert checks["worker"]["message"] == "Unknown while PostgreSQL does not answer, or is not migrated."


async def look(api: Api, *, status: int) -> dict[str, dict[str, str]]:
    """Return the checks of all that photos need, by name."""
    answer = await api.http.get("/health/ready?all")
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["state"] == ("ok" if status == 200 else "failed")
    checks = answer.json()["checks"]
    assert all(
        check["message"].endswith(".") and check["remedy"] for check in checks if check["state"] == "failed"
    )
    return {check.pop("name"): check for check in checks}


async def start(role: ProcessRole, *, restarts: int = 0, **sign: Any) -> UUID:
    process_id = await processes.register(Life(role=role, restarts=restarts, last_exit="exit code 70"))
    ready = {"device": "cpu"} if role is ProcessRole.WORK else {}
    await processes.beat(process_id, Beat(**{"state": ProcessState.IDLE} | ready | sign))
    return process_id


async def run_all() -> Source:
    """Have a watcher, a worker and a drop folder that all are well."""
    await start(ProcessRole.WATCH)
    await start(ProcessRole.WORK)
    source = await make.make_source(Path("/drop/cards"))
    await Source.filter(id=source.id).update(watch_mode=WatchMode.EVENTS)
    return source


async def test_all_is_well_while_photos_are_noticed_read_and_looked_at(api: Api) -> None:
    await run_all()
    await make.make_source(Path("/drop/of/last/year"))
    checks = await look(api, status=200)
    assert {name: check["state"] for name, check in checks.items()} == dict.fromkeys(
        (
            *("database", "schema", "redis", "disk", "watcher", "worker"),
            *("source:/drop/cards", "disk:pictures"),
        ),
        "ok",
    )


async def test_a_process_that_never_ran_or_fell_silent_fails_and_a_server_is_ready_without(api: Api) -> None:
    checks = await look(api, status=503)
    assert checks["watcher"] == {
        "state": "failed",
        "message": "No watcher runs: no photo that is dropped now is noticed.",
        "remedy": "Run `thumper up`.",
    }
    assert checks["worker"]["message"] == "No worker runs: no photo is looked at."
    await run_all()
    await Process.filter(role=ProcessRole.WORK).update(heartbeat_at=seconds_ago(60), message="It was tired.")
    checks = await look(api, status=503)
    assert [name for name, check in checks.items() if check["state"] == "failed"] == ["worker"]
    assert re.fullmatch(
        r"The worker \(process \d+ on .+\) has been silent for \d+ s: no photo is looked at\. It was tired\.",
        checks["worker"]["message"],
    )
    assert "work.log" in checks["worker"]["remedy"]
    answer = await api.http.get("/health/ready")
    assert answer.status_code == 200
    assert {tuple(check) for check in answer.json()["checks"]} == {("name", "state", "message")}


async def test_a_worker_that_dies_again_and_again_fails_although_one_is_starting(api: Api) -> None:
    await run_all()
    await Process.filter(role=ProcessRole.WORK).delete()
    preparing: dict[str, Any] = {
        "state": ProcessState.STARTING,
        "message": "The detector is prepared.",
        "device": None,
    }
    await start(ProcessRole.WORK, **preparing)
    checks = await look(api, status=200)
    assert checks["worker"]["state"] == "degraded"
    assert "The detector is prepared." in checks["worker"]["message"]
    await Process.filter(role=ProcessRole.WORK).delete()
    await start(ProcessRole.WORK, restarts=2, **preparing)
    checks = await look(api, status=503)
    assert checks["worker"]["state"] == "failed"
    assert "the one before ended with: exit code 70" in checks["worker"]["message"]


async def test_a_process_that_starts_or_says_something_fails_nothing(api: Api) -> None:
    await run_all()
    await Process.filter(role=ProcessRole.WATCH).update(state=ProcessState.STARTING)
    await Process.filter(role=ProcessRole.WORK).update(message="The GPU cannot be used, so the CPU is.")
    checks = await look(api, status=200)
    told = {name: checks[name]["state"] for name in ("watcher", "worker")}
    assert told == {"watcher": "degraded", "worker": "degraded"}
    assert checks["watcher"]["message"].endswith(" is starting.")
    assert checks["worker"]["message"].endswith(" says: The GPU cannot be used, so the CPU is.")


async def test_a_folder_that_cannot_be_read_fails_by_its_path(api: Api) -> None:
    source = await run_all()
    why = "The drop folder /drop/cards is missing or cannot be read. Mount its disk, or create it."
    await Source.filter(id=source.id).update(state=SourceState.OFFLINE, watch_note=why)
    checks = await look(api, status=503)
    assert [name for name, check in checks.items() if check["state"] == "failed"] == ["source:/drop/cards"]
    assert checks["source:/drop/cards"]["message"] == why
    assert "none is lost" in checks["source:/drop/cards"]["remedy"]


async def test_a_disk_that_is_full_or_does_not_answer_fails(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run_all()
    monkeypatch.setattr(disk_space, "measure", lambda _: Space(1000 * MB, 3 * MB, None))
    checks = await look(api, status=503)
    assert [name for name, check in checks.items() if check["state"] == "failed"] == ["disk:pictures"]
    assert "3 MB of 1000 MB are free" in checks["disk:pictures"]["message"]

    def fail_to_look(_: Path) -> Space:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(disk_space, "measure", fail_to_look)
    checks = await look(api, status=503)
    assert checks["disk:pictures"]["message"].endswith(" cannot be looked at: Input/output error.")
    monkeypatch.undo()
    answers = threading.Event()
    monkeypatch.setattr(disk_room, "_ANSWER_S", 0.05)
    monkeypatch.setattr(
        disk_space, "measure", lambda _: answers.wait(60) and Space(1000 * MB, 999 * MB, None)
    )
    for _ in range(2):
        checks = await look(api, status=503)
        assert checks["disk:home"]["message"] == "The disk of the home does not answer."
    answers.set()
    monkeypatch.setattr(disk_room, "_ANSWER_S", 60.0)
    await look(api, status=200)


async def test_a_worker_that_takes_nothing_fails_however_well_it_says_it_is(api: Api) -> None:
    await run_all()
    await store_images(3)
    await Job.all().update(queued_at=seconds_ago(1200), not_before=seconds_ago(1200))
    await Process.filter(role=ProcessRole.WORK).update(message="No photo can be decoded.")
    checks = await look(api, status=503)
    assert checks["worker"]["message"] == (
        "An image has been waiting for 20 minutes, and the worker takes none."
    )
    await Process.filter(role=ProcessRole.WORK).update(message="")
    lease = await claim(1)
    assert (await look(api, status=200))["worker"]["state"] == "ok", "it has one in hand"
    await results.write(lease, results_of(lease), ORIGIN)
    assert (await look(api, status=200))["worker"]["state"] == "ok", "it has just completed one"
    await Image.filter(state="completed").update(processed_at=seconds_ago(1100))
    await look(api, status=503)


async def test_a_watcher_that_reads_nothing_fails_however_well_it_says_it_is(api: Api) -> None:
    source = await run_all()
    interrupted = await make.make_dump(
        changed_at=make.NOON
    )  # of no folder that is watched, so no watcher reads it
    await make.make_file(interrupted, FileState.SEEN, seen_at=make.NOON)
    dump = await make.make_dump(source=source)
    file = await make.make_file(dump, FileState.STABLE)
    await File.filter(id=file.id).update(seen_at=seconds_ago(1800))
    assert (await look(api, status=200))["watcher"]["state"] == "ok", "the dump has just changed"
    await Dump.filter(id=dump.id).update(changed_at=seconds_ago(1500))
    checks = await look(api, status=503)
    assert checks["watcher"]["message"] == (
        "A file has been waiting to be read for 30 minutes, and none was read for 25."
    )
    await Source.filter(id=source.id).update(state=SourceState.OFFLINE)
    assert (await look(api, status=503))["watcher"]["state"] == "ok", "the folder is to blame"


async def test_nothing_is_known_of_processes_without_the_database(
    settings: Settings, database_url: str
) -> None:
    wire = Wire(database_url)
    await wire.open()
    async with running_api(settings.model_copy(update={"database_url": wire.url})) as api:
        assert (
            await api.http.get("/health/ready")
        ).status_code == 200  # and it is known from then on who asks
        wire.cut()
        checks = await look(api, status=503)
        assert {name for name, check in checks.items() if check["state"] == "failed"} == {
            *("database", "schema", "watcher", "worker")
        }
        assert checks["disk:pictures"]["state"] == "ok"
    await wire.close()
