"""The examination as a whole, on homes in every state."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.doctor.verdicts import FAIL, WARN
from thumper.doctor import examination
from thumper.doctor.check_context import CheckContext, open_context
from thumper.doctor.examination import CHECKS, Check, examine
from thumper.domain.check_result import CheckResult, Report
from thumper.settings import NO_REDIS, Settings
from thumper.store.postgres.connect import client, open_database

ROOT = Path(__file__).resolve().parents[2]


class Notes:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.told: list[CheckResult] = []

    def begin(self, name: str) -> None:
        self.began.append(name)

    def count(self, done: int, total: int | None) -> None:
        """Counting is looked at where it happens."""

    def tell(self, verdict: CheckResult) -> None:
        self.told.append(verdict)


def _blind(settings: Settings, **changes: object) -> Settings:
    """Settings without a model, which is loaded in tests/cli/test_doctor.py."""
    return settings.model_copy(update={"model": settings.home / "gone.pt", **changes})


def documented_checks() -> set[str]:
    """Every check in the table of docs/operations.md."""
    section = (
        (ROOT / "docs" / "operations.md").read_text().partition("\n## Doctor\n")[2].partition("\n## ")[0]
    )
    rows = re.findall(r"^\| (`[a-z`, -]+`) \|", section, flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}


def _levels(report: Report) -> dict[str, str]:
    return {verdict.check: verdict.level.value for verdict in report.verdicts}


async def test_every_check_is_made_and_told_in_order(settings: Settings) -> None:
    settings.drop_dir.mkdir()
    notes = Notes()
    report = await examine(_blind(settings), notes)
    assert notes.began == ["servers", *(check.name for check in CHECKS)]
    assert tuple(notes.told) == report.verdicts
    assert report.not_examined == ()
    assert {verdict.check for verdict in report.verdicts} | {"proof"} == documented_checks()


async def test_a_new_home_is_examined_and_stays_as_it_was(lone_settings: Settings) -> None:
    report = await examine(_blind(lone_settings), Notes())
    levels = _levels(report)
    assert (levels["database"], levels["redis"], levels["drop-folder"]) == ("warn", "ok", "warn")
    assert report.not_examined == (
        "schema",
        "locations",
        "originals",
        "library",
        "jobs",
        "files",
        "processes",
        "sign-in",
    )
    assert not lone_settings.home.exists()


async def test_without_a_database_the_rest_is_examined(lone_settings: Settings, redis_url: str) -> None:
    gone = "postgresql://u:secret@127.0.0.1:1/x"
    report = await examine(_blind(lone_settings, database_url=gone, redis_url=redis_url), Notes())
    database = report.verdicts[0]
    assert (database.check, database.level) == ("database", FAIL)
    assert "PostgreSQL at 127.0.0.1 does not answer" in database.sentence
    assert "secret" not in database.sentence
    assert {"schema", "jobs"} <= set(report.not_examined)
    assert _levels(report)["redis"] == "ok"


async def test_tables_of_another_schema_are_not_asked(settings: Settings) -> None:
    async with open_database(settings.postgres_url, pool_size=1):
        await client().execute_query_dict("DELETE FROM tortoise_migrations WHERE name LIKE '0003%'")
    report = await examine(_blind(settings), Notes())
    assert _levels(report)["schema"] == "fail"
    assert report.not_examined == (
        "locations",
        "originals",
        "library",
        "jobs",
        "files",
        "processes",
        "sign-in",
    )


async def test_a_check_that_breaks_is_a_verdict_and_ends_no_other(
    lone_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(_patient: CheckContext) -> list[CheckResult]:
        raise ZeroDivisionError

    async def go_on(_patient: CheckContext) -> list[CheckResult]:
        return [CheckResult.warn("later", "It went on.", remedy="Nothing.")]

    monkeypatch.setattr(examination, "CHECKS", (Check("broken", break_down), Check("later", go_on)))
    broken, later = (await examine(lone_settings, Notes())).verdicts
    assert (broken.check, broken.level, later.level) == ("broken", FAIL, WARN)
    assert "ZeroDivisionError" in broken.sentence


@pytest.mark.slow
async def test_a_broken_postgresql_does_not_keep_redis_from_being_examined(lone_settings: Settings) -> None:
    lone_settings.postgres_dir.mkdir(parents=True)
    (lone_settings.postgres_dir / "PG_VERSION").write_text("18\n")
    async with open_context(lone_settings) as context:
        assert not context.fresh
        assert "PostgreSQL" in context.database_error
        assert context.gap is None
        assert context.redis_error == ""
        assert str(context.settings.redis_url).startswith("unix://")


async def test_a_redis_that_is_missing_does_not_keep_postgresql_from_being_examined(
    settings: Settings, tmp_path: Path
) -> None:
    alone = settings.model_copy(update={"redis_url": None})
    alone.home.mkdir()
    alone.redis_dir.touch()  # where its folder would be
    async with open_context(alone) as context:
        assert "Redis cannot be started" in context.redis_error
        assert context.knows_tables
        assert context.settings.redis_url == NO_REDIS
