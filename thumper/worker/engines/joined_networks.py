"""Several networks and a second look as one: each finds boxes, a classifier looks at these, the boxes are joined."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from thumper.domain.detection import STORAGE_FLOOR, RawDetection
from thumper.domain.joined_box import Weighing, join
from thumper.domain.second_look import veto
from thumper.worker.engines.classifier import Classifier
from thumper.worker.engines.crops import crops_of
from thumper.worker.engines.linear_head import LinearHead
from thumper.worker.engines.network import Network

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Part(NamedTuple):
    """A network that finds boxes, what its word is worth, and those of its labels that need no second look."""

    network: Network
    weighing: Weighing
    unasked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A classifier, the side in pixels of the crops that it takes, and what it was taught besides."""

    classifier: Classifier
    side_px: int
    head: LinearHead | None = None


class JoinedNetworks:
    """Networks whose boxes are joined. Boxes with the label `unnamed` take that of another that they overlap."""

    def __init__(
        self, parts: Sequence[Part], look: SecondLook, *, unnamed: str, floor: float = STORAGE_FLOOR
    ) -> None:
        """Take the parts; boxes above the `floor` are returned."""
        self._parts = tuple(parts)
        self._look = look
        self._unnamed = unnamed
        self._floor = floor

    def twin(self) -> Self:
        """Return a copy that another thread may use at the same time."""
        twin = copy.copy(self)
        twin._parts = tuple(part._replace(network=part.network.twin()) for part in self._parts)  # noqa: SLF001
        look = self._look
        twin._look = SecondLook(look.classifier.twin(), look.side_px, look.head)  # noqa: SLF001  # one of its kind
        return twin

    def enter_thread(self) -> None:
        """Prepare the current thread; see `Network.enter_thread`."""
        for part in self._parts:
            part.network.enter_thread()

    def predict(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Return the boxes of each image, the surest first; see `Network.predict`."""
        return [self._predict(image) for image in images]

    def _predict(self, image: NDArray[np.uint8]) -> list[RawDetection]:
        sure: list[RawDetection] = []
        asked: list[tuple[RawDetection, Weighing]] = []
        for part in self._parts:
            for raw in part.network.predict([image])[0]:
                if raw.label in part.unasked:
                    sure.append(raw)
                elif part.weighing.most(raw.confidence) > self._floor:  # else no look could lift it
                    asked.append((raw, part.weighing))
        found = sure + join(self._weighed(image, asked), unnamed=self._unnamed)
        return sorted((raw for raw in found if raw.confidence > self._floor), key=lambda raw: -raw.confidence)

    def _weighed(
        self, image: NDArray[np.uint8], asked: Sequence[tuple[RawDetection, Weighing]]
    ) -> list[RawDetection]:
        if not asked:
            return []
        look = self._look
        answers = look.classifier.classify(crops_of(image, [raw.box for raw, _ in asked], look.side_px))
        taught = look.head.confidences(answers.features).tolist() if look.head else [None] * len(asked)
        return [
            RawDetection(raw.label, weighing.score(raw.confidence, veto(shares, told)), raw.box)
            for (raw, weighing), shares, told in zip(asked, answers.shares.tolist(), taught, strict=True)
        ]
