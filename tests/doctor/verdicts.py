"""Reading what a check said."""

from __future__ import annotations

from collections.abc import Sequence

from thumper.domain.check_result import CheckResult, Level

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL


def only(verdicts: Sequence[CheckResult], level: Level) -> str:
    """Return sentence and remedy of the only verdict, which must be of that level."""
    (verdict,) = verdicts
    assert verdict.level is level, verdict
    return f"{verdict.sentence} {verdict.remedy}"
