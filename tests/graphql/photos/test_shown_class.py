"""A doe that was corrected to a buck is a buck everywhere: what a box shows is what every filter finds it by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests.api import Api
from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import LifeStage, Sex
from thumper.domain.refusal import Refusal
from thumper.domain.review import Word
from thumper.store import models
from thumper.store.deer import reviews

DEER: Final = "Odocoileus virginianus"
CLASS_MAP: Final = {
    "default_threshold": 0.25,
    "labels": {
        "buck": {"species": DEER, "sex": "male", "life_stage": "adult"},
        "doe": {"species": DEER, "sex": "female"},
        "car": {"shown": False},
    },
}
PREDICTED: Final[dict[str, dict[str, Any]]] = {
    "buck": {"species": DEER, "sex": "male", "life_stage": "adult"},
    "doe": {"species": DEER, "sex": "female", "life_stage": "unknown"},
    "car": {"species": None, "sex": "unknown", "life_stage": "unknown", "shown": False},
    "stranger": {"species": None, "sex": "unknown", "life_stage": "unknown"},
}
"""What the boxes are by the model, by its label; a stranger is not in the class map."""

EVERYTHING: Final = """{ images(first: 100) { nodes { id detections(minConfidence: 0.05, includeRejected: true) {
  id counted verdict shown { label species { scientificName } sex lifeStage } predicted { label } } } } }"""
WORDS: Final = st.lists(
    st.tuples(
        st.integers(0, len(PREDICTED) - 1),
        st.sampled_from(ReviewVerdict),
        st.sampled_from([None, DEER, "Cervus canadensis"]),
        st.sampled_from([None, *Sex]),
        st.sampled_from([None, *LifeStage]),
    ),
    min_size=1,
    max_size=8,
)


async def make_boxes() -> list[models.Detection]:
    """Make a box for each label, each on a photo of its own."""
    detector = await models.Detector.get_or_none(current=True)
    if detector is None:
        detector = await make.make_detector()
        await models.Detector.filter(id=detector.id).update(class_map=CLASS_MAP)
    dump = await make.make_dump()
    runs = [await make.make_run(await make.make_image(dump), detector) for _ in PREDICTED]
    return [
        await make.make_detection(run, label=label, **values)
        for run, (label, values) in zip(runs, PREDICTED.items(), strict=True)
    ]


async def say(box: models.Detection, verdict: ReviewVerdict, *said: Any) -> None:
    """Review a box; what makes no sense is refused."""
    species, sex, life_stage = said if verdict is ReviewVerdict.CORRECTED else (None, None, None)
    word = Word(verdict=verdict, species=species, sex=sex, life_stage=life_stage, actor="test")
    try:
        await reviews.append(box.id, word)
    except Refusal:
        assert (verdict, *said) == (ReviewVerdict.CORRECTED, None, None, None)


def wheres(box: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield filters that find a box as it is shown, and whether photos can be asked for by them."""
    shown = box["shown"]
    yield {"sex": shown["sex"]}, True
    yield {"label": shown["label"]}, False
    yield {"lifeStage": shown["lifeStage"]}, False
    if shown["species"] is not None:
        yield {"species": shown["species"]["scientificName"]}, True
        yield {"species": shown["species"]["scientificName"], "sex": shown["sex"]}, True


def fits(box: dict[str, Any], where: dict[str, Any]) -> bool:
    """Return whether a box is shown as a filter asks."""
    shown = box["shown"]
    if not box["counted"]:
        return False
    names = {**shown, "species": shown["species"] and shown["species"]["scientificName"]}
    return all(names[name] == value for name, value in where.items())


@given(words=WORDS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_filter_finds_what_the_boxes_show(api: Api, words: list[Any]) -> None:
    await models.Review.all().delete()
    await models.Detection.all().delete()
    boxes = await make_boxes()
    for number, *said in words:
        await say(boxes[number], *said)
    photos = {
        image["id"]: image["detections"][0]
        for image in (await api.ask(EVERYTHING))["images"]["nodes"]
        if image["detections"]
    }
    for box in photos.values():
        assert (box["shown"] is None) == (box["verdict"] == "REJECTED")
    tried = [pair for box in photos.values() if box["shown"] for pair in wheres(box)]
    for where, boxes_found, photos_found in await look(api, tried) if tried else ():
        expected = {photo: box["id"] for photo, box in photos.items() if fits(box, where)}
        assert boxes_found == set(expected.values()), where
        assert photos_found in (None, set(expected)), where


async def look(
    api: Api, tried: list[tuple[dict[str, Any], bool]]
) -> list[tuple[dict[str, Any], set[str], set[str] | None]]:
    """Return which boxes each filter finds and, where photos can be asked for by it, which photos; counts agree."""
    asked = list[str]()
    for number, (where, of_photos) in enumerate(tried):
        for name, root in (("b", "detections"), ("p", "images"))[: 1 + of_photos]:
            fields = f"(first: 5, where: {{{written(where)}}}) {{ totalCount nodes {{ id }} }}"
            asked.append(f"{name}{number}: {root}{fields}")
    found: dict[str, set[str]] = {}
    for place in range(0, len(asked), 20):  # fields at the root of one request
        answer = await api.ask(f"{{ {' '.join(asked[place : place + 20])} }}")
        for name, page in answer.items():
            assert page["totalCount"] == len(page["nodes"])
            found[name] = {node["id"] for node in page["nodes"]}
    return [(where, found[f"b{number}"], found.get(f"p{number}")) for number, (where, _) in enumerate(tried)]


def written(where: dict[str, Any]) -> str:
    """Return the fields of a filter as they are written in a query."""
    texts = {"label", "species"}
    return ", ".join(
        f"{name}: {json.dumps(value) if name in texts else value}" for name, value in where.items()
    )


async def test_a_doe_that_was_corrected_is_a_buck_in_every_list_and_the_models_word_stands_beside(
    api: Api,
) -> None:
    _, doe, *_ = await make_boxes()
    await reviews.append(doe.id, Word(verdict=ReviewVerdict.CORRECTED, sex=Sex.MALE, actor="test"))
    query = """{
      bucks: detections(where: {label: "buck"}) { totalCount }
      does: detections(where: {label: "doe"}) { totalCount }
      called: detections(where: {predictedLabel: "doe"}) { nodes {
        shown { label sex } predicted { label sex confidence } } }
      males: images(where: {sex: MALE}) { totalCount }
      females: images(where: {sex: FEMALE, withoutDetections: false}) { totalCount } }"""
    found = await api.ask(query)
    assert [found[name]["totalCount"] for name in ("bucks", "does", "males", "females")] == [2, 0, 2, 0]
    assert found["called"]["nodes"] == [
        {
            "shown": {"label": "buck", "sex": "MALE"},
            "predicted": {"label": "doe", "sex": "FEMALE", "confidence": 0.9},
        }
    ]
