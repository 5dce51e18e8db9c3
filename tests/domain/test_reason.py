from __future__ import annotations

import pytest

from thumper.domain.reason import Reason


def test_there_are_no_more_reasons_than_a_person_can_learn() -> None:
    assert len(Reason) <= 24


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_is_wrong_and_what_to_do(reason: Reason) -> None:
    assert reason.value == reason.name
    assert Reason(reason.value) is reason
    for text in (reason.sentence, reason.advice):
        assert text.endswith(".")
        assert text[0].isupper()
        assert len(text) > 15


def test_the_advice_for_files_that_are_not_read_fits_texts_as_well_as_pictures() -> None:
    assert "copy it elsewhere" in Reason.UNSUPPORTED_TYPE.advice
    assert not Reason.UNSUPPORTED_TYPE.advice.startswith("If it is a picture")
