from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.label import ClassMap, LabelMeaning, LifeStage, Sex
from thumper.errors import DetectorError

DEER: dict[str, Any] = {
    "default_threshold": 0.3,
    "labels": {
        "buck": {
            "species": "Odocoileus virginianus",
            "common_name": "deer",
            "sex": "male",
            "life_stage": "adult",
        },
        "car": {"shown": False, "threshold": 0.6},
    },
}
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "species": WORDS,
        "common_name": WORDS,
        "sex": st.sampled_from([sex.value for sex in Sex]),
        "life_stage": st.sampled_from([stage.value for stage in LifeStage]),
        "shown": st.booleans(),
        "threshold": st.floats(min_value=0, max_value=1),
    },
)


def test_a_label_means_what_the_map_says() -> None:
    meaning = ClassMap.parse(DEER, name="deer.toml").meaning("buck")
    assert meaning == LabelMeaning(
        "buck", "Odocoileus virginianus", "deer", Sex.MALE, LifeStage.ADULT, threshold=0.3
    )


def test_a_label_without_an_entry_stays_unknown() -> None:
    meaning = ClassMap.parse(DEER, name="deer.toml").meaning("unknown")
    assert meaning.species is None
    assert (meaning.sex, meaning.life_stage, meaning.shown) == (Sex.UNKNOWN, LifeStage.UNKNOWN, True)
    assert meaning.threshold == 0.3


def test_a_box_is_shown_from_the_threshold_of_its_class_unless_hidden() -> None:
    class_map = ClassMap.parse(DEER, name="deer.toml")
    assert class_map.shows("buck", 0.3)
    assert not class_map.shows("buck", 0.29)
    assert not class_map.shows("car", 0.99)
    assert ClassMap().shows("15 0.225962 0.545673", 0.25)


@given(st.dictionaries(WORDS, ENTRY, max_size=5), st.floats(min_value=0, max_value=1))
def test_a_map_survives_the_database(labels: dict[str, Any], threshold: float) -> None:
    class_map = ClassMap.parse({"default_threshold": threshold, "labels": labels}, name="m.toml")
    assert ClassMap.from_json(json.loads(json.dumps(class_map.to_json()))) == class_map


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"label": {}}, r"m\.toml: unknown field 'label'; did you mean labels\?"),
        (
            {"labels": {"buck": {"sexx": "male"}}},
            r"m\.toml: label 'buck': unknown field 'sexx'; did you mean sex\?",
        ),
        ({"labels": {"buck": {"zoo": 1}}}, r"label 'buck': unknown field 'zoo'; known fields: species, "),
        (
            {"labels": {"buck": {"sex": "M"}}},
            r"m\.toml: label 'buck', field sex: .* male, female, unknown, got 'M'",
        ),
        ({"labels": {"buck": {"sex": ["male"]}}}, r"field sex: expected one of"),
        ({"labels": {"buck": {"life_stage": "fawn"}}}, r"field life_stage: expected one of adult, subadult"),
        ({"labels": {"buck": {"threshold": 25}}}, r"label 'buck', field threshold: .* from 0 to 1, got 25"),
        ({"labels": {"buck": {"threshold": True}}}, r"field threshold: expected a confidence"),
        (
            {"labels": {"buck": {"shown": "no"}}},
            r"label 'buck', field shown: expected true or false, got 'no'",
        ),
        ({"labels": {"buck": {"species": ""}}}, r"label 'buck', field species: expected a text"),
        ({"labels": {"buck": "deer"}}, r"m\.toml: label 'buck': expected a table, got 'deer'"),
        ({"labels": ["buck"]}, r"m\.toml: labels: expected a table"),
        ({"default_threshold": -1}, r"m\.toml: field default_threshold: expected a confidence"),
    ],
)
def test_a_mistake_is_named_by_file_label_and_field(mapping: dict[str, Any], words: str) -> None:
    with pytest.raises(DetectorError, match=words):
        ClassMap.parse(mapping, name="m.toml")


def test_entries_that_no_label_of_the_model_bears_are_found() -> None:
    assert ClassMap.parse(DEER, name="deer.toml").strangers(["buck", "doe"]) == ("car",)
