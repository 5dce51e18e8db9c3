"""Which words of people can be stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.domain.refusal import InvalidValueError
from thumper.domain.review import Word

WORDS = st.builds(
    Word,
    verdict=st.sampled_from(ReviewVerdict),
    species=st.sampled_from([None, "  Sus  scrofa "]),
    sex=st.sampled_from([None, *Sex]),
    life_stage=st.sampled_from([None, *LifeStage]),
    actor=st.just("test"),
)


@given(WORDS)
def test_a_correction_says_what_is_right_and_no_other_word_does(word: Word) -> None:
    corrects = [word.species, word.sex, word.life_stage] != [None, None, None]
    if (word.verdict is ReviewVerdict.CORRECTED) == corrects:
        checked = word.checked()
        assert checked.species in {None, "Sus scrofa"}
        assert checked.checked() == checked
    else:
        with pytest.raises(InvalidValueError) as refused:
            word.checked()
        assert refused.value.field == ("verdict",)
