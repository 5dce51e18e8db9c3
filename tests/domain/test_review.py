"""What stands of a box after reviews, and after some were taken back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.domain.review import Meaning, Word, standing

MEANINGS = st.builds(
    Meaning,
    species=st.sampled_from([None, "Odocoileus virginianus", "Sus scrofa"]),
    sex=st.sampled_from(Sex),
    life_stage=st.sampled_from(LifeStage),
)
CORRECTIONS = st.builds(
    Word,
    verdict=st.just(ReviewVerdict.CORRECTED),
    species=st.sampled_from([None, "Cervus canadensis"]),
    sex=st.sampled_from([None, *Sex]),
    life_stage=st.sampled_from([None, *LifeStage]),
    actor=st.just("test"),
)
PLAIN = st.builds(
    Word,
    verdict=st.sampled_from([ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED]),
    actor=st.just("test"),
)
WORDS = st.lists(st.one_of(CORRECTIONS, PLAIN), max_size=8)


@given(MEANINGS, WORDS)
def test_without_reviews_the_model_stands_and_after_a_rejection_again(own: Meaning, said: list[Word]) -> None:
    assert standing(own, []) == own
    assert standing(own, [*said, Word(verdict=ReviewVerdict.REJECTED, actor="test")]) == own


@given(MEANINGS, WORDS, st.one_of(CORRECTIONS, PLAIN))
def test_a_word_taken_back_leaves_what_stood_before_it(own: Meaning, said: list[Word], last: Word) -> None:
    """Reviews are kept with the whole meaning after them, and these give the same as the words did."""
    meaning, kept = own, []
    for word in said:
        meaning = word.applied(meaning, own=own)
        whole = {"species": meaning.species, "sex": meaning.sex, "life_stage": meaning.life_stage}
        said_what = whole if word.verdict is ReviewVerdict.CORRECTED else {}
        kept.append(Word(verdict=word.verdict, actor="test", **said_what))  # type: ignore[arg-type]
    assert standing(own, kept) == standing(own, said) == meaning
    assert standing(own, [*kept, last]) == last.applied(meaning, own=own)


@given(MEANINGS, MEANINGS)
def test_a_confirmation_changes_nothing(own: Meaning, stands: Meaning) -> None:
    assert Word(verdict=ReviewVerdict.CONFIRMED, actor="test").applied(stands, own=own) == stands
