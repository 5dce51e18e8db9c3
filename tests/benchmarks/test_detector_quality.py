"""The arithmetic of the table of detectors, of which the parts are tested where they are."""

from __future__ import annotations

from pathlib import Path

from benchmarks.detector_quality import by_place, calls, counted
from benchmarks.labelled_photos import LabelledPhoto
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection
from thumper.domain.judged_box import JudgedBox

HERE, THERE = Box(0.1, 0.1, 0.2, 0.2), Box(0.6, 0.6, 0.2, 0.2)
DEER = frozenset({"buck", "doe", "deer"})


def test_an_animal_that_has_two_names_is_counted_once_and_other_animals_are_not() -> None:
    doe, buck, turkey = (
        RawDetection(*row) for row in (("doe", 0.9, HERE), ("buck", 0.5, HERE), ("turkey", 0.4, THERE))
    )
    assert counted([turkey, buck, doe], DEER) == [doe]
    assert counted([turkey, buck, doe], frozenset({"turkey"})) == [turkey]


def test_boxes_are_judged_photo_by_photo_and_gathered_by_place() -> None:
    photos = [
        LabelledPhoto(path=Path("1"), place="feeder", boxes=(("doe", HERE), ("turkey", THERE))),
        LabelledPhoto(path=Path("2"), place="river"),
        LabelledPhoto(path=Path("3"), place="feeder", boxes=(("buck", HERE),)),
    ]
    found = [
        [RawDetection("doe", 0.9, HERE), RawDetection("doe", 0.8, THERE)],
        [RawDetection("doe", 0.7, HERE)],
        [],
    ]
    feeder, river = by_place(photos, found, told=DEER, true=DEER)
    assert feeder == ([JudgedBox(0.9, True), JudgedBox(0.8, False)], 2)
    assert river == ([JudgedBox(0.7, False)], 0)
    assert by_place(photos, found, told=frozenset({"buck"}), true={"buck"})[0] == ([], 1)


def test_one_threshold_finds_three_quarters_of_the_deer_and_says_what_else_is_called_deer() -> None:
    deer = [number / 50 for number in range(50)]
    threshold, *called = calls([deer, [0.23, 0.24, 0.9], [0.0], [], [1.0]])
    assert (threshold, called) == (0.24, [38, 2, 0, 0, 1])


def test_a_photo_without_a_box_is_never_called_deer() -> None:
    threshold, *called = calls([[0.0] * 50, [0.0, 0.1], [], [], []])
    assert threshold > 0
    assert called == [0, 1, 0, 0, 0]
