"""Settings come from options, the environment and the home; a wrong one is refused with what to write instead."""

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


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without files, so that those of the developer are not read."""
    monkeypatch.setenv("THUMPER_HOME", str(tmp_path))
    return tmp_path


def test_options_come_before_environment_dotenv_and_toml(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert Settings.from_env().port == 8480
    (home / "thumper.toml").write_text("port = 9001\nlook_s = 3")
    assert (Settings.from_env().port, Settings.from_env().look_s) == (9001, 3.0)
    (home / ".env").write_text("THUMPER_PORT=9002")
    assert Settings.from_env().port == 9002
    monkeypatch.setenv("THUMPER_PORT", "9003")
    assert Settings.from_env().port == 9003
    assert Settings.from_env(port=9004).port == 9004


def test_a_value_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "thumper.toml").write_text("drop = ''")
    (home / ".env").write_text("THUMPER_MODEL=")
    monkeypatch.setenv("THUMPER_PORT", "")
    assert Settings.from_env().model_fields_set == {"home"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nport = 99999", "line 2, port: Input should be less than or equal to 65535 (got '99999')"),
        ("port = true", "line 1, port: Input should be a valid integer"),
        ("lease_s = 5", "must be shorter than lease_s"),
    ],
)
def test_a_wrong_value_in_the_file_is_named_by_line(home: Path, text: str, said: str) -> None:
    (home / "thumper.toml").write_text(text)
    with pytest.raises(SettingError) as refusal:
        Settings.from_env()
    assert said in str(refusal.value)


def test_an_option_is_named_as_it_is_typed() -> None:
    with pytest.raises(SettingError, match="--port: Input should be"):
        Settings.from_env(port=0)


def test_a_process_that_was_handed_its_settings_reads_no_file(home: Path) -> None:
    (home / "thumper.toml").write_text("model = '/mine.pt'")
    (home / ".env").write_text("THUMPER_PORT=9002")
    assert Settings.handed() == Settings(home=home)


def test_a_password_is_not_repeated_in_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUMPER_DATABASE_URL", "mysql://deer:secret@host/db")
    with pytest.raises(SettingError, match=r"postgresql:// \(got 'mysql://deer:\*\*\*@host/db'\)"):
        Settings.from_env()


def test_only_the_zone_of_a_server_that_nobody_chose_is_missed(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr("tzlocal.unix._cache_tz_name", "Etc/UTC")
    assert Settings.from_env().lacks_zone
    (home / "thumper.toml").write_text("time_zone = 'Etc/UTC'")
    assert not Settings.from_env().lacks_zone
    (home / "thumper.toml").unlink()
    monkeypatch.setattr("tzlocal.unix._cache_tz_name", "America/Chicago")
    assert not Settings.from_env().lacks_zone


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


@given(st.sampled_from(sorted(Settings.model_fields)), st.data())
def test_a_name_with_one_letter_missing_is_always_recognised(field: str, data: st.DataObject) -> None:
    name = variable_name(field)
    at = data.draw(st.integers(len("THUMPER_"), len(name) - 1))
    wrong = name[:at] + name[at + 1 :]
    if wrong == "THUMPER_" or wrong in map(variable_name, Settings.model_fields):
        return
    with pytest.raises(SettingError, match="did you mean"):
        refuse_unknown({wrong: "x"})
