"""Whatever people say in whatever order: what filters read is what follows from what they said."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from thumper.domain.animal import ReviewVerdict
from thumper.domain.drawn_box import DrawnBox
from thumper.domain.identity import IdentityVerdict
from thumper.domain.label import ClassMap, Sex
from thumper.domain.mark import MarkKind
from thumper.domain.refusal import Refusal
from thumper.domain.review import Word
from thumper.domain.shown_class import Prediction, as_predicted, replayed
from thumper.store import models
from thumper.store.deer import drawn_boxes, empty_images, review_undo, reviews
from thumper.store.images.detections import DetectionSearch
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Cut

WORDS: Final = (
    Word(verdict=ReviewVerdict.CONFIRMED, actor="test"),
    Word(verdict=ReviewVerdict.REJECTED, actor="test"),
    Word(verdict=ReviewVerdict.CORRECTED, sex=Sex.FEMALE, actor="test"),
    Word(verdict=ReviewVerdict.CORRECTED, species="elk", sex=Sex.MALE, actor="test"),
)
NAMES: Final = {"Cervus canadensis": "elk", "Odocoileus virginianus": "white-tailed deer"}


@dataclass(frozen=True, slots=True)
class Photo:
    """An image with a box that is shown and one that is not, and two deer."""

    image: models.Image
    deer: Sequence[models.Deer]


@pytest.fixture
async def photo(database: str) -> Photo:
    image, _ = await make.make_boxed_image(await make.make_dump(), await make.make_detector(), boxes=2)
    return Photo(image, [await make.make_deer(), await make.make_deer()])


async def _afresh(photo: Photo) -> None:
    """Forget what was said in the example before."""
    tables = "sighting, identity_decision, review, mark"
    await client().execute_script(f"TRUNCATE {tables}; DELETE FROM detection WHERE drawn_by IS NOT NULL")
    shown, hidden = await models.Detection.all().order_by("ordinal").prefetch_related("detector")
    for box, confidence in ((shown, 0.9), (hidden, 0.1)):
        box.update_from_dict({"confidence": confidence, "verdict": None})
        box.update_from_dict(asdict(as_predicted(_first(box))))
        await box.save()


def _first(box: models.Detection, said: Sequence[models.Review] = ()) -> Prediction:
    """Return what was said of a box first, by a model or in its first review."""
    return Prediction(
        label=box.label,
        confidence=box.confidence,
        class_map=ClassMap.from_json(box.detector.class_map),
        drawn=None if box.drawn_by is None else reviews.word_of(said[0]),
    )


async def _do(photo: Photo, what: str, which: int, choice: int) -> None:
    boxes = await models.Detection.all().order_by("id")
    box = boxes[which % len(boxes)]
    said = await models.Review.all().order_by("id")
    match what:
        case "review":
            await reviews.append(box.id, WORDS[choice])
        case "undo" if said:
            await review_undo.undo(said[-1 - which % len(said)].id, actor="test")
        case "redo" if said:
            await review_undo.redo(said[which % len(said)].id, actor="test")
        case "draw":
            species = "white-tailed deer" if choice % 2 else None
            drawn = DrawnBox(x=0.1 * which, y=0.5, width=0.2, height=0.2, species=species, actor="test")
            await drawn_boxes.draw(photo.image.id, drawn)
        case "remove":
            await drawn_boxes.remove(boxes[-1].id, actor="test")
        case "restore":
            await drawn_boxes.restore(boxes[-1].id)
        case "decide":
            verdict = IdentityVerdict.IS if choice else IdentityVerdict.IS_NOT
            await make.decide(box, photo.deer[choice % 2], verdict)
        case "mark":
            await empty_images.mark([photo.image.id], reject_detections=choice > 0, actor="test")
        case "unmark":
            await empty_images.unmark([photo.image.id], actor="test")


STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "review",
                "review",
                "undo",
                "redo",
                "draw",
                "remove",
                "restore",
                "decide",
                "decide",
                "mark",
                "unmark",
            ]
        ),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=14,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_filters_read_is_what_follows_from_all_that_was_said(
    photo: Photo, steps: list[tuple[str, int, int]]
) -> None:
    await _afresh(photo)
    for what, which, choice in steps:
        with suppress(Refusal, ExceptionGroup):
            await _do(photo, what, which, choice)
    boxes = await models.Detection.all().prefetch_related("detector")
    for box in boxes:
        await _columns_follow(box)
    await _deer_follow(photo, boxes)
    page = await DetectionSearch().read(order=DetectionSearch.sorts[0].descending, cut=Cut(limit=100))
    counting = {box.id for box in boxes if box.shown and box.verdict != ReviewVerdict.REJECTED}
    assert {row.id for row in page.rows} == counting
    if await models.Mark.exists(kind=MarkKind.EMPTY, undone_at=None):
        assert not counting
        assert not await models.Sighting.exists()


async def _columns_follow(box: models.Detection) -> None:
    said = await models.Review.filter(detection_id=box.id).order_by("id")
    stand = [row for row in said if row.undone_at is None]
    expected = replayed(_first(box, said), map(reviews.word_of, stand), common_names=NAMES)
    if box.removed_at is not None:
        expected = replace(expected, shown=False)
    assert {name: getattr(box, name) for name in asdict(expected)} == asdict(expected)
    assert box.verdict == (stand[-1].verdict if stand else None)


async def _deer_follow(photo: Photo, boxes: Sequence[models.Detection]) -> None:
    """Sightings are the latest words on each box and deer; none is of a box that is away, and no deer is seen twice."""
    decided = {}
    for row in await models.IdentityDecision.all().order_by("created_at"):
        decided[row.detection_id, row.deer_id] = row.verdict
    seen = [(row.detection_id, row.deer_id) for row in await models.Sighting.all()]
    assert sorted(seen) == sorted(key for key, verdict in decided.items() if verdict is IdentityVerdict.IS)
    away = {box.id for box in boxes if box.removed_at or box.verdict == ReviewVerdict.REJECTED}
    assert not away & {detection_id for detection_id, _ in seen}
    assert len({deer_id for _, deer_id in seen}) == len(seen)
