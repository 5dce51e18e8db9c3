from __future__ import annotations

import pytest

from thumper.domain.check_result import CheckResult, Level, Report

FINE = CheckResult.ok("disk", "There is room.")
SLOW = CheckResult.warn("redis", "It is away.", remedy="Start it.")
BAD = CheckResult.fail("schema", "It is old.", remedy="Migrate.")


@pytest.mark.parametrize(
    ("verdicts", "level"),
    [((), Level.OK), ((FINE,), Level.OK), ((SLOW, FINE), Level.WARN), ((SLOW, BAD, FINE), Level.FAIL)],
)
def test_a_report_is_as_bad_as_its_worst_verdict(verdicts: tuple[CheckResult, ...], level: Level) -> None:
    assert Report(verdicts).level is level


def test_what_is_not_ok_has_a_remedy_and_what_is_ok_has_none() -> None:
    with pytest.raises(ValueError, match="remedy"):
        CheckResult.fail("disk", "It is full.", remedy="")
    with pytest.raises(ValueError, match="remedy"):
        CheckResult(check="disk", level=Level.OK, sentence="There is room.", remedy="Free space.")


def test_a_report_as_json_has_every_verdict_and_what_was_left_out() -> None:
    assert Report((FINE, BAD), ("jobs",)).to_json() == {
        "level": "fail",
        "checks": [
            {"check": "disk", "level": "ok", "sentence": "There is room.", "remedy": None},
            {"check": "schema", "level": "fail", "sentence": "It is old.", "remedy": "Migrate."},
        ],
        "notExamined": ["jobs"],
    }
