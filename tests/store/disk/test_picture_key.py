from __future__ import annotations

import stat
from pathlib import Path

from thumper.store.disk.picture_key import NAME, picture_key


def test_it_is_made_once_and_is_the_users_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    key = picture_key(home)
    picture_key.cache_clear()
    assert picture_key(home) == key == (home / NAME).read_bytes()
    assert len(key) == 32
    assert stat.S_IMODE((home / NAME).stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == [NAME]


def test_half_a_key_is_none(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"half")
    assert len(picture_key(tmp_path)) == 32


def test_each_home_has_its_own(tmp_path: Path) -> None:
    assert picture_key(tmp_path / "one") != picture_key(tmp_path / "two")
