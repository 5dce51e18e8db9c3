"""A record of the log is one line, whatever names and errors it tells of; no name commands a terminal."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.names import FILES
from thumper.cli.logs import configure_logs
from thumper.settings import Settings

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
