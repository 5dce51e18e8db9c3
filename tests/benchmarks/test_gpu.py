"""The benchmark of a GPU counts correctly, and answers that it calls right are right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.gpu import Results
from benchmarks.limits import disk_rates
from benchmarks.right_answers import equal_boxes
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection

DOE = RawDetection(label="doe", confidence=0.8, box=Box(x=0.1, y=0.1, width=0.3, height=0.3))
BUCK = replace(DOE, label="buck")


def test_the_share_is_that_of_the_smallest_limit_by_medians() -> None:
    results = Results()
    for name, rates in {
        "model": [2000.0, 2500.0, 100.0],
        "host": [1000.0, 1250.0, 1300.0],
        "disk": [9000.0, 9000.0, 9000.0],
        "first to last commit": [1000.0, 1.0, 2000.0],
    }.items():
        for rate in rates:
            results.add(name, rate)
    results.shares = [0.0, 0.5, 0.01]
    told = results.report()
    assert told["images_per_s"]["model"] == 2000.0
    assert told["smallest_limit"] == "host"
    assert told["share_of_the_smallest_limit"] == {"first to last commit": 0.8}
    assert told["disturbed_rounds"] == [2]


def test_boxes_are_equal_within_the_room_that_is_promised() -> None:
    moved = replace(DOE, confidence=0.81, box=Box(x=0.105, y=0.1, width=0.3, height=0.3))
    assert equal_boxes([[DOE, BUCK], []], [[BUCK, moved], []]) == pytest.approx(0.01)
    wrong: list[list[list[RawDetection]]] = [
        [[DOE], []],
        [[DOE, DOE], []],
        [[DOE, BUCK], [DOE]],
        [[replace(DOE, confidence=0.83), BUCK], []],
        [[replace(DOE, box=Box(x=0.1, y=0.12, width=0.3, height=0.3)), BUCK], []],
    ]
    for answers in wrong:
        with pytest.raises(RuntimeError, match="no figure counts"):
            equal_boxes([[DOE, BUCK], []], answers)


def test_files_are_read_from_the_disk_and_from_memory(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.jpg" for number in range(4)]
    for file in files:
        file.write_bytes(bytes(100_000))
    assert all(rate > 0 for rate in disk_rates(files))
