"""Settings come from the environment, and a wrong one is refused with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.errors import SettingError
from thumper.settings import Settings, refuse_unknown, variable_name


def test_values_come_from_the_environment_and_arguments_win(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("THUMPER_HOME", str(tmp_path))
    monkeypatch.setenv("THUMPER_PORT", "9001")
    assert Settings.from_env().port == 9001
    assert Settings.from_env(port=9002).port == 9002
    assert Settings.from_env(port=None).home == tmp_path
    assert Settings.from_env().drop_dir == tmp_path / "drop"


def test_an_unknown_setting_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUMPER_DATABSE_URL", "postgresql:///x")
    with pytest.raises(SettingError, match="did you mean THUMPER_DATABASE_URL"):
        Settings.from_env()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("THUMPER_PORT", "eighty", "THUMPER_PORT"),
        ("THUMPER_PORT", "99999", "less than or equal to 65535"),
        ("THUMPER_TIME_ZONE", "Texas", "America/Chicago"),
        ("THUMPER_DATABASE_URL", "mysql://x", "postgresql://"),
        ("THUMPER_REDIS_URL", "http://x", "redis://"),
        ("THUMPER_REDIS_URL", "off", "or be none"),
        ("THUMPER_KEEP", "move", "'in-place' or 'copy'"),
        ("THUMPER_DEVICE", "gpu", "auto, cpu, cuda or cuda:N"),
        ("THUMPER_LOG_LEVEL", "loud", "THUMPER_LOG_LEVEL"),
        ("THUMPER_LEASE_S", "5", "must be shorter than lease_s"),
    ],
)
def test_a_malformed_setting_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as refusal:
        Settings.from_env()
    assert said in str(refusal.value)


def test_a_child_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THUMPER_LOG_LEVEL", "debug")
    own = Settings(home=tmp_path, port=9005, lease_s=12.5, model=tmp_path / "model.pt")
    handed = own.as_environment()
    assert "THUMPER_DATABASE_URL" not in handed
    for name in list(handed):
        if name.startswith("THUMPER_"):
            monkeypatch.setenv(name, handed[name])
    assert Settings.from_env() == own


@pytest.mark.parametrize(
    ("redis_url", "poll_s", "wakeup_url", "every_s"),
    [
        ("redis://ranch/0", None, "redis://ranch/0", 5.0),
        ("redis://ranch/0", 0.5, "redis://ranch/0", 0.5),
        ("None", None, None, 1.0),
        ("none", 30.0, None, 30.0),
    ],
)
def test_without_redis_the_worker_looks_more_often_unless_told_how_often(
    redis_url: str, poll_s: float | None, wakeup_url: str | None, every_s: float
) -> None:
    own = Settings(redis_url=redis_url, poll_s=poll_s)
    assert (own.wakeup_url, own.poll_every_s) == (wakeup_url, every_s)


@given(st.sampled_from(sorted(Settings.model_fields)), st.data())
def test_a_name_with_one_letter_missing_is_always_recognised(field: str, data: st.DataObject) -> None:
    name = variable_name(field)
    at = data.draw(st.integers(len("THUMPER_"), len(name) - 1))
    wrong = name[:at] + name[at + 1 :]
    if wrong == "THUMPER_" or wrong in map(variable_name, Settings.model_fields):
        return
    with pytest.raises(SettingError, match="did you mean"):
        refuse_unknown({wrong: "x"})
