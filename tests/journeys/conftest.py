"""A whole Thumper of real processes, driven only as a user drives it: files, GraphQL, signals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.clusters import lay_cluster
from tests.sign_in import owner_headers
from thumper.embedded.servers import find_running
from thumper.settings import Settings

QUICK_TIMES = {
    "look_s": 0.3,
    "settle_s": 2.0,
    "poll_s": 2.0,
    "sweep_s": 1.0,
    "rescan_s": 5.0,
    "truncated_hold_s": 2.0,
    "lease_s": 4.0,
    "heartbeat_s": 1.0,
}
"""Shorter than the defaults, so that a journey takes seconds; the code is the same."""


def free_port() -> int:
    """Return a TCP port that is free on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], Any], *, timeout_s: float, what: str) -> Any:
    """Return the first true value of `condition`; fail after `timeout_s`."""
    give_up_at = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > give_up_at:
            pytest.fail(f"waited {timeout_s:g} s in vain for {what}; last answer: {value!r}")
        time.sleep(0.2)


@dataclass
class Ranch:
    """One running Thumper: its settings and the processes that a test started."""

    settings: Settings
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    """What stands before each command, such as one that takes the network away."""

    def start(self, *verb: str) -> subprocess.Popen[bytes]:
        """Start `thumper VERB…` in a session of its own; its output goes to the home's logs."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        if verb[0] == "up":
            lay_cluster(self.settings)
        with (self.settings.home / f"{verb[0]}.out").open("ab") as out:
            process = subprocess.Popen(
                [*self.before, sys.executable, "-m", "thumper", *verb],
                env=self.settings.as_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.processes[verb[0]] = process
        return process

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send one GraphQL operation; fail on errors."""
        answer = self.try_to_ask(query, **variables)
        assert answer is not None, "the API does not answer"
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def try_to_ask(self, query: str, **variables: Any) -> dict[str, Any] | None:
        """Send one GraphQL operation; None while the API does not answer, and its errors where it refuses."""
        request = urllib.request.Request(  # our own server on loopback
            f"{self.settings.api_url}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"} | owner_headers(self.settings),
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                parsed: dict[str, Any] = json.load(answer)
                return parsed
        except urllib.error.HTTPError as refusal:
            refused: dict[str, Any] = json.load(refusal)
            return refused
        except OSError:
            return None

    def wait_for_api(self, timeout_s: float = 60) -> None:
        """Wait until GraphQL answers."""
        wait_until(self._answers, timeout_s=timeout_s, what="the API")

    def _answers(self) -> bool:
        answer = self.try_to_ask("{ __typename }")
        return answer is not None and "errors" not in answer

    def output(self, verb: str) -> str:
        """Return what a process printed."""
        return (self.settings.home / f"{verb}.out").read_text(errors="replace")

    def stop(self) -> None:
        """Stop everything in good order, then with force."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def ranch(tmp_path: Path) -> Iterator[Ranch]:
    """A home and a drop folder of their own; nothing is started yet."""
    settings = Settings(
        home=tmp_path / "home",
        drop=tmp_path / "drop",
        port=free_port(),
        time_zone="America/New_York",
        device="cpu",
        **QUICK_TIMES,  # type: ignore[arg-type]
    )
    settings.drop_dir.mkdir()
    own = Ranch(settings)
    try:
        yield own
    finally:
        own.stop()


def query(ranch: Ranch, statement: str) -> list[asyncpg.Record]:
    """Ask the database of a running Thumper itself."""
    servers = find_running(ranch.settings)
    assert servers is not None

    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(servers.database_url)
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement)
            return found
        finally:
            await connection.close()

    return asyncio.run(fetch())
