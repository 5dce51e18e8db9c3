"""The benchmark of ingestion runs, on a few files, and its results are complete and count what they should."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks import finding, redropping, registering, remembering, rescanning
from benchmarks.ingest import PARTS
from benchmarks.live_watcher import fresh_database
from benchmarks.machine import Others, disturbed
from thumper.settings import Settings


@pytest.fixture
def quick(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """The servers of the test session, an empty database to copy, and shorter waits."""
    return Settings(
        home=tmp_path / "home", database_url=database_url, redis_url=redis_url, look_s=0.1, settle_s=0.2
    )


@pytest.mark.slow
async def test_found_files_are_counted_for_each_contestant(quick: Settings, tmp_path: Path) -> None:
    report = (await finding.measure(quick, tmp_path, files=30, rounds=1, quiet_s=0.3)).report()
    assert (report["thumper_found"], report["thumper_stored"]) == (1.0, 1.0)
    # The control, which waits for files to be closed, may miss every file of a new folder: it is there to show that.
    assert 0 <= report["watchdog_closed"] <= 1
    assert 0 < report["watchdog_created"] <= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cards"]


def test_a_rescan_is_compared_on_the_same_files(tmp_path: Path) -> None:
    report = rescanning.measure(tmp_path, files=1000, rounds=2).report()
    assert report["files"] == 1000
    assert len(report["by_round"]) == 2
    assert min(report["by_round"]) > 0


async def test_registering_is_compared_on_the_same_rows(quick: Settings, tmp_path: Path) -> None:
    async with fresh_database(quick, tmp_path / "rows") as own:
        report = (await registering.measure(own, files=1500, rounds=2)).report()
    assert report["register_rows_per_s"] > 0
    assert 0 < report["share_of_copy_without_foreign_keys"] <= report["share_of_copy"] * 2


@pytest.mark.slow
async def test_the_memory_of_half_and_of_all_files_is_told(quick: Settings, tmp_path: Path) -> None:
    report = (await remembering.measure(quick, tmp_path, files=40)).report()
    assert list(report["found_and_admitted_mb"]) == [20, 40]
    assert all(20 < mb < 400 for mb in report["found_and_admitted_mb"].values())


@pytest.mark.slow
async def test_a_re_drop_is_told_by_size_of_the_photos(quick: Settings, tmp_path: Path) -> None:
    redrops = await redropping.measure(quick, tmp_path, files=40, rounds=1)
    small, large = redrops["small"].report(), redrops["large"].report()
    assert (small["files"], large["files"]) == (40, 2)
    assert small["mean_kb"] < 100
    assert large["mean_kb"] > 1000


def test_every_part_can_be_asked_for() -> None:
    assert set(PARTS) == {"found", "rescan", "register", "memory", "redrop"}


def test_work_of_our_own_is_not_that_of_others() -> None:
    others = Others()
    until_s = time.process_time() + 0.5
    while time.process_time() < until_s:
        pass
    assert others.share() < 1
    assert disturbed([0.0, 0.06, 0.05]) == [2]
