from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from thumper.errors import ServiceDownError
from thumper.settings import Settings
from thumper.web.main import main

SERVE = (
    "import sys; from thumper.settings import Settings; from thumper.web.main import main;"
    " sys.exit(main(Settings.from_env()))"
)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_and_torch_was_never_there(
    settings: Settings, number: signal.Signals
) -> None:
    # An address of this process alone: what answers at a port of 127.0.0.1 may be another test's server, which took
    # the free port first; the signal would then come before there is anything to be stopped.
    settings = settings.model_copy(update={"host": _own_address(), "port": _free_port()})
    check = "import atexit, sys; atexit.register(lambda: print('torch' in sys.modules));"
    with subprocess.Popen(
        [sys.executable, "-c", check + SERVE],
        env=settings.as_environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        _wait_for(f"{settings.api_url}/health/live", process)
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.split()[-1] == "False"


def test_a_port_that_is_taken_is_named(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServiceDownError, match=f"Port {port}"):
            main(settings.model_copy(update={"port": port}))


def test_a_database_that_stays_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thumper.web.main.WAIT_S", 0.0)
    settings = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/x", port=_free_port())
    with pytest.raises(ServiceDownError, match=r"PostgreSQL at 127\.0\.0\.1 does not answer"):
        main(settings)


def _own_address() -> str:
    """Return a loopback address at which no other process of the test run listens."""
    high, low = divmod(os.getpid() % 60_000, 250)
    return f"127.77.{high + 1}.{low + 1}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[str]) -> None:
    give_up_at = time.monotonic() + 120
    while time.monotonic() < give_up_at:
        assert process.poll() is None, "it ended before it answered"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert json.load(answer) == {"state": "ok"}
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer")
