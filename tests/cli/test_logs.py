"""A record of the log is one line, whatever names and errors it tells of; no name commands a terminal."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.names import FILES
from thumper.cli.logs import configure_logs
from thumper.settings import Settings
from thumper.store.access.credentials import CredentialKind
from thumper.store.access.sessions import NewLink
from thumper.web.authentication import Shown

FULL = Path("/dev/full")
"""Every write to it fails as on a full disk."""

NASTY = [
    "two\nlines", '\r\x1b[2K{"level": "critical"}', "\x1b]0;title\x07", "\u2028", "\x85", "\u202egnp", "\udcff",
    *(name.decode("utf-8", "surrogateescape") for name in FILES),
]  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal])
def stderr(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Standard error: a log file, or a terminal."""
    stream: io.StringIO = request.param()
    monkeypatch.setattr("sys.stderr", stream)
    handlers, level = logging.root.handlers, logging.root.level
    logging.root.handlers = []
    configure_logs(Settings())
    yield stream
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def harmless(line: str) -> bool:
    """Colours aside, nothing in a line may be obeyed by a terminal or hide a part of it."""
    for code in (0, 1, 2, *range(30, 38), *range(90, 98)):
        line = line.replace(f"\x1b[{code}m", "")
    return line.replace("\u00a0", " ").replace("\u3000", " ").isprintable()


def test_a_record_is_one_line_whatever_it_names(stderr: io.StringIO) -> None:
    for name in NASTY:
        structlog.get_logger("thumper").warning(
            "left out", path=name, why=[name], error=OSError(2, "no", name)
        )
        logging.getLogger("a.library").warning("trouble with %s", name)
    lines = stderr.getvalue().splitlines()
    assert len(lines) == 2 * len(NASTY)
    assert all(harmless(line) for line in lines), [line for line in lines if not harmless(line)][:5]
    if not stderr.isatty():
        told = [json.loads(line) for line in lines]
        assert {line["level"] for line in told} == {"warning"}
        assert [line["path"] for line in told if "path" in line] == NASTY


def test_an_exception_that_names_a_file_breaks_no_record(stderr: io.StringIO) -> None:
    try:
        raise OSError(2, "no such file", "two\nlines\x1b[31m.jpg")
    except OSError:
        structlog.get_logger("thumper").exception("cannot admit", path="two\nlines.jpg")
    text = stderr.getvalue()
    assert "\nlines" not in text
    if not stderr.isatty():
        (line,) = text.splitlines()
        assert "no such file" in json.loads(line)["exception"]


def test_a_traceback_shows_no_values_of_variables(stderr: io.StringIO) -> None:
    def sign_in(secret: str) -> None:
        raise ValueError(len(secret))

    parts = ["thm", "of", "somebody"]
    try:
        sign_in("-".join(parts))
    except ValueError as error:
        structlog.get_logger("thumper").exception("a request failed")
        logging.getLogger("a.library").error("failed", exc_info=error)
    text = stderr.getvalue()
    assert text.count("sign_in") >= 2
    assert "thm-of-somebody" not in text
    for kept in (NewLink("a secret", dt.datetime.now(dt.UTC)), Shown(CredentialKind.TOKEN, "a secret")):
        assert "a secret" not in repr(kept)


def test_a_log_on_a_full_disk_costs_the_words_only(tmp_path: Path) -> None:
    program = (
        "import logging, pathlib, sys, structlog\n"
        "from thumper.cli.display import Display\n"
        "from thumper.cli.logs import configure_logs\n"
        "from thumper.settings import Settings\n"
        "configure_logs(Settings())\n"
        "structlog.get_logger('own').warning('full', words='x' * 100_000)\n"
        "logging.getLogger('of a library').warning('full')\n"
        "Display(Settings(), interactive=False).greet()\n"
        "pathlib.Path(sys.argv[1]).write_text('it went on')\n"
    )
    proof = tmp_path / "proof"
    with FULL.open("w") as full:
        command = [sys.executable, "-c", program, str(proof)]
        subprocess.run(command, stdout=full, stderr=full, check=False)
    assert proof.read_text() == "it went on"
