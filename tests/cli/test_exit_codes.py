"""Commands that cannot begin end with the code and the words that docs/errors.md promises, and never a traceback.

They run in this process, as the program `thumper` does, so that each takes milliseconds.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from thumper.cli import app
from thumper.settings import Settings

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """Run a command with these settings; return its exit code and what it printed."""

    def run(*words: str, **changed: object) -> tuple[int, str]:
        for name, value in settings.model_copy(update=changed).as_environment().items():
            if name.startswith("THUMPER_"):
                monkeypatch.setenv(name, value)
        for name in [name for name, value in changed.items() if value is None]:
            monkeypatch.delenv(f"THUMPER_{name.upper()}", raising=False)
        monkeypatch.setattr(sys, "argv", ["thumper", *words])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = capfd.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, out + err

    return run


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


EMBEDDED = {"database_url": None, "redis_url": None}


@pytest.mark.parametrize(
    "words",
    [
        ["up"],
        ["serve"],
        ["watch"],
        ["work"],
        ["demo"],
        ["migrate"],
        ["ingest", "."],
        ["backup", "kept"],
        ["restore", "kept"],
        ["benchmark", "photos"],
    ],
    ids=" ".join,
)
def test_a_home_that_is_no_folder_is_named(
    words: list[str],
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    photos: Callable[[int], list[Path]],
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").symlink_to(photos(1)[0])
    (tmp_path / "photos" / "b.jpg").write_bytes(photos(1)[0].read_bytes())
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home is a file"
    home.touch()
    code, told = command(*words, home=home, **EMBEDDED)
    assert code == 2, told
    assert f"BAD_SETTING THUMPER_HOME: {home} cannot be used" in told
    assert "or choose another folder" in told


def test_a_part_of_the_home_that_is_closed_is_named_with_the_home(command: Command, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "demo").touch()
    code, told = command("demo", home=home, **EMBEDDED)
    assert code == 2
    assert f"THUMPER_HOME: {home} cannot be used" in told
    assert str(home / "demo") in told


def test_settings_that_break_while_a_command_runs_are_named(
    command: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_settings() -> None:
        monkeypatch.setenv("THUMPER_ANTLERS", "1")
        raise PermissionError(13, "Permission denied", str(settings.home / "run"))

    monkeypatch.setattr(app, "app", break_settings)
    code, told = command("status")
    assert (code, "BAD_SETTING THUMPER_ANTLERS" in told) == (2, True), told


def test_a_home_that_this_user_may_not_read_is_named(settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o000)
    plain = (
        [] if os.geteuid() else ["setpriv", *(f"--{what}=-dac_override,-dac_read_search" for what in _CAPS)]
    )
    answer = subprocess.run(
        [*plain, sys.executable, "-P", "-m", "thumper", "up"],
        env=settings.model_copy(update={"home": home}).as_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2, answer.stderr
    assert f"BAD_SETTING {home / 'thumper.toml'} cannot be read" in answer.stderr
    assert "set THUMPER_HOME to another folder" in answer.stderr


_CAPS = ("bounding-set", "inh-caps")


@pytest.mark.parametrize("word", ["up", "serve"])
def test_a_port_that_is_taken_is_a_service_that_is_down(word: str, command: Command, taken: int) -> None:
    code, told = command(word, port=taken)
    assert code == 4, told
    assert f"SERVICE_DOWN Port {taken} of 127.0.0.1 is taken. Stop what has it, or set THUMPER_PORT" in told


@pytest.mark.parametrize("word", ["migrate", "serve", "watch", "work"])
def test_a_database_that_does_not_answer_is_a_service_that_is_down(
    word: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = command(word, database_url="postgresql://thumper@127.0.0.1:1/thumper")
    assert (code, "SERVICE_DOWN" in told) == (4, True), told


@pytest.mark.parametrize("words", [["status"], ["why", "a.jpg"], ["receipt"]], ids=" ".join)
def test_without_a_running_thumper_a_question_ends_with_code_4(words: list[str], command: Command) -> None:
    code, told = command(*words, port=9)
    assert code == 4
    assert "Start it with `thumper up`" in told


def test_a_drop_folder_in_the_library_is_refused(command: Command, settings: Settings) -> None:
    code, told = command("watch", drop=settings.library_dir / "photos")
    assert (code, "REFUSED" in told) == (5, True), told
