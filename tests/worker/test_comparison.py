"""A faster precision is used only after it agreed with the reference on the user's own photos."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from thumper.domain.agreement import Agreement
from thumper.domain.detection import RawDetection
from thumper.domain.precision import Precision
from thumper.errors import DetectorError, PrecisionError
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.weights import Weights, resolve
from thumper.worker import comparison
from thumper.worker.comparison import Comparison
from thumper.worker.detector import Detector
from thumper.worker.engines import runtimes
from thumper.worker.engines.runtimes import open_network
from thumper.worker.loader import load_detector

pytestmark = pytest.mark.slow

Queue = Callable[[Sequence[Path]], Awaitable[list[UUID]]]
Photos = Callable[[int], list[Path]]
Compare = Callable[..., Comparison]


class Doctored:
    """The packaged model in fp32 under the name of a precision that loses every box of some photos."""

    def __init__(self, detector: Detector, *, blind_in: int = 0) -> None:
        self.name, self.sha256, self.labels, self.device = (
            detector.name,
            detector.sha256,
            detector.labels,
            detector.device,
        )
        self.engine = "doctored"
        self._detector, self._blind_in = detector, blind_in

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Answer as the model does, but for the first photos of a batch."""
        answers = self._detector.detect(images)
        return [[] if number < self._blind_in else boxes for number, boxes in enumerate(answers)]


@pytest.fixture
def weights(settings: Settings) -> Weights:
    """The packaged model in bf16."""
    return resolve(settings.model_copy(update={"precision": Precision.BF16}))


@pytest.fixture
def compare(settings: Settings, weights: Weights, sandbox: DecodeSandbox) -> Iterator[Compare]:
    """Make the comparison of a doctored detector."""
    own = settings.model_copy(update={"device": "cpu"})
    exact = load_detector(dataclasses.replace(weights, precision=Precision.FP32), own)
    with ThreadPoolExecutor(1) as thread:

        def make(*, blind_in: int = 0, tell: Callable[[Agreement], None] = lambda _: None) -> Comparison:
            return Comparison(
                detector=Doctored(exact, blind_in=blind_in),
                weights=weights,
                settings=own,
                sandbox=sandbox,
                thread=thread,
                tell=tell,
            )

        yield make


async def test_one_that_agrees_is_admitted_and_not_asked_again(
    queue: Queue, photos: Photos, compare: Compare, weights: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue(photos(60))
    told: list[Agreement] = []
    await compare(tell=told.append).admit()
    known = await detectors.agreement_of(weights, "doctored")
    assert known is not None
    assert known == told[-1]
    assert known.reference_boxes >= 100
    assert known.found == known.close == known.reference_boxes
    assert await detectors.agreement_of(weights, "another engine") is None
    current = await detectors.current()
    assert current is not None
    assert current.precision is Precision.FP32, "only a worker makes it the one"
    monkeypatch.setattr(comparison, "load_detector", None)  # it would fail now
    await compare().admit()


async def test_one_that_loses_boxes_is_refused_with_the_numbers_and_not_asked_again(
    queue: Queue, photos: Photos, compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue(photos(60))
    words = r"bf16 moves too many boxes of your photos: of \d+ boxes in \d+ photos .* Set THUMPER_PRECISION=fp32\."
    with pytest.raises(PrecisionError, match=words):
        await compare(blind_in=1).admit()
    monkeypatch.setattr(comparison, "load_detector", None)
    with pytest.raises(PrecisionError, match=words):
        await compare(blind_in=1).admit()


async def test_too_few_photos_say_nothing_until_there_are_more(
    queue: Queue, photos: Photos, compare: Compare, weights: Weights
) -> None:
    with pytest.raises(PrecisionError, match=r"there are 0 in 0 photos.*`thumper compare FOLDER`"):
        await compare().admit()
    await queue(photos(1))
    with pytest.raises(PrecisionError, match=r"there are \d in 1 photos"):
        await compare().admit()
    await queue(photos(60)[1:])
    await compare().admit()
    known = await detectors.agreement_of(weights, "doctored")
    assert known is not None
    assert known.is_good


@pytest.mark.parametrize(
    ("precision", "engine", "abilities", "words"),
    [
        (Precision.FP16, "auto", {"avx512_bf16"}, "is for CUDA"),
        (Precision.BF16, "auto", {"avx2"}, "needs a CPU with bf16 instructions"),
        (Precision.BF16, "ncnn", {"amx_bf16"}, "needs THUMPER_ENGINE=auto or openvino here, and it is ncnn"),
    ],
)
def test_a_precision_that_the_device_or_engine_has_not_is_named(
    tmp_path: Path,
    weights: Weights,
    monkeypatch: pytest.MonkeyPatch,
    precision: Precision,
    engine: str,
    abilities: set[str],
    words: str,
) -> None:
    monkeypatch.setattr(runtimes, "_abilities", lambda: abilities)
    with pytest.raises(DetectorError, match=words):
        open_network(
            dataclasses.replace(weights, precision=precision),
            "cpu",
            engine,
            exports=tmp_path,
        )
