"""Files in the home say what is set; what is wrong in them is refused by file and line."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.errors import SettingError
from thumper.setting_files import Source, read_files, remember

KNOWN = {"drop": True, "port": False, "time_zone": False, "database_url": False}


def toml(home: Path, text: str) -> Path:
    path = home / "thumper.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_home_without_files_says_nothing(tmp_path: Path) -> None:
    assert read_files(tmp_path / "none", KNOWN) == {}


def test_each_value_knows_the_line_on_which_it_stands_and_dotenv_wins(tmp_path: Path) -> None:
    path = toml(tmp_path, "# mine\n\nport = 8481\ntime_zone = 'Europe/Berlin'\n")
    env = tmp_path / ".env"
    env.write_text(
        "OTHER=1\n\n\nexport THUMPER_PORT=8482 # why\nTHUMPER_DATABASE_URL='postgresql://u:p$w@h/d'\n"
    )
    found = read_files(tmp_path, KNOWN)
    assert {name: (one.value, one.source, one.place) for name, one in found.items()} == {
        "port": ("8482", Source.DOTENV, f"{env}, line 4, THUMPER_PORT"),
        "time_zone": ("Europe/Berlin", Source.TOML, f"{path}, line 4, time_zone"),
        "database_url": ("postgresql://u:p$w@h/d", Source.DOTENV, f"{env}, line 5, THUMPER_DATABASE_URL"),
    }


def test_a_relative_folder_lies_in_the_home(tmp_path: Path) -> None:
    toml(tmp_path, 'drop = "photos"')
    assert read_files(tmp_path, KNOWN)["drop"].value == str(tmp_path / "photos")
    toml(tmp_path, 'drop = "~/photos"')
    assert read_files(tmp_path, KNOWN)["drop"].value == "~/photos"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nprot = 1", "line 2, prot: is not a setting of Thumper; did you mean port?"),
        ("THUMPER_PORT = 1", "did you mean port?"),
        ('"time-zone" = "UTC"', "line 1, time-zone: is not a setting of Thumper; did you mean time_zone?"),
        ("zzz = 1", "Known settings: drop, port"),
        ("port = 1\n[server]\nport = 2", "line 2, server: is not a setting"),
        ("\nport = [8480]", "line 2, port: must be one text or number"),
        ("port = 2026-01-01", "must be one text or number"),
        ("\ndrop = /photos", "is not valid TOML: Invalid value (at line 2, column 8). Texts need quotes"),
        ("home = '/x'", "only THUMPER_HOME in the environment moves it"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_by_line_with_what_to_do(
    tmp_path: Path, text: str, said: str
) -> None:
    path = toml(tmp_path, text)
    with pytest.raises(SettingError) as refusal:
        read_files(tmp_path, KNOWN)
    assert str(path) in str(refusal.value)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "A=1\nTHUMPER_PROT=2",
            "line 2, THUMPER_PROT: is not a setting of Thumper; did you mean THUMPER_PORT?",
        ),
        ("\nTHUMPER_HOME=/x", "line 2, THUMPER_HOME: this file lies in the home"),
        ("THUMPER_PORT='8480", "line 1: is not of the form THUMPER_NAME=value"),
    ],
)
def test_what_is_wrong_in_dotenv_is_named_by_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / ".env").write_text(text)
    with pytest.raises(SettingError) as refusal:
        read_files(tmp_path, KNOWN)
    assert f"{tmp_path / '.env'}, {said}" in str(refusal.value)


def test_a_file_that_cannot_be_read_is_named_with_its_home(tmp_path: Path) -> None:
    (tmp_path / "thumper.toml").mkdir()
    with pytest.raises(
        SettingError, match=r"thumper.toml cannot be read \(Is a directory\): correct its rights"
    ):
        read_files(tmp_path, KNOWN)
    (tmp_path / "thumper.toml").rmdir()
    (tmp_path / "thumper.toml").write_bytes(b'drop = "\xe9"')
    with pytest.raises(SettingError, match="is not UTF-8 text"):
        read_files(tmp_path, KNOWN)


def test_what_is_remembered_stands_below_an_explanation(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = remember(home, {"drop": home / "drop", "time_zone": "Europe/Berlin"})
    assert path.read_text().startswith("# Settings of this Thumper")
    # So that the home can be moved.
    assert tomllib.loads(path.read_text()) == {"drop": "drop", "time_zone": "Europe/Berlin"}


def test_remembering_leaves_comments_rights_and_links_as_they_are(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(
        "# ours\nport = 8481 # the # free one\n\ndrop='/old'   # the red disk\ntime_zone = \"UTC\""
    )
    real.chmod(0o640)
    (tmp_path / "thumper.toml").symlink_to(real)
    remember(tmp_path, {"drop": Path("/new"), "database_url": "x"})
    assert (tmp_path / "thumper.toml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_text() == (
        '# ours\nport = 8481 # the # free one\n\ndrop = "/new"   # the red disk\ntime_zone = "UTC"\n'
        'database_url = "x"\n'
    )


@pytest.mark.parametrize("text", ['drop = """\n/old"""', "a = 1\n[table]\nb = 2"])
def test_a_file_of_another_form_is_left_alone_and_the_line_to_write_is_said(
    tmp_path: Path, text: str
) -> None:
    path = toml(tmp_path, text)
    with pytest.raises(SettingError, match='write into it\ndrop = "/new"'):
        remember(tmp_path, {"drop": Path("/new")})
    assert path.read_text() == text


def test_a_folder_whose_name_is_no_text_cannot_be_remembered(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no UTF-8"):
        remember(tmp_path, {"drop": Path("/photos\udce9")})
    assert list(tmp_path.iterdir()) == []


@hypothesis.settings(max_examples=30)  # each is written to the disk twice
@given(first=st.text(st.characters(codec="utf-8")), second=st.text(st.characters(codec="utf-8")))
def test_any_text_is_read_as_it_was_remembered(
    tmp_path_factory: pytest.TempPathFactory, first: str, second: str
) -> None:
    home = tmp_path_factory.getbasetemp() / "remembered"
    for text in (first, second):
        path = remember(home, {"time_zone": text, "port": second})
        assert tomllib.loads(path.read_text(encoding="utf-8")) == {"time_zone": text, "port": second}
