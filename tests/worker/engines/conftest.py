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
from thumper.worker.engines.yolo_engine import YoloEngine


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where exported models are kept: empty, since the packaged one needs no export."""
    return tmp_path_factory.mktemp("home") / "engines"


@pytest.fixture(scope="session", params=["ncnn", "onnxruntime", "torch"])
def engine(request: pytest.FixtureRequest, exports: Path) -> YoloEngine:
    """An engine on the CPU, each in turn."""
    return YoloEngine(resolve(Settings()), device="cpu", engine=request.param, exports=exports)


@pytest.fixture(scope="session")
def pixels() -> Callable[[Path], NDArray[np.uint8]]:
    """A function that decodes a photo as a worker does."""

    def read(photo: Path) -> NDArray[np.uint8]:
        return np.asarray(decode(photo.read_bytes(), Limits()).image)

    return read
