from __future__ import annotations

import os
from pathlib import Path

import pytest

from thumper.embedded.socket_dir import MAX_PATH_BYTES, make_private, socket_dir
from thumper.errors import ServiceDownError

NAME = ".s.PGSQL.5432"


def test_a_short_plain_path_stays_below_the_home() -> None:
    assert socket_dir(Path("/srv/thumper/run"), "postgres", socket_name=NAME) == Path(
        "/srv/thumper/run/postgres"
    )


@pytest.mark.parametrize("home", ["/srv/" + "a" * 90, "/srv/ä b", "/srv/a,b", "/srv/100%", "/srv/a+b"])
def test_any_other_path_gets_a_short_one_of_its_own(home: str) -> None:
    place = socket_dir(Path(home, "run"), "postgres", socket_name=NAME)
    assert not str(place).startswith("/srv")
    assert len(os.fsencode(place / NAME)) <= MAX_PATH_BYTES
    assert place == socket_dir(Path(home, "run"), "postgres", socket_name=NAME)
    assert place != socket_dir(Path(home, "run2"), "postgres", socket_name=NAME)
    assert place != socket_dir(Path(home, "run"), "redis", socket_name=NAME)


def test_a_place_that_somebody_else_prepared_is_refused(tmp_path: Path) -> None:
    trap, target = tmp_path / "trap", tmp_path / "target"
    target.mkdir()
    trap.symlink_to(target)
    with pytest.raises(ServiceDownError, match="belongs to somebody else"):
        make_private(trap, None)
