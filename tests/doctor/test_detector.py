"""The model's file and its answer. The model itself looks in tests/cli/test_doctor.py, in a process of its own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.doctor.verdicts import FAIL, OK, WARN, only
from thumper.doctor import detector
from thumper.doctor.check_context import CheckContext
from thumper.doctor.detector import judge_proof, look_at_detector
from thumper.domain.box import Box
from thumper.domain.check_result import CheckResult, Level
from thumper.domain.detection import RawDetection
from thumper.domain.proof import Proof
from thumper.errors import NotInstalledError
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.weights import PACKAGED_MODEL, Weights, resolve
from thumper.worker.detector import OutOfMemory

BUCK = RawDetection("buck", 0.89, Box(0.2, 0.3, 0.3, 0.4))
TURKEY = RawDetection("turkey", 0.6, Box(0.2, 0.3, 0.3, 0.4))


def _proof(*boxes: RawDetection, scene: str = "scene", engine: str = "torch 2") -> Proof:
    return Proof(scene=scene, engine=engine, device="cpu", boxes=boxes)


@pytest.fixture
def weights(lone_settings: Settings) -> Weights:
    """The packaged model."""
    return resolve(lone_settings)


@pytest.fixture
def foreign(weights: Weights, tmp_path: Path) -> Weights:
    """The same under another name, as a model of the user."""
    return dataclasses.replace(weights, path=tmp_path / "own.pt")


def _told(weights: Weights, seen: Proof, recorded: Proof | None, level: Level) -> str:
    return only([judge_proof(weights, seen, recorded=recorded)], level)


def test_the_same_boxes_are_fine_and_are_said(weights: Weights) -> None:
    assert "buck 0.89 at (35%, 50%)" in _told(weights, _proof(BUCK), _proof(BUCK), OK)


def test_other_boxes_are_named_with_both_engines(weights: Weights) -> None:
    weak = dataclasses.replace(BUCK, confidence=0.5)
    told = _told(weights, _proof(weak), _proof(BUCK, engine="torch 1"), FAIL)
    assert "buck 0.89 at (35%, 50%) is missing, buck 0.50 at (35%, 50%) is new" in told
    assert "torch 1, cpu; now torch 2)" in told


def test_without_a_record_of_this_scene_there_is_nothing_to_compare(weights: Weights) -> None:
    for recorded in (None, _proof(TURKEY, scene="an older scene")):
        assert "Start the worker once" in _told(weights, _proof(BUCK), recorded, WARN)


def test_the_packaged_detector_must_find_a_deer_and_must_have_found_one(weights: Weights) -> None:
    assert "now, and no deer" in _told(weights, _proof(TURKEY), None, FAIL)
    assert "when it was added, and no deer" in _told(weights, _proof(BUCK), _proof(), FAIL)
    faint = dataclasses.replace(BUCK, confidence=0.2)  # below what is shown
    assert "no deer" in _told(weights, _proof(faint), _proof(faint), FAIL)


def test_of_a_foreign_model_nobody_knows_what_it_should_find(foreign: Weights) -> None:
    assert "says only that it runs" in _told(foreign, _proof(), _proof(), OK)
    _told(foreign, _proof(TURKEY), _proof(TURKEY), OK)
    _told(foreign, _proof(), _proof(TURKEY), FAIL)


@pytest.fixture
def sighted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models see without being loaded."""
    monkeypatch.setattr(detector, "_look", lambda weights, device: _proof(BUCK))


async def _file(context: CheckContext, **changes: object) -> CheckResult:
    settings = context.settings.model_copy(update=changes)
    return (await look_at_detector(dataclasses.replace(context, settings=settings)))[0]


@pytest.mark.usefixtures("sighted")
async def test_a_file_is_the_registered_one_or_is_named(
    context: CheckContext, weights: Weights, tmp_path: Path
) -> None:
    assert "not registered yet" in only([await _file(context)], WARN)
    await detectors.register(weights, make_current=True)
    assert "byte for byte" in only([await _file(context)], OK)
    damaged = tmp_path / f"{weights.name}.pt"
    damaged.write_bytes(PACKAGED_MODEL.read_bytes() + b"\0")
    assert "it was damaged or replaced" in only([await _file(context, model=damaged)], FAIL)
    other = damaged.rename(tmp_path / "hogs.pt")
    assert "hogs" in only([await _file(context, model=other)], WARN)
    assert "gone.pt" in only([await _file(context, model=tmp_path / "gone.pt")], FAIL)


@pytest.mark.usefixtures("sighted")
async def test_without_a_database_the_file_is_looked_at_all_the_same(offline: CheckContext) -> None:
    file, proof = await look_at_detector(offline)
    assert (file.level, proof.level) == (OK, WARN)


@pytest.mark.parametrize(
    ("error", "words", "level"),
    [
        (NotInstalledError("torch is not installed."), "torch is not installed", FAIL),
        (OutOfMemory("CUDA out of memory"), "THUMPER_DEVICE=cpu", WARN),
        (RuntimeError("the driver is too old"), "the driver is too old", FAIL),
    ],
)
async def test_a_model_that_cannot_look_is_named_with_the_reason(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str, level: Level
) -> None:
    def fail(*_: object) -> Proof:
        raise error

    monkeypatch.setattr(detector, "_look", fail)
    _, proof = await look_at_detector(offline)
    assert words in only([proof], level)


async def test_a_machine_that_only_serves_or_watches_is_no_fault(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Proof:
        raise NotInstalledError("cv2 is not installed.")

    monkeypatch.setattr(detector, "_look", fail)
    monkeypatch.setattr(detector, "is_worker", lambda: False)
    _, proof = await look_at_detector(offline)
    assert "no worker" in only([proof], WARN)
