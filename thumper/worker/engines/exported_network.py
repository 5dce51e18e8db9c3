"""A network that was exported for another runtime than PyTorch: maps out of the runtime, boxes out of the maps."""

from __future__ import annotations

import json
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from thumper.worker.engines.head import Head
from thumper.worker.engines.letterbox import Letterbox
from thumper.worker.engines.look import PLAIN, Look
from thumper.worker.engines.network import Network

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ExportedNetwork(Network):
    """Base of the networks in other runtimes than PyTorch."""

    def __init__(self, folder: Path, look: Look = PLAIN) -> None:
        """Read `model.json`, which the exporter wrote beside the model; see `exporter`."""
        about = json.loads((folder / "model.json").read_text("utf-8"))
        letterbox = Letterbox(max(about["strides"]), longest_px=look.longest_px)
        super().__init__(about["names"], letterbox, look)
        self._head = Head(about["strides"], len(about["names"]), floor=look.least_of_a_class)

    @abstractmethod
    def maps(self, boxed: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Run letterboxed pictures; return (n, channels, height, width) for each stride, fine to coarse."""

    def forward(self, boxed: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run pictures through the runtime; see `Network.forward`."""
        return self._head.candidates(self.maps(boxed))
