"""The default detector, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines.ultralytics_engine import UltralyticsEngine


@pytest.fixture(scope="session")
def engine() -> UltralyticsEngine:
    return UltralyticsEngine(resolve(Settings()), device="cpu")


@pytest.fixture(scope="session")
def pixels() -> Callable[[Path], NDArray[np.uint8]]:
    """Give the pixels of a photo as a worker decodes them."""

    def read(photo: Path) -> NDArray[np.uint8]:
        return np.asarray(decode(photo.read_bytes(), Limits()).image)

    return read
