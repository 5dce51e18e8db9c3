"""Networks and a second look as one, and that a look is the same in every runtime."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.same_boxes import ordered
from thumper.domain.joined_box import Weighing
from thumper.weights import PACKAGED_MODEL
from thumper.worker.engines.classifier import Answers
from thumper.worker.engines.joined_networks import JoinedNetworks, Part, SecondLook
from thumper.worker.engines.letterbox import Letterbox
from thumper.worker.engines.linear_head import LinearHead
from thumper.worker.engines.look import Look
from thumper.worker.engines.ncnn_network import NcnnNetwork
from thumper.worker.engines.network import Network
from thumper.worker.engines.onnx_network import OnnxNetwork
from thumper.worker.engines.packaged import FOLDER
from thumper.worker.engines.torch_network import TorchNetwork

WILD_BOAR, GAZELLE = 342, 353
DOE, COCO = Weighing(1, 0.25), Weighing(0.5, 0.5)


class Sees(Network):
    """Finds the same places in every picture: centre x, y, width, height in pixels, a confidence a class."""

    def __init__(self, names: tuple[str, ...], *places: tuple[float, ...], look: Look) -> None:
        super().__init__(names, Letterbox(32), look)
        self._places = np.array(places, np.float32).reshape(-1, 4 + len(names)).T[None]

    def twin(self) -> Self:
        return self

    def forward(self, boxed: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._places


class ByBrightness:
    """Takes what is white for a gazelle and what is black for a wild boar; its one feature is the brightness."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def twin(self) -> Self:
        return self

    def classify(self, crops: NDArray[np.uint8]) -> Answers:
        self.seen.append(len(crops))
        white = crops.mean((1, 2, 3), dtype=np.float32) / 255
        shares = np.zeros((len(crops), 1000), np.float32)
        shares[:, GAZELLE], shares[:, WILD_BOAR] = white, 1 - white
        return Answers(white[:, None], shares)


def picture() -> NDArray[np.uint8]:
    """White to the left and black to the right."""
    pixels = np.zeros((640, 640, 3), np.uint8)
    pixels[:, :320] = 255
    return pixels


LEFT, RIGHT = (150, 300, 100, 100), (500, 300, 100, 100)
GENERAL = Look(floor=0.02, joined=(1, 2), joined_label="deer")


def joined(
    own: Network, general: Network, *, head: LinearHead | None = None
) -> tuple[JoinedNetworks, ByBrightness]:
    classifier = ByBrightness()
    parts = [Part(own, DOE, frozenset({"turkey"})), Part(general, COCO)]
    return JoinedNetworks(parts, SecondLook(classifier, 32, head), unnamed="deer"), classifier


def test_what_the_second_look_takes_for_a_hog_is_no_deer_and_what_needs_none_is_left() -> None:
    own = Sees(("doe", "turkey"), (*LEFT, 0.6, 0), (*RIGHT, 0.6, 0), (320, 60, 50, 50, 0, 0.5), look=Look())
    general = Sees(("person", "cow", "dog"), (*LEFT, 0.9, 0.4, 0.5), (*RIGHT, 0, 0.9, 0.9), look=GENERAL)
    networks, classifier = joined(own, general)
    (found,) = networks.predict([picture()])
    # Seen by both, so that the surer word stands, with the name that only one knows: the root of 1 - .6 * .5 = .7.
    assert [raw.label for raw in found] == ["doe", "turkey"]
    assert [raw.confidence for raw in found] == pytest.approx([0.7**0.5, 0.5], abs=1e-3)
    assert classifier.seen == [4]
    again, nothing = networks.twin().predict([picture(), np.zeros((640, 640, 3), np.uint8)])
    assert again == found
    assert [raw.label for raw in nothing] == ["turkey"]


def test_what_was_taught_lowers_what_the_classes_say() -> None:
    own, general = Sees(("doe",), look=Look()), Sees(("a", "b", "c"), (*LEFT, 0, 0.5, 0), look=GENERAL)
    doubts = LinearHead(np.zeros(1, np.float32), float(np.log(0.25 / 0.75)))
    (found,) = joined(own, general, head=doubts)[0].predict([picture()])
    assert found[0].confidence == pytest.approx((0.5 * 0.25**0.5) ** 0.5, abs=1e-3)


def test_no_second_look_is_taken_where_none_could_help() -> None:
    own, general = Sees(("doe",), (*LEFT, 0.06), look=Look(floor=0.02)), Sees(("a", "b", "c"), look=GENERAL)
    networks, classifier = joined(own, general)
    networks.predict([picture()])
    assert classifier.seen == [1]
    none, idle = joined(Sees(("doe",), (*LEFT, 0.04), look=Look(floor=0.02)), general)
    assert none.predict([picture()]) == [[]]
    assert idle.seen == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "look", [Look(longest_px=512, floor=0.03, overlap=0.6), Look(floor=0.02, joined=(0, 1))]
)
def test_a_look_finds_the_same_boxes_in_every_runtime(
    look: Look, photos: Callable[[int], list[Path]], pixels: Callable[[Path], NDArray[np.uint8]]
) -> None:
    reference = TorchNetwork(PACKAGED_MODEL, "cpu", look=look)
    networks = [NcnnNetwork(FOLDER, look), OnnxNetwork(FOLDER, look)]
    boxes = 0
    for photo in photos(6):
        (expected,) = reference.predict([pixels(photo)])
        boxes += len(expected)
        for network in networks:
            (found,) = network.predict([pixels(photo)])
            assert [raw.label for raw in ordered(found)] == [raw.label for raw in ordered(expected)]
            np.testing.assert_allclose(
                [raw.confidence for raw in ordered(found)],
                [raw.confidence for raw in ordered(expected)],
                atol=1e-4,
            )
    assert boxes > 6
