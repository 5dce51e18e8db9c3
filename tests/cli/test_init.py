"""`thumper init` asks a few questions, keeps the answers, and makes the first locations known."""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from thumper.cli import init
from thumper.cli.app import app
from thumper.errors import NotFoundError, ThumperError, UsageError
from thumper.settings import Settings
from thumper.store.models import Location
from thumper.store.postgres.connect import open_database


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THUMPER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def at_the_servers(home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command find the database of this test."""
    monkeypatch.setenv("THUMPER_DATABASE_URL", settings.postgres_url)
    monkeypatch.setenv("THUMPER_REDIS_URL", str(settings.redis_url))


def run(*words: str) -> str:
    answer = CliRunner().invoke(app, ["init", *words])
    if answer.exception is not None:
        raise answer.exception
    return answer.stdout


def kept(home: Path) -> dict[str, str]:
    return tomllib.loads((home / "thumper.toml").read_text())


def answers(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    """Sit at the terminal."""
    left = iter(typed)
    monkeypatch.setattr(init, "refuse_unless_asked", lambda **_: None)
    monkeypatch.setattr(typer, "prompt", lambda _text, default, **_: next(left) or default)


async def test_options_are_kept_and_locations_are_made_once(
    home: Path, at_the_servers: None, settings: Settings, tmp_path: Path
) -> None:
    places = ("--location", "Oak Stand, 30.27, -97.74", "--location", "Creek, lower end")
    words = ("--json", "--drop", str(tmp_path), "--time-zone", "new york", *places)
    told = json.loads(await asyncio.to_thread(run, *words))
    assert (told["drop"], told["timeZone"], told["running"]) == (str(tmp_path), "America/New_York", False)
    assert [place["made"] for place in told["locations"]] == [True, True]
    assert kept(home) == {"drop": str(tmp_path), "time_zone": "America/New_York"}
    again = json.loads(await asyncio.to_thread(run, *words, "--location", "Oak Stnd"))
    assert [place["made"] for place in again["locations"]] == [False, False, True]
    assert again["locations"][2]["didYouMean"] == [{"name": "Oak Stand"}]
    async with open_database(settings.postgres_url):
        rows = await Location.all().order_by("created_at").values_list("name", "latitude", "longitude")
    assert rows == [("Oak Stand", 30.27, -97.74), ("Creek, lower end", None, None), ("Oak Stnd", None, None)]


def test_questions_are_asked_until_they_are_answered(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[init.Place] = []

    def make(_settings: Settings, places: list[init.Place]) -> list[dict[str, object]]:
        made.extend(places)
        return []

    monkeypatch.setattr(init, "_make_places", make)
    answers(
        monkeypatch,
        *("/no/such/folder", str(tmp_path)),
        *("Londn", "london"),
        *("Barn, 99, 3", "Oak Stand, 30.27, -97.74", "Barn", ""),
    )
    told = run()
    assert "/no/such/folder is not a folder" in told
    assert "did you mean one of Europe/London" in told
    assert "99 is no latitude; it must be -90 to 90 degrees" in told
    assert kept(home) == {"drop": str(tmp_path), "time_zone": "Europe/London"}
    assert made == [init.Place("Oak Stand", 30.27, -97.74), init.Place("Barn")]
    answers(monkeypatch, "", "", "")
    run()
    assert kept(home) == {"drop": str(tmp_path), "time_zone": "Europe/London"}


def test_with_yes_nothing_is_asked_and_no_server_is_started(home: Path) -> None:
    told = run("--yes", "--time-zone", "chicago")
    assert f"Drop folder  {home}/drop" in told
    assert kept(home) == {"drop": "drop", "time_zone": "America/Chicago"}
    assert [path.name for path in home.iterdir()] == ["thumper.toml"]


def test_a_folder_that_is_not_there_is_refused_and_not_made(home: Path, tmp_path: Path) -> None:
    with pytest.raises(
        NotFoundError, match=r"--drop: .*gone is not a folder\. Make it or mount its disk first"
    ):
        run("--yes", "--drop", str(tmp_path / "gone"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["", " ", "Barn, 10, 200", "Barn, nan, 1", "30.27, -97.74"])
def test_a_location_that_is_none_is_refused_before_anything_is_kept(home: Path, place: str) -> None:
    with pytest.raises(UsageError, match="--location"):
        run("--yes", "--location", place)
    assert not home.exists()


def test_without_a_terminal_it_says_with_which_options_it_asks_nothing(home: Path) -> None:
    with pytest.raises(UsageError, match="--drop, --time-zone, --location and --yes"):
        run()
    assert not home.exists()


def test_up_does_not_make_a_folder_that_is_named_on_the_command_line(home: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    answer = CliRunner().invoke(app, ["up", "--drop", str(gone)])
    assert isinstance(answer.exception, ThumperError)
    assert f"--drop: {gone} is not a folder" in str(answer.exception)
    assert list(tmp_path.iterdir()) == []
