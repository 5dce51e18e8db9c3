"""What a box is taken for: what the model said, or the person who drew it, until a person says otherwise.

Filters, counts and lists look at this and never at the model's own word: a doe that was corrected to a buck is a buck.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import ClassMap, LabelMeaning, LifeStage, Sex
from thumper.domain.review import Word

_DEER: Final = frozenset({"odocoileus"})
"""Genera whose males are bucks, females does and young fawns in plain English (`shared/design/herd.md` §1 and §8)."""


_NAMELESS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was said of a box first: by a model, whose words mean something, or by the person who drew it, `drawn`."""

    label: str
    confidence: float
    class_map: ClassMap
    drawn: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownClass:
    """What a box is taken for, as it is stored.

    `corrected_label` is what it is called because of a correction, None as long as it is what the model said; `shown`
    is whether it counts unless it is rejected.
    """

    species: str | None
    sex: Sex
    life_stage: LifeStage
    corrected_label: str | None = None
    shown: bool


def as_predicted(prediction: Prediction) -> ShownClass:
    """Return what a box is taken for of which nothing else was said."""
    class_map, label, drawn = prediction.class_map, prediction.label, prediction.drawn
    if drawn is not None:
        return ShownClass(
            species=drawn.species,
            sex=drawn.sex or Sex.UNKNOWN,
            life_stage=drawn.life_stage or LifeStage.UNKNOWN,
            shown=True,
        )
    meaning = class_map.meaning(label)
    return ShownClass(
        species=meaning.species,
        sex=meaning.sex,
        life_stage=meaning.life_stage,
        shown=class_map.shows(label, prediction.confidence),
    )


def as_reviewed(
    before: ShownClass, word: Word, prediction: Prediction, *, common_names: Mapping[str, str] = _NAMELESS
) -> ShownClass:
    """Return what a box is taken for after a review; `common_names` are those of species by their scientific names.

    A confirmation leaves what stands, an earlier correction too; a rejection restores what was said first. What a
    person has looked at and not rejected counts, however sure the model was, and whether or not its class is shown.
    """
    if word.verdict is ReviewVerdict.REJECTED:
        return as_predicted(prediction)
    if word.verdict is ReviewVerdict.CONFIRMED:
        return replace(before, shown=True)
    right = replace(
        before,
        species=before.species if word.species is None else word.species,
        sex=before.sex if word.sex is None else word.sex,
        life_stage=before.life_stage if word.life_stage is None else word.life_stage,
        shown=True,
    )
    common_name = common_names.get(right.species or "", "")
    return replace(right, corrected_label=label_of(right, prediction, common_name=common_name))


def replayed(
    prediction: Prediction, said: Iterable[Word], *, common_names: Mapping[str, str] = _NAMELESS
) -> ShownClass:
    """Return what a box is taken for after the reviews that were not taken back, in their order."""
    found = as_predicted(prediction)
    for word in said:
        found = as_reviewed(found, word, prediction, common_names=common_names)
    return found


def label_of(animal: ShownClass, prediction: Prediction, *, common_name: str) -> str:
    """Return what an animal is called: in the model's own words, else in the words for deer, else by its species."""
    fitting = [word for word in prediction.class_map.meanings.values() if _fits(word, animal)]
    if fitting:
        return min(fitting, key=lambda word: _likeness(word, animal, prediction.label)).label
    if (animal.species or "").partition(" ")[0].casefold() in _DEER:
        return _deer_word(animal)
    return common_name or animal.species or prediction.label


def _fits(word: LabelMeaning, animal: ShownClass) -> bool:
    """Return whether a word says the species and sex, and no other life stage. Young need a word of their own."""
    if word.species is None or animal.species is None or word.sex is not animal.sex:
        return False
    if word.species.casefold() != animal.species.casefold():
        return False
    if word.life_stage is animal.life_stage:
        return True
    known = {word.life_stage, animal.life_stage}
    return LifeStage.UNKNOWN in known and LifeStage.JUVENILE not in known


def _likeness(word: LabelMeaning, animal: ShownClass, predicted: str) -> tuple[bool, bool, str]:
    """Return what orders fitting words: the same life stage first, then what the model said, then the alphabet."""
    return word.life_stage is not animal.life_stage, word.label != predicted, word.label


def _deer_word(animal: ShownClass) -> str:
    if animal.life_stage is LifeStage.JUVENILE:
        return "fawn"
    return {Sex.MALE: "buck", Sex.FEMALE: "doe", Sex.UNKNOWN: "deer"}[animal.sex]
