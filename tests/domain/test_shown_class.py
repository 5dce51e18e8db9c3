"""What a box is taken for, and what it is called, after whatever people say of it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import ClassMap, LifeStage, Sex
from thumper.domain.review import Word
from thumper.domain.shown_class import Prediction, as_predicted, as_reviewed, replayed

DEER: Final = "Odocoileus virginianus"
DEFAULT: Final = {
    "buck": {"species": DEER, "sex": "male", "life_stage": "adult"},
    "doe": {"species": DEER, "sex": "female"},
    "turkey": {"species": "Meleagris gallopavo"},
}
YOUNG: Final = {**DEFAULT, "bambi": {"species": DEER, "life_stage": "juvenile"}}
ANTLERED: Final = {"antlered": {"species": DEER, "sex": "male"}, "car": {"shown": False}}
CASES: Final[tuple[tuple[dict[str, Any], str, dict[str, Any], str], ...]] = (
    # class map, what the model said, what a person says, what it is called then
    (DEFAULT, "doe", {"sex": Sex.MALE}, "buck"),
    (DEFAULT, "buck", {"sex": Sex.FEMALE}, "doe"),
    (DEFAULT, "buck", {"life_stage": LifeStage.SUBADULT}, "buck"),
    (DEFAULT, "doe", {"life_stage": LifeStage.JUVENILE}, "fawn"),
    (DEFAULT, "buck", {"life_stage": LifeStage.JUVENILE}, "fawn"),
    (YOUNG, "doe", {"life_stage": LifeStage.JUVENILE, "sex": Sex.UNKNOWN}, "bambi"),
    (DEFAULT, "doe", {"sex": Sex.UNKNOWN}, "deer"),
    (DEFAULT, "turkey", {"species": DEER, "sex": Sex.FEMALE}, "doe"),
    (DEFAULT, "buck", {"species": "Meleagris gallopavo", "sex": Sex.UNKNOWN}, "turkey"),
    (DEFAULT, "turkey", {"life_stage": LifeStage.ADULT}, "turkey"),
    (DEFAULT, "doe", {"species": "Cervus canadensis"}, "its common name"),
    (ANTLERED, "antlered", {"life_stage": LifeStage.ADULT}, "antlered"),
    (ANTLERED, "antlered", {"sex": Sex.FEMALE}, "doe"),
    (ANTLERED, "car", {"species": DEER, "sex": Sex.MALE}, "antlered"),
    (ANTLERED, "car", {"sex": Sex.MALE}, "car"),
)


def prediction(class_map: dict[str, Any], label: str, confidence: float = 0.9) -> Prediction:
    return Prediction(
        label=label, confidence=confidence, class_map=ClassMap.parse({"labels": class_map}, name="m.toml")
    )


def word(verdict: ReviewVerdict, **values: Any) -> Word:
    return Word(verdict=verdict, actor="test", **values)


@pytest.mark.parametrize(("class_map", "label", "said", "called"), CASES)
def test_a_corrected_box_is_called_what_it_is(
    class_map: dict[str, Any], label: str, said: dict[str, Any], called: str
) -> None:
    model = prediction(class_map, label)
    names = {"Cervus canadensis": "its common name"}
    found = as_reviewed(as_predicted(model), word(ReviewVerdict.CORRECTED, **said), model, common_names=names)
    assert found.corrected_label == called
    assert {name: getattr(found, name) for name in said} == said
    assert found.shown


def test_a_species_without_a_common_name_is_called_by_its_scientific_one() -> None:
    model = prediction(DEFAULT, "doe")
    said = word(ReviewVerdict.CORRECTED, species="Cervus nippon")
    assert as_reviewed(as_predicted(model), said, model).corrected_label == "Cervus nippon"


WORDS: Final = st.lists(
    st.one_of(
        st.builds(word, st.sampled_from([ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED])),
        st.builds(
            word,
            st.just(ReviewVerdict.CORRECTED),
            species=st.sampled_from([None, DEER, "Cervus canadensis"]),
            sex=st.sampled_from([None, *Sex]),
            life_stage=st.sampled_from([None, *LifeStage]),
        ),
    ),
    max_size=6,
)


@given(
    words=WORDS,
    label=st.sampled_from([*DEFAULT, "car", "stranger"]),
    confidence=st.floats(0.05, 1),
)
def test_only_what_was_said_since_the_last_rejection_counts(
    words: list[Word], label: str, confidence: float
) -> None:
    model = prediction({**DEFAULT, "car": {"shown": False}}, label, confidence)

    found = replayed(model, words)
    since = [place for place, said in enumerate(words) if said.verdict is ReviewVerdict.REJECTED]
    rest = words[since[-1] + 1 :] if since else words
    assert found == replayed(model, rest)
    corrections = [said for said in rest if said.verdict is ReviewVerdict.CORRECTED]
    assert (found.corrected_label is None) == (not corrections)
    assert found.shown == (bool(rest) or model.class_map.shows(label, confidence))
    for name in ("species", "sex", "life_stage"):
        told = [value for said in corrections if (value := getattr(said, name)) is not None]
        own = getattr(model.class_map.meaning(label), name)
        assert getattr(found, name) == (told[-1] if told else own)


PREDICTIONS: Final = st.builds(
    prediction, st.just(YOUNG), st.sampled_from([*YOUNG, "stranger"]), st.floats(0.05, 1)
)
DRAWN: Final = st.builds(
    Prediction,
    label=st.sampled_from(["", "buck"]),
    confidence=st.just(1.0),
    class_map=st.just(ClassMap()),
    drawn=st.builds(
        word,
        st.just(ReviewVerdict.CONFIRMED),
        species=st.sampled_from([None, DEER]),
        sex=st.sampled_from(Sex),
        life_stage=st.sampled_from(LifeStage),
    ),
)


@given(first=st.one_of(PREDICTIONS, DRAWN), words=WORDS)
def test_reviews_that_keep_all_that_is_in_the_box_give_the_same_as_the_words_did(
    first: Prediction, words: list[Word]
) -> None:
    """So that a review can be taken back: what stood before it follows from those before."""
    found = as_predicted(first)
    kept: list[Word] = []
    for said in words:
        assert replayed(first, kept) == found
        found = as_reviewed(found, said, first)
        corrects = said.verdict is ReviewVerdict.CORRECTED
        whole = {"species": found.species, "sex": found.sex, "life_stage": found.life_stage}
        kept.append(word(said.verdict, **(whole if corrects else {})))
    assert replayed(first, kept) == replayed(first, words) == found


@given(first=DRAWN, words=WORDS)
def test_what_a_person_drew_counts_and_a_rejection_restores_what_they_said_of_it(
    first: Prediction, words: list[Word]
) -> None:
    assert first.drawn is not None
    assert replayed(first, [first.drawn, *words]) == replayed(first, words)
    restored = replayed(first, [*words, word(ReviewVerdict.REJECTED)])
    assert (restored.species, restored.sex, restored.shown) == (first.drawn.species, first.drawn.sex, True)
