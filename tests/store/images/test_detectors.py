from __future__ import annotations

import dataclasses

import pytest

from thumper.domain.agreement import Agreement
from thumper.domain.box import Box
from thumper.domain.detection import RawDetection
from thumper.domain.precision import Precision
from thumper.domain.proof import Proof
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.weights import Weights, resolve

BUCK = RawDetection("buck", 0.9, Box(0.1, 0.2, 0.3, 0.4))
PROOF = Proof(scene="ab", engine="torch", device="cpu", boxes=(BUCK,))

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def weights(settings: Settings) -> Weights:
    return resolve(settings)


async def test_the_same_bytes_are_one_detector_whatever_it_is_called(weights: Weights) -> None:
    detector_id = await detectors.register(weights, make_current=False)
    renamed = dataclasses.replace(weights, name="another name")
    assert await detectors.register(renamed, make_current=False) == detector_id
    row = await detectors.find(weights.sha256)
    assert row is not None
    assert (row.id, row.name, row.class_map) == (detector_id, "another name", weights.class_map.to_json())
    assert await detectors.find(b"\0" * 32) is None


async def test_the_first_detector_is_current_until_another_is_made_so(weights: Weights) -> None:
    first = await detectors.register(weights, make_current=False)
    other = dataclasses.replace(weights, sha256=b"\1" * 32)
    second = await detectors.register(other, make_current=False)
    current = await detectors.current()
    assert current is not None
    assert current.id == first
    assert await detectors.register(other, make_current=True) == second
    current = await detectors.current()
    assert current is not None
    assert current.id == second


async def test_what_a_detector_proved_is_kept_when_it_is_registered_again(weights: Weights) -> None:
    detector_id = await detectors.register(weights, make_current=True)
    row = await detectors.find(weights.sha256)
    assert row is not None
    assert detectors.proof_of(row) is None
    await detectors.record_proof(detector_id, PROOF)
    await detectors.register(weights, make_current=True)
    row = await detectors.find(weights.sha256)
    assert row is not None
    assert detectors.proof_of(row) == PROOF
    row.proof = {"of": "another version"}
    assert detectors.proof_of(row) is None


async def test_the_same_bytes_in_another_precision_are_another_detector(weights: Weights) -> None:
    exact = await detectors.register(weights, make_current=True)
    faster = dataclasses.replace(weights, precision=Precision.BF16)
    assert await detectors.agreement_of(faster, "openvino 1") is None
    agreement = Agreement(photos=60, reference_boxes=120, found=120, close=118)
    await detectors.record_agreement(faster, "openvino 1", agreement)
    row = await detectors.find(weights.sha256, Precision.BF16)
    assert row is not None
    assert row.id != exact
    assert (row.precision, row.current) == (Precision.BF16, False)
    assert await detectors.agreement_of(faster, "openvino 1") == agreement
    assert await detectors.agreement_of(faster, "openvino 2") is None
    assert await detectors.agreement_of(weights, "openvino 1") is None
    assert await detectors.register(faster, make_current=True) == row.id
    assert await detectors.agreement_of(faster, "openvino 1") == agreement
