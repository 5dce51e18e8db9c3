"""What the migration makes of sightings, free-text species and corrections of before."""

from __future__ import annotations

import importlib
import itertools
from typing import Any, Final
from uuid import UUID

from tests import factories as make
from thumper.domain.animal import ReviewVerdict
from thumper.domain.label import ClassMap, LifeStage, Sex
from thumper.domain.shown_class import Prediction, ShownClass, label_of
from thumper.store.models import (
    Detection,
    DetectionRun,
    Detector,
    IdentityDecision,
    Review,
    Sighting,
    Species,
)
from thumper.store.postgres.connect import client

MIGRATION = importlib.import_module("thumper.migrations.0023_identity")

DEER: Final = "Odocoileus virginianus"
LABELS: Final[dict[str, Any]] = {
    "buck": {"species": DEER, "sex": "male", "life_stage": "adult"},
    "doe": {"species": DEER, "sex": "female"},
    "turkey": {"species": "Meleagris gallopavo", "common_name": "wild turkey"},
    "Hog": {"species": "Sus domesticus", "common_name": "hog"},
    "car": {"shown": False},
}
KNOWN: Final = {DEER: "white-tailed deer", "Meleagris gallopavo": "wild turkey", "Cervus nippon": ""}
"""Species that corrections name, with their common names in the list; one is not listed."""


async def run(*statements: str) -> None:
    for statement in statements:
        await client().execute_query_dict(statement)


async def test_each_sighting_becomes_the_decision_from_which_it_follows(database: str) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    boxes = [(await make.make_boxed_image(dump, detector))[1][0] for _ in range(3)]
    for box in boxes:
        await make.make_sighting(box, await make.make_deer())
    before = await Sighting.all().order_by("id").values()
    await run("ALTER TABLE sighting DROP CONSTRAINT sighting_decision_fkey", "DELETE FROM identity_decision")
    await run(*MIGRATION.DECISIONS, *MIGRATION.KEYS)
    assert await Sighting.all().order_by("id").values() == before
    decisions = await IdentityDecision.all().order_by("id").values()
    same = ("id", "detection_id", "deer_id", "actor", "created_at")
    assert [[row[name] for name in same] for row in decisions] == [
        [row[name] for name in same] for row in before
    ]
    assert {(row["verdict"], row["note"]) for row in decisions} == {("is", "")}


async def test_what_was_written_freely_and_what_class_maps_name_is_listed(database: str) -> None:
    await run("DELETE FROM species")
    detector = await make.make_detector()
    await Detector.filter(id=detector.id).update(class_map={"labels": LABELS})
    await Detector.filter(id=(await make.make_detector(current=False)).id).update(class_map={})
    _, boxes = await make.make_boxed_image(await make.make_dump(), detector, boxes=3)
    for box, species in zip(boxes, ("sika", "SIKA", "odocoileus Virginianus"), strict=True):
        await Review.create(detection=box, verdict="corrected", species=species, actor="ann")
    await Detection.filter(id=boxes[0].id).update(species="of a model of before")
    await run(*MIGRATION.SPECIES)
    rows = {row.scientific_name: row for row in await Species.all()}
    built_in = {name for name, _ in MIGRATION.BUILT_IN}
    assert {name for name in rows if name not in built_in} == {
        "Sus domesticus",
        "sika",
        "of a model of before",
    }
    assert (rows["Sus domesticus"].common_name, rows["Sus domesticus"].origin) == ("hog", "detector")
    assert (rows["sika"].origin, rows["sika"].actor, rows["of a model of before"].origin) == (
        "person",
        "ann",
        "detector",
    )
    assert built_in <= set(rows)


async def test_a_correction_of_before_is_called_as_one_of_now_and_counts(database: str) -> None:
    """The statement in the migration and the rule in the domain call every correction alike."""
    detector = await make.make_detector()
    class_map = ClassMap.parse({"labels": LABELS}, name="m.toml")
    await Detector.filter(id=detector.id).update(class_map=class_map.to_json())
    run_of = await make.make_run(await make.make_image(await make.make_dump()), detector)
    cases = itertools.product((*LABELS, "stranger"), (None, *KNOWN), Sex, LifeStage)
    boxes, called = list[Detection](), dict[UUID, str]()
    for number, (label, species, sex, stage) in enumerate(cases):
        animal = ShownClass(species=species, sex=sex, life_stage=stage, shown=True)
        prediction = Prediction(label=label, confidence=0.9, class_map=class_map)
        boxes.append(corrected(run_of, number, animal, label=label))
        called[boxes[-1].id] = label_of(animal, prediction, common_name=KNOWN.get(species or "", ""))
    await Detection.bulk_create(boxes)
    await Review.bulk_create([Review(detection_id=box.id, verdict="corrected", actor="ann") for box in boxes])
    untouched = await make.make_detection(run_of, ordinal=1000, shown=False)
    rejected = await make.make_detection(run_of, ordinal=1001, shown=False, verdict="rejected")
    for verdict in ("corrected", "rejected"):
        await Review.create(detection=rejected, verdict=verdict, actor="ann")
    await run(MIGRATION.CORRECTED, MIGRATION.LOOKED_AT)
    rows = {row.id: row for row in await Detection.all()}
    assert {row.id: row.corrected_label for row in rows.values()} == called | {
        untouched.id: None,
        rejected.id: None,
    }
    assert [own for own, row in rows.items() if not row.shown] == [untouched.id, rejected.id]


def corrected(run_of: DetectionRun, number: int, animal: ShownClass, *, label: str) -> Detection:
    """Return a box that a person corrected before there were words for it."""
    return Detection(
        run_id=run_of.id,
        ordinal=number,
        image_id=run_of.image_id,
        detector_id=run_of.detector_id,
        label=label,
        confidence=0.9,
        **dict.fromkeys(("x", "y", "width", "height"), 0.1),
        shown=False,
        species=animal.species,
        sex=animal.sex,
        life_stage=animal.life_stage,
        verdict=ReviewVerdict.CORRECTED,
    )
