"""The zone of a server's clock is asked about once, and without a person warned about."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from thumper.cli import zone_question
from thumper.cli.zone_question import named_zone, with_time_zone
from thumper.errors import UsageError
from thumper.settings import Settings


@pytest.fixture
def on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("tzlocal.unix._cache_tz_name", "Etc/UTC")
    monkeypatch.setenv("THUMPER_HOME", str(tmp_path))
    return Settings.from_env()


def answer(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    left = iter(answers)
    monkeypatch.setattr(typer, "prompt", lambda _text, default: next(left) or default)


def test_the_answer_counts_at_once_and_at_every_start(
    on_a_server: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "texas", "central", "chicago")
    assert with_time_zone(on_a_server, ask=True).time_zone == "America/Chicago"
    told = capsys.readouterr().out
    assert "'texas' is no IANA time zone; write one such as America/Chicago" in told
    assert "did you mean one of Canada/Central, US/Central?" in told
    again = Settings.from_env()
    assert (again.time_zone, again.lacks_zone) == ("America/Chicago", False)
    assert with_time_zone(again, ask=True) == again


def test_who_means_utc_is_not_asked_again(on_a_server: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "")
    assert with_time_zone(on_a_server, ask=True).time_zone == "Etc/UTC"
    assert not Settings.from_env().lacks_zone


def test_an_answer_that_cannot_be_kept_still_counts(
    on_a_server: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (on_a_server.home / "thumper.toml").write_text("time_zone.x = 1")
    answer(monkeypatch, "chicago")
    assert with_time_zone(on_a_server, ask=True).time_zone == "America/Chicago"
    assert 'write into it\ntime_zone = "America/Chicago"' in capsys.readouterr().err


def test_without_a_person_it_is_warned_about_and_goes_on(
    on_a_server: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_time_zone(on_a_server, ask=False) == on_a_server
    told = capsys.readouterr()
    assert "cameras' clocks are read in Etc/UTC" in told.err
    assert "thumper init --yes --time-zone" in told.err
    assert told.out == ""
    assert list(on_a_server.home.iterdir()) == []


@pytest.mark.parametrize("zone", ["Etc/UTC", "America/Chicago"])
def test_a_zone_that_was_chosen_is_no_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], zone: str
) -> None:
    chosen = Settings(home=tmp_path, time_zone=zone)
    assert with_time_zone(chosen, ask=True) is chosen
    assert capsys.readouterr() == ("", "")


def test_nobody_can_be_asked_where_output_is_no_terminal() -> None:
    assert not zone_question.can_be_asked()


def test_an_option_is_understood_as_an_answer_is() -> None:
    assert named_zone("new york") == "America/New_York"
    with pytest.raises(UsageError, match="did you mean one of America/Chicago"):
        named_zone("Chicgo")
