"""A Thumper that runs is found with its settings, and one that was killed is not."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from thumper.embedded.instance import announced, find_instance, find_instances
from thumper.embedded.lock_file import try_lock
from thumper.settings import Settings

HOLD = """
import sys, time
from thumper.embedded.instance import announced
from thumper.settings import Settings
with announced(Settings.handed()):
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home", port=9001, database_url="postgresql://deer:secret@h/d", time_zone="UTC"
    )


def test_it_is_found_with_its_settings_for_as_long_as_it_runs(own: Settings) -> None:
    assert find_instance(own.home) is None
    with announced(own):
        found = find_instance(own.home)
        assert found is not None
        assert Settings.of(found.given()) == own
        assert (found.api_url, found.home, found.passing) == ("http://127.0.0.1:9001", own.home, False)
        assert found in find_instances()
    assert find_instance(own.home) is None
    assert own.home not in [one.home for one in find_instances()]


def test_what_it_notes_can_be_read_by_its_user_alone(own: Settings) -> None:
    with announced(own):
        notes = [own.run_dir / "instance.json", own.run_dir / "instance.lock"]
        assert {stat.S_IMODE(note.stat().st_mode) for note in notes} == {0o600}
    assert "secret" not in "".join(path.read_text() for path in own.home.rglob("*") if path.is_file())


def test_a_zone_that_nobody_chose_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tzlocal.unix._cache_tz_name", "Etc/UTC")
    with announced(Settings(home=tmp_path)):
        found = find_instance(tmp_path)
        assert found is not None
        assert Settings.of(found.given()).lacks_zone


def test_one_that_was_killed_is_not_believed_and_its_home_is_free(own: Settings) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], env=own.as_environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        found = find_instance(own.home)
        assert found is not None
        assert found.pid == process.pid
        with announced(own.model_copy(update={"port": 9002})):
            assert find_instance(own.home) == found, "the first that serves a home is the one that is asked"
        process.send_signal(signal.SIGKILL)
    assert (own.run_dir / "instance.json").exists()
    assert find_instance(own.home) is None
    with announced(own):
        assert find_instance(own.home) is not None


def test_a_command_that_looks_at_the_same_instant_does_not_keep_it_from_starting(own: Settings) -> None:
    own.run_dir.mkdir(parents=True)
    looking = try_lock(own.run_dir / "instance.lock")
    assert looking is not None
    threading.Timer(0.1, os.close, (looking,)).start()
    with announced(own):
        assert find_instance(own.home) is not None


def test_one_of_another_machine_that_shares_the_home_is_not_asked_here(own: Settings) -> None:
    with announced(own):
        note = own.run_dir / "instance.json"
        note.write_text(json.dumps(json.loads(note.read_text()) | {"machine": "elsewhere"}))
        assert find_instance(own.home) is None


def test_settings_of_another_version_that_are_unknown_here_are_left_out(own: Settings) -> None:
    with announced(own):
        note = own.run_dir / "instance.json"
        told = json.loads(note.read_text())
        note.write_text(json.dumps(told | {"settings": told["settings"] | {"antlers": "1"}}))
        found = find_instance(own.home)
        assert found is not None
        assert Settings.of(found.given()) == own


def test_a_user_without_a_folder_of_their_own_names_the_home(
    own: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with announced(own):
        assert find_instances() == []
        assert find_instance(own.home) is not None
