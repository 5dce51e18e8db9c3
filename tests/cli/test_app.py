"""The command line as a user meets it: words, exit codes, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from thumper import __version__
from thumper.settings import Settings

pytestmark = pytest.mark.slow  # as a whole: each starts the real command


def _thumper(*words: str, settings: Settings | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = (settings.as_environment() if settings else dict(os.environ)) | extra
    return subprocess.run(
        [sys.executable, "-m", "thumper", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_says_its_version() -> None:
    answer = _thumper("--version")
    assert (answer.returncode, answer.stdout.strip()) == (0, f"thumper {__version__}")


def test_an_unknown_setting_ends_with_code_2_and_one_sentence() -> None:
    answer = _thumper("migrate", THUMPER_PROT="1")
    assert answer.returncode == 2
    assert "did you mean THUMPER_PORT" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_unknown_option_ends_with_code_2() -> None:
    answer = _thumper("migrate", "--fast")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_errors_are_json_where_json_was_asked_for(settings: Settings) -> None:
    answer = _thumper("status", "--json", settings=settings.model_copy(update={"port": 1}))
    assert answer.returncode == 4
    assert json.loads(answer.stdout)["error"]["code"] == "SERVICE_DOWN"


def test_a_database_that_is_not_there_is_said_and_its_password_is_not(settings: Settings) -> None:
    gone = settings.model_copy(update={"database_url": "postgresql://u:secret@127.0.0.1:1/x"})
    answer = _thumper("migrate", settings=gone)
    assert answer.returncode == 4
    assert "PostgreSQL at 127.0.0.1" in answer.stderr
    assert "secret" not in answer.stderr
    assert "Traceback" not in answer.stderr


def test_migrate_says_that_nothing_is_to_do(settings: Settings) -> None:
    answer = _thumper("migrate", "--json", settings=settings)
    assert (answer.returncode, json.loads(answer.stdout)) == (0, {"applied": []})


def test_schema_prints_the_checked_in_sdl() -> None:
    answer = _thumper("schema")
    checked_in = Path(__file__).parents[2] / "thumper" / "graphql" / "schema.graphql"
    assert answer.stdout == checked_in.read_text()


@pytest.mark.slow
def test_ingest_without_a_running_thumper_records_everything_and_says_that_it_waits(
    settings: Settings, tmp_path: Path
) -> None:
    from thumper.demo.ranch import build_ranch

    ranch = build_ranch(tmp_path / "cards")
    alone = settings.model_copy(update={"database_url": None, "redis_url": None})
    answer = _thumper("ingest", str(ranch.cards[0].folder), settings=alone)
    assert answer.returncode == 3, answer.stderr
    assert "16 found = 16 stored + 0 duplicate + 0 rejected" in answer.stdout
    assert "16 waiting" in answer.stdout
    # Folder and library of this test lie on one disk.
    assert "NOT SAFE TO WIPE" in answer.stdout
    assert "SAME_DEVICE: 16 originals lie on the same device" in answer.stdout


def test_a_model_that_is_not_there_is_refused_before_anything_starts(settings: Settings) -> None:
    gone = settings.model_copy(update={"model": settings.home / "gone.pt", "database_url": None})
    answer = _thumper("up", settings=gone)
    assert answer.returncode == 1
    assert "gone.pt" in answer.stderr
    assert not settings.postgres_dir.exists()
