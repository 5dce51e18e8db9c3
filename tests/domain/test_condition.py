"""Every condition can be told: when it begins, when it is over, and in a few words."""

from __future__ import annotations

import pytest

from thumper.domain.condition import Condition


@pytest.mark.parametrize("code", list(Condition))
def test_a_condition_has_sentences_for_its_begin_and_its_end(code: Condition) -> None:
    meaning = code.meaning
    for sentence in (meaning.begins, meaning.ends):
        told = sentence.format(who="worker on barn", path="/photos")
        assert told[0].isupper()
        assert told.endswith(".")
        assert "{" not in told
    assert meaning.words
    assert not meaning.words.endswith(".")


@pytest.mark.parametrize("code", list(Condition))
def test_its_code_fits_the_column(code: Condition) -> None:
    assert code.value == code.name
    assert len(code.value) <= 32
