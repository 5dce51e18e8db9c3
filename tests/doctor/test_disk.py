from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.plain_user import as_a_plain_user
from tests.doctor.verdicts import FAIL, OK, WARN, only
from thumper.doctor import disk
from thumper.doctor.check_context import CheckContext
from thumper.doctor.disk import GB, look_at_disks
from thumper.domain.check_result import Level
from thumper.domain.disk_space import MB, Space
from thumper.store.disk.disk_space import measure

ONE = "home, library, database and drop folder"


@pytest.fixture(autouse=True)
def _drop_folder(offline: CheckContext) -> None:
    """It is there."""


async def test_folders_of_one_disk_are_told_together_and_this_disk_is_really_measured(
    offline: CheckContext,
) -> None:
    verdicts = await look_at_disks(offline)
    assert [ONE in verdict.sentence for verdict in verdicts] == [True]
    space = measure(offline.settings.drop_dir)
    assert 0 < space.free_bytes < space.total_bytes


@pytest.mark.parametrize(
    ("total_bytes", "free_bytes", "level"),
    [
        (500 * GB, 100 * GB, OK),
        (500 * GB, 19 * GB, WARN),  # 5 %, at most 20 GB
        (500 * GB, 6 * GB, WARN),
        (500 * GB, 4 * GB, FAIL),  # 2 %, at most 5 GB
        (20_000 * GB, 25 * GB, OK),
        (64 * GB, 4 * GB, OK),
        (64 * GB, 3 * GB, WARN),
        (64 * GB, 1 * GB, FAIL),
        (8 * GB, 499 * MB, FAIL),
        (8 * GB, 501 * MB, WARN),
    ],
)
async def test_a_disk_that_is_nearly_full_is_named(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch, total_bytes: int, free_bytes: int, level: Level
) -> None:
    monkeypatch.setattr(disk, "measure", lambda path: Space(total_bytes, free_bytes, 10**6))
    assert "free on the disk of home" in only(await look_at_disks(offline), level)


async def test_a_disk_without_room_for_more_files_is_named(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "measure", lambda path: Space(500 * GB, 100 * GB, 12))
    assert "Only 12 more files" in only(await look_at_disks(offline), FAIL)


async def test_a_full_drop_folder_of_its_own_stops_only_whoever_copies_cards(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Path("/proc")  # a file system of its own on every Linux
    own = offline.settings.model_copy(update={"drop": elsewhere})
    full = Space(100 * GB, 0, None)
    monkeypatch.setattr(
        disk, "measure", lambda path: full if path == elsewhere else Space(500 * GB, 99 * GB, None)
    )
    home, drop = await look_at_disks(CheckContext(settings=own))
    assert (home.level, drop.level) == (OK, WARN)
    assert "next card will not fit" in drop.remedy


async def test_a_home_that_cannot_be_written_to_is_named(offline: CheckContext) -> None:
    home = offline.settings.home
    home.mkdir()
    home.chmod(0o555)
    with as_a_plain_user():
        shut = [verdict for verdict in await look_at_disks(offline) if verdict.level is FAIL]
    home.chmod(0o755)
    assert [verdict.sentence for verdict in shut] == [
        f"{folder} cannot be written to." for folder in (home, offline.settings.library_dir)
    ]


async def test_a_home_that_is_no_folder_is_named(offline: CheckContext, tmp_path: Path) -> None:
    home = tmp_path / "a file"
    home.touch()
    changed = offline.settings.model_copy(update={"home": home})
    shut = [one.sentence for one in await look_at_disks(CheckContext(settings=changed)) if one.level is FAIL]
    assert f"{home} cannot be written to." in shut
