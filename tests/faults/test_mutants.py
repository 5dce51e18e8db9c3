"""CI's samples of damaged photos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.mutants import MutantsThroughDecode, MutantsThroughIngest
from tests.faults.mutation import WAYS, mutant

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_every_mutant_decodes_or_says_why(tmp_path: Path) -> None:
    outcome = MutantsThroughDecode().run(1, 1500, tmp_path)
    assert outcome.violations == ()
    assert outcome.faults.keys() == WAYS.keys()
    assert outcome.measured["ended as damaged"] > 30
    assert outcome.measured["ended as whole"] > 30


def test_every_mutant_in_the_drop_folder_is_accounted_for(tmp_path: Path) -> None:
    outcome = MutantsThroughIngest().run(1, 200, tmp_path)
    assert outcome.violations == ()
    assert outcome.measured["ended as damaged"] > 3
    assert outcome.measured["ended as whole"] > 3


def test_the_same_seed_gives_the_same_mutant() -> None:
    assert mutant(7, 3) == mutant(7, 3)
    assert mutant(7, 3).content != mutant(7, 4).content != mutant(8, 4).content
