"""`thumper doctor` as a user meets it: real servers, a real model, real faults, exit codes."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import pty
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.factories import make_dump, make_file, make_image, make_source
from tests.patience import PATIENCE_S, until
from tests.pipeline import claim, store_images
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection
from thumper.domain.progress import FileState, ProcessRole, ProcessState
from thumper.domain.proof import Proof
from thumper.settings import Settings
from thumper.store.disk import library, library_claim
from thumper.store.images import detectors
from thumper.store.models import Detector, Job, Process
from thumper.store.postgres.connect import client
from thumper.store.status import processes
from thumper.store.status.processes import Life
from thumper.weights import resolve
from thumper.worker.proof import scene_hash

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("database")]


async def _doctor(settings: Settings, *words: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it said on both streams."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "thumper", "doctor", *words],
        cwd=ROOT,
        env=settings.as_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


async def _doctor_at_a_terminal(settings: Settings) -> tuple[int, str, str]:
    """The same, with standard error on a terminal and standard output in a file."""
    terminal, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", "doctor"),
        cwd=ROOT,
        env=settings.as_environment() | {"TERM": "xterm", "COLUMNS": "120"},
        stdout=asyncio.subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = asyncio.create_task(asyncio.to_thread(_read_all, terminal))
    told, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode or 0, told.decode(), await shown


def _read_all(terminal: int) -> str:
    parts = []
    with contextlib.suppress(OSError):  # how a terminal says that its writers are gone
        while part := os.read(terminal, 4096):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


async def _proved() -> bool:
    return await Detector.filter(current=True, proof__isnull=False).exists()


async def _idle() -> bool:
    return await Process.filter(state=ProcessState.IDLE).exists()


async def _work_once(settings: Settings, log: Path) -> None:
    """Start a worker, and stop it when it waits for work."""
    with log.open("wb") as out:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "thumper", "work", "--supervised"),
            cwd=ROOT,
            env=settings.as_environment(),
            stdout=out,
            stderr=out,
        )
    try:
        await until(_idle)
    finally:
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), PATIENCE_S) == 0


async def test_where_a_worker_has_proved_its_detector_nothing_fails(
    settings: Settings, tmp_path: Path
) -> None:
    settings.drop_dir.mkdir()
    half = library.incoming_dir(settings.library_dir) / "cut-off"
    half.parent.mkdir(parents=True)
    half.touch()
    os.utime(half, (0, 0))
    await _work_once(settings, tmp_path / "work.log")
    assert await _proved()
    assert not half.exists()  # a killed process left it; the worker clears it
    row = await detectors.current()
    assert row is not None
    proof = detectors.proof_of(row)
    assert proof is not None
    assert [box.label for box in proof.boxes if box.confidence > 0.5] == ["buck", "doe"]
    code, told, aside = await _doctor(settings)
    assert code == 0, told
    assert aside == ""
    (line,) = [line for line in told.splitlines() if line.startswith("ok   proof")]
    assert line.endswith("as when it was added.")
    assert "buck 0.8" in line
    assert "warn worker       No worker runs.\n                  → Run `thumper up`.\n" in told
    assert told.endswith(", 0 fail\n")


async def _break_everything(settings: Settings) -> dict[str, tuple[str, str]]:
    """Inject a fault for each check of the answer: its level, and words that name the fault."""
    await library_claim.check_library(settings.library_dir)
    source = await make_source(settings.drop_dir)
    dump = await make_dump(source=source)
    await make_file(dump, FileState.REJECTED)  # and the folder is not there any more
    lost = library.keep_original(settings.library_dir, b"lost", media_type="image/jpeg")
    await make_image(dump, original_path=bytes(lost), size_bytes=4)
    lost.unlink()
    orphan = library.keep_original(settings.library_dir, b"orphan", media_type="image/jpeg")
    os.utime(orphan, (0, 0))
    detector_id = await detectors.register(resolve(settings), make_current=True)
    boxes = (RawDetection("buck", 0.9, Box(0.6, 0.3, 0.2, 0.4)),)
    await detectors.record_proof(
        detector_id, Proof(scene=scene_hash(), engine="torch 1.0", device="cuda:0", boxes=boxes)
    )
    await store_images(3)
    await claim()
    await Job.all().update(lease_until=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    await processes.register(Life(role=ProcessRole.WATCH))
    await client().execute_query_dict("UPDATE feed SET at = now() + interval '1 day'")
    return {
        "redis": ("warn", "maxmemory-policy allkeys-lru"),
        "clock": ("warn", "24 hours in the future"),
        "drop-folder": ("fail", f"The drop folder {settings.drop_dir} cannot be read"),
        "originals": ("fail", f"{lost} is missing from the library"),
        "library": ("warn", f"{orphan} is in the library, but no image refers"),
        "jobs": ("fail", "3 images are held by leases that ran out"),
        "port": ("fail", f"Port {settings.port} of 127.0.0.1 is taken by another program"),
        "proof": ("fail", "(torch 1.0, cuda:0; now ncnn"),
    }


async def test_each_of_eight_faults_is_named_with_its_remedy_and_the_exit_code_is_1(
    settings: Settings,
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        redis.Redis.from_url(str(settings.redis_url)) as own,
    ):
        settings = settings.model_copy(update={"port": taken.getsockname()[1]})
        faults = await _break_everything(settings)
        own.config_set("maxmemory-policy", "allkeys-lru")
        try:
            code, told, _ = await _doctor(settings, "--json")
        finally:
            own.config_set("maxmemory-policy", "noeviction")
    report: dict[str, Any] = json.loads(told)
    assert (code, report["level"], report["notExamined"]) == (1, "fail", [])
    for check, (level, words) in faults.items():
        named = [line for line in report["checks"] if line["check"] == check and line["level"] == level]
        assert any(words in line["sentence"] for line in named), (check, report)
        assert all(line["remedy"] for line in named)
    assert all(line["remedy"] is None for line in report["checks"] if line["level"] == "ok")


async def test_a_home_whose_postgresql_is_broken_gets_a_report_and_no_abort(settings: Settings) -> None:
    broken = settings.model_copy(
        update={"database_url": None, "redis_url": None, "model": settings.home / "gone.pt"}
    )
    broken.postgres_dir.mkdir(parents=True)
    (broken.postgres_dir / "PG_VERSION").write_text("18\n")
    code, told, aside = await _doctor_at_a_terminal(broken)
    assert code == 1
    assert "Traceback" not in aside
    assert "drop-folder" in aside  # progress, while the report itself goes where it was sent
    assert told.startswith("fail database     PostgreSQL")
    assert "ok   redis" in told
    assert "Not examined, since the database cannot be asked about them: schema," in told
