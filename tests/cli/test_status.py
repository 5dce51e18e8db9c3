"""`thumper status` in a process of its own, against a running API."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from tests.factories import make_dump
from tests.patience import PATIENCE_S
from tests.pipeline import detect, store_images
from thumper.settings import Settings

pytestmark = pytest.mark.slow  # as a whole: each starts the real command

ROOT = Path(__file__).resolve().parents[2]


async def start(
    settings: Settings, *words: str, stdout: int = asyncio.subprocess.PIPE
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", "status", *words),
        cwd=ROOT,
        env=settings.as_environment() | {"COLUMNS": "120"},
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(settings: Settings, *words: str) -> tuple[int | None, str, str]:
    process = await start(settings, *words)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, out.decode(), err.decode()


async def line_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).decode()


async def interrupt(process: asyncio.subprocess.Process) -> int:
    process.send_signal(signal.SIGINT)
    return await asyncio.wait_for(process.wait(), PATIENCE_S)


async def test_the_status_is_said_in_lines_or_as_one_json_object(client_settings: Settings) -> None:
    dump = await make_dump()
    await store_images(3, dump=dump)
    await detect(2)
    code, out, _ = await run(client_settings)
    assert code == 0
    assert out.splitlines()[0] == "2 of 3 images done · 1 to do"
    assert "worker: not running" in out
    assert "api: answering" in out
    assert "3 photos have no location" in out.splitlines()
    assert f"{dump.display_folder}: 0 found" in out
    code, out, _ = await run(client_settings, "--json")
    assert code == 0
    assert json.loads(out)["images"]["completed"] == 2
    assert json.loads(out)["unplacedImageCount"] == json.loads(out)["lastDumps"][0]["unplacedImageCount"] == 3


async def test_without_a_running_thumper_it_says_how_to_start_one(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"port": 9})
    code, out, err = await run(nowhere)
    assert (code, out) == (4, "")
    assert "Thumper does not answer at http://127.0.0.1:9" in err
    assert "thumper up" in err
    code, out, _ = await run(nowhere, "--json", "--watch")
    assert code == 4
    assert json.loads(out)["error"]["code"] == "SERVICE_DOWN"


async def test_watching_prints_a_json_object_a_line(client_settings: Settings) -> None:
    process = await start(client_settings, "--watch", "--json")
    assert json.loads(await line_of(process))["images"]["total"] == 0
    await store_images(2)
    while json.loads(await line_of(process))["images"]["total"] != 2:
        continue
    assert await interrupt(process) == 0


async def test_watching_off_a_terminal_prints_plain_lines_that_changed(client_settings: Settings) -> None:
    process = await start(client_settings, "--watch")
    assert await line_of(process) == "0 of 0 images done\n"
    await store_images(2)
    seen = ""
    while "0 of 2 images done · 2 to do" not in seen:
        seen += await line_of(process)
    assert "\x1b" not in seen
    assert await interrupt(process) == 0


async def test_watching_on_a_terminal_draws_a_panel_without_colour_if_asked(
    client_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    await store_images(2)
    ours, theirs = pty.openpty()
    process = await start(client_settings, "--watch", stdout=theirs)
    os.close(theirs)
    seen = b""
    async with asyncio.timeout(PATIENCE_S):
        while b"last dumps" not in seen or b"0 of 2 images done" not in seen:
            seen += await asyncio.to_thread(os.read, ours, 65536)
    assert await interrupt(process) == 0
    os.close(ours)
    assert "╭─ Thumper" in seen.decode(errors="replace")
    assert b"\x1b[32m" not in seen
    assert b"\x1b[33m" not in seen
