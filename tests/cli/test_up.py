"""`thumper up` in one shell, and other commands in a second one that was given no variables."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tomllib
from pathlib import Path

import pytest

from tests.journeys.conftest import free_port
from tests.patience import until
from thumper.cli import tree
from thumper.cli.up import _up
from thumper.doctor.processes import is_thumper
from thumper.embedded.instance import find_instance
from thumper.settings import ServiceManager, Settings

pytestmark = pytest.mark.slow


async def in_a_second_shell(*words: str, user: Path) -> tuple[int | None, str]:
    """Run a command without any variable of ours, as a user whose home is elsewhere."""
    kept = {name: os.environ[name] for name in ("PATH", "XDG_STATE_HOME")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", *words),
        env=kept | {"HOME": str(user)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_a_second_shell_needs_no_variables_and_the_next_start_no_options(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "ROOMS", ("serve",))
    card = tmp_path / "my photos"
    card.mkdir()
    own = settings.model_copy(update={"drop": card, "port": free_port()})
    up = asyncio.create_task(_up(own, ServiceManager(), remember_drop=True))

    async def answers() -> bool:
        if up.done():
            up.result()
        return find_instance(own.home) is not None and await asyncio.to_thread(is_thumper, own)

    await until(answers)
    code, told = await in_a_second_shell("status", "--json", user=tmp_path)
    assert (code, json.loads(told)["api"]["state"]) == (0, "ALIVE"), told
    os.kill(os.getpid(), signal.SIGTERM)
    await up
    assert tomllib.loads((own.home / "thumper.toml").read_text()) == {"drop": str(card)}
    assert find_instance(own.home) is None
