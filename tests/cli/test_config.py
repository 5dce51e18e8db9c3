"""`thumper config show` names each value with where it is from, and hides passwords."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from thumper.cli.app import app
from thumper.embedded.instance import announced
from thumper.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THUMPER_HOME", str(tmp_path))
    return tmp_path


def shown(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["config", "show", *words])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.exit_code, answer.output


def test_each_setting_is_shown_with_its_value_and_where_that_is_from(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "thumper.toml").write_text("# mine\nport = 8481\n")
    (home / ".env").write_text("THUMPER_DATABASE_URL=postgresql://deer:secret@host/db")
    monkeypatch.setenv("THUMPER_LOOK_S", "3")
    code, text = shown()
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines()}
    assert code == 0
    assert list(lines) == list(Settings.model_fields)
    assert lines["port"] == f"8481 {home}/thumper.toml, line 2, port"
    assert lines["database_url"] == f"postgresql://deer:***@host/db {home}/.env, line 1, THUMPER_DATABASE_URL"
    assert lines["look_s"] == "3.0 THUMPER_LOOK_S in the environment"
    assert lines["home"] == f"{home} THUMPER_HOME in the environment"
    assert lines["drop"] == f"{home}/drop default"
    assert lines["model"] == "- default"


def test_a_script_reads_the_same_as_json(home: Path) -> None:
    (home / "thumper.toml").write_text("port = 8481")
    code, text = shown("--json", "THUMPER_PORT")
    place = f"{home}/thumper.toml, line 1, port"
    line = {
        "variable": "THUMPER_PORT",
        "setting": "port",
        "value": "8481",
        "source": "thumper.toml",
        "place": place,
    }
    assert (code, json.loads(text)) == (0, [line | {"running": None}])


def test_whether_a_setting_was_chosen_is_the_exit_code(home: Path) -> None:
    assert shown("drop", "--chosen") == (1, "")
    (home / "thumper.toml").write_text("drop = 'photos'")
    code, text = shown("drop", "--chosen")
    assert (code, text.split()[:2]) == (0, ["drop", f"{home}/photos"])


def test_what_a_running_thumper_still_uses_is_said(home: Path) -> None:
    (home / "thumper.toml").write_text("port = 8481")
    with announced(Settings(home=home, port=9001, redis_url="redis://:secret@h/0")):
        _, text = shown()
    assert "the Thumper that runs uses 9001" in text
    assert "the Thumper that runs uses redis://:***@h/0" in text
    assert "secret" not in text
    assert text.count("that runs") == 2


def test_a_name_that_is_no_setting_is_refused_with_the_nearest(home: Path) -> None:
    answer = CliRunner().invoke(app, ["config", "show", "prot"])
    assert "did you mean port?" in str(answer.exception)
