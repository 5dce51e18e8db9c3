"""A photo is blamed for the death of a worker only against a control."""

from __future__ import annotations

import pytest

from tests.blame import CASES, Case
from thumper.domain.blame import Blame, judge


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_is_that_of_the_table(case: Case) -> None:
    assert (
        judge(
            claimed_alone=case.claimed_alone,
            begun=case.begun,
            other_suspects=case.other_suspects,
            tries=case.tries,
        )
        is case.verdict
    )


def test_the_table_has_a_case_for_each_verdict() -> None:
    assert {case.verdict for case in CASES} == set(Blame)
