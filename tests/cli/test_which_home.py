"""A command without variables means the Thumper that runs, and never guesses between several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from thumper import cli
from thumper.cli.which_home import settings_to_ask, settings_to_examine, settings_to_keep_in
from thumper.embedded.instance import announced
from thumper.errors import ServiceDownError, UsageError
from thumper.settings import Settings, default_home


class Run(Protocol):
    def __call__(self, home: Path, port: int, *, passing: bool = False) -> Settings: ...


@pytest.fixture(autouse=True)
def _user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of this test: without variables the home is below their folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def run() -> Iterator[Run]:
    """Have a Thumper run, as far as other commands can see."""
    with ExitStack() as running:

        def begin(home: Path, port: int, *, passing: bool = False) -> Settings:
            settings = Settings(home=home, port=port, drop=home / "photos", time_zone="America/Chicago")
            running.enter_context(announced(settings, passing=passing))
            return settings

        yield begin


def test_without_one_that_runs_it_is_the_home_with_its_files() -> None:
    default_home().mkdir(parents=True)
    (default_home() / "thumper.toml").write_text("port = 9009")
    for settings in (settings_to_ask(), settings_to_examine(), settings_to_keep_in()):
        assert (settings.home, settings.port) == (default_home(), 9009)


def test_the_one_that_runs_is_meant_with_all_its_settings(run: Run, tmp_path: Path) -> None:
    own = run(tmp_path / "big", 9001)
    assert settings_to_ask() == settings_to_examine() == settings_to_keep_in() == own


def test_what_was_changed_in_a_file_since_the_start_waits_for_the_next(run: Run, tmp_path: Path) -> None:
    own = run(tmp_path / "big", 9001)
    (tmp_path / "big" / "thumper.toml").write_text("port = 9002")
    assert settings_to_ask() == own


def test_the_environment_of_this_shell_wins(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "big", 9001)
    monkeypatch.setenv("THUMPER_DEVICE", "cpu")
    assert (settings_to_examine().device, settings_to_examine().port) == ("cpu", 9001)


def test_of_two_the_usual_home_is_meant_and_of_two_others_none(run: Run, tmp_path: Path) -> None:
    run(tmp_path / "one", 9001)
    run(tmp_path / "two", 9002)
    for find in (settings_to_ask, settings_to_examine, settings_to_keep_in):
        with pytest.raises(UsageError, match=r"Several Thumpers run: .*one, .*two.*set THUMPER_HOME"):
            find()
    usual = run(default_home(), 9003)
    assert settings_to_ask() == settings_to_keep_in() == usual


def test_of_two_the_one_with_the_port_of_this_shell_is_meant(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(default_home(), 9001)
    two = run(tmp_path / "two", 9002)
    monkeypatch.setenv("THUMPER_PORT", "9002")
    assert settings_to_ask() == two


def test_a_home_that_is_named_is_meant(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(default_home(), 9001)
    two = run(tmp_path / "two", 9002)
    monkeypatch.setenv("THUMPER_HOME", str(two.home))
    assert settings_to_ask() == settings_to_keep_in() == two


def test_the_thumper_of_another_home_is_not_asked_in_its_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(default_home(), 8480)
    monkeypatch.setenv("THUMPER_HOME", str(tmp_path / "mine"))
    with pytest.raises(
        ServiceDownError, match=f"No Thumper runs on {tmp_path}/mine. What answers at .* is that of"
    ):
        settings_to_ask()
    assert settings_to_examine().home == tmp_path / "mine"
    monkeypatch.setenv("THUMPER_PORT", "8480")
    assert settings_to_ask().port == 8480


def test_photos_are_never_brought_into_a_demo(run: Run, tmp_path: Path) -> None:
    shown = run(tmp_path / "demo", 9001, passing=True)
    assert settings_to_ask() == shown
    assert settings_to_keep_in().home == default_home()


def test_photos_are_not_brought_into_another_home_than_the_one_that_is_set_up(
    run: Run, tmp_path: Path
) -> None:
    (default_home() / "postgres").mkdir(parents=True)
    run(tmp_path / "trial", 9001)
    with pytest.raises(UsageError, match=r"There are two homes: .*trial, on which a Thumper runs, and"):
        settings_to_keep_in()


def test_every_command_that_asks_the_api_finds_the_one_that_runs() -> None:
    starting = {"benchmark.py", "demo.py"}  # these start one
    for path in Path(cli.__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "from thumper.cli.client import" in text and path.name not in starting:
            assert "Settings.from_env" not in text, path.name
