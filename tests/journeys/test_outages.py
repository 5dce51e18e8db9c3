"""`thumper up` while its servers and rooms are killed, and how it starts and ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.journeys.conftest import Ranch, query, wait_until
from tests.journeys.receipts import settled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Photos = Callable[[int], list[Path]]
STATUS = """{ status {
    images: imageCounts { total completed failed } worker { state device restartCount lastExit }
    watcher { state restartCount } } }"""


def _drop(ranch: Ranch, photos: list[Path], folder: str) -> None:
    target = ranch.settings.drop_dir / folder
    target.mkdir()
    for photo in photos:
        shutil.copy2(photo, target)


def _status(ranch: Ranch) -> dict[str, Any]:
    answer = ranch.try_to_ask(STATUS)
    return (answer and answer.get("data") and answer["data"]["status"]) or {}


def _completed(ranch: Ranch) -> int:
    return int(_status(ranch).get("images", {}).get("completed", 0))


def _below(up: subprocess.Popen[bytes], *words: str) -> psutil.Process:
    """Return the process of the tree whose command line holds these words."""
    for process in psutil.Process(up.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end while we look
            command = " ".join(process.cmdline())
            if all(word in command for word in words):
                return process
    pytest.fail(f"no process with {words} runs")


def _ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def _run(ranch: Ranch, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "thumper", *words],
        env=ranch.settings.as_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_killed_servers_come_back_and_nothing_is_lost_or_doubled(ranch: Ranch, photos: Photos) -> None:
    up = ranch.start("up")
    ranch.wait_for_api()
    _drop(ranch, photos(150), "Barn Feed")
    wait_until(lambda: _completed(ranch) > 10, timeout_s=60, what="the first photos")
    _below(up, "bin/postgres", "-D").send_signal(signal.SIGKILL)
    seen = _completed(ranch)
    wait_until(lambda: _completed(ranch) > seen, timeout_s=60, what="work after PostgreSQL came back")
    _below(up, "redis-server").send_signal(signal.SIGKILL)
    delivered = settled(ranch, "Barn Feed")
    assert delivered["receipt"]["stored"] == 150
    assert delivered["imageCounts"]["completed"] == 150
    # The rooms waited for their servers: the model was not loaded again.
    assert (_status(ranch)["worker"]["restartCount"], _status(ranch)["watcher"]["restartCount"]) == (0, 0)
    # And Redis is used again: this photo must not wait for polling alone.
    _drop(ranch, photos(151)[150:], "Creek")
    assert settled(ranch, "Creek")["imageCounts"]["completed"] == 1


def test_a_killed_room_is_started_again_and_the_status_says_so(ranch: Ranch, photos: Photos) -> None:
    up = ranch.start("up")
    ranch.wait_for_api()
    wait_until(lambda: _status(ranch)["worker"]["state"] == "ALIVE", timeout_s=60, what="the worker")
    _below(up, "thumper watch").send_signal(signal.SIGKILL)
    _below(up, "thumper work").send_signal(signal.SIGKILL)
    wait_until(lambda: _status(ranch)["worker"]["restartCount"] == 1, timeout_s=60, what="the new worker")
    wait_until(lambda: _status(ranch)["watcher"]["restartCount"] == 1, timeout_s=60, what="the new watcher")
    assert "SIGKILL" in _status(ranch)["worker"]["lastExit"]
    _drop(ranch, photos(3), "Barn Feed")
    assert settled(ranch, "Barn Feed")["imageCounts"]["completed"] == 3


@pytest.mark.serial
def test_a_dropped_photo_is_claimed_within_a_second_though_the_worker_looks_but_once_an_hour(
    ranch: Ranch, photos: Photos
) -> None:
    ranch.settings = ranch.settings.model_copy(update={"poll_s": 3600.0})
    ranch.start("up")
    ranch.wait_for_api()
    wait_until(lambda: _status(ranch)["worker"]["device"], timeout_s=60, what="the worker with its model")
    _drop(ranch, photos(1), "Barn Feed")
    settled(ranch, "Barn Feed")
    job = query(ranch, "SELECT extract(epoch FROM claimed_at - queued_at) AS waited_s FROM job")[0]
    assert job["waited_s"] < 1.0


@pytest.mark.serial
def test_one_home_has_one_thumper_and_sigterm_leaves_nothing_behind(ranch: Ranch) -> None:
    up = ranch.start("up")
    ranch.wait_for_api()
    second = _run(ranch, "up")
    assert second.returncode == 5
    assert str(ranch.settings.home) in second.stderr
    tree = psutil.Process(up.pid).children(recursive=True)
    assert len(tree) >= 5
    started = time.monotonic()
    up.send_signal(signal.SIGTERM)
    assert up.wait(30) == 0
    assert time.monotonic() - started < 10 + 5, "10 s are promised; 5 more for a busy machine"
    assert all(_ended(process) for process in tree)


def test_rooms_and_servers_do_not_outlive_a_killed_thumper(ranch: Ranch) -> None:
    up = ranch.start("up")
    ranch.wait_for_api()
    tree = psutil.Process(up.pid).children(recursive=True)
    os.kill(up.pid, signal.SIGKILL)
    up.wait()
    wait_until(lambda: all(_ended(process) for process in tree), timeout_s=20, what="the end of every child")


def test_ingest_joins_the_running_thumper_and_its_receipt_is_one_json_object(
    ranch: Ranch, photos: Photos, tmp_path: Path
) -> None:
    card = tmp_path / "card" / "DCIM" / "100MEDIA"
    card.mkdir(parents=True)
    for photo in photos(6):
        shutil.copy2(photo, card)
    (card / "CLIP0001.AVI").write_bytes(b"RIFF\0\0\0\0AVI ")
    ranch.start("up")
    ranch.wait_for_api()
    first = _run(ranch, "ingest", str(tmp_path / "card"), "--location", "North Ridge", "--wait", "--json")
    assert first.returncode == 3, first.stderr
    receipt = json.loads(first.stdout)
    assert {key: receipt[key] for key in ("found", "stored", "duplicate", "rejected")} == {
        "found": 7,
        "stored": 6,
        "duplicate": 0,
        "rejected": 1,
    }
    assert receipt["rejections"][0]["reason"] == "VIDEO"
    assert receipt["images"]["completed"] == 6
    shutil.rmtree(tmp_path / "card")
    # The originals are in the library, so the wiped card is not missed.
    images = ranch.ask("{ images(first: 1) { totalCount nodes { location { name } } } }")["images"]
    assert images["totalCount"] == 6
    assert images["nodes"][0]["location"]["name"] == "North Ridge"
    gone = _run(ranch, "ingest", str(tmp_path / "card"), "--json")
    assert gone.returncode == 1
    assert json.loads(gone.stdout)["error"]["code"] == "NOT_FOUND"
