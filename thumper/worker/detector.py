"""The interface of a model, whatever runs it: arrays in, boxes out. Names no runtime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from thumper.domain.detection import RawDetection
from thumper.errors import DetectorError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class OutOfMemory(Exception):  # the worker halves its batch and goes on: not an error yet
    """Raised if the device has too little memory for all images at once; fewer may fit."""


class DeviceFault(Exception):  # see above: a state of the device
    """Raised if the device can no longer be used by this process, which must end and be started again."""


class DeviceUnfit(DeviceFault):
    """Raised if the model fails on the proof scene as well, so that no photo is to blame."""


class NoDeviceError(DetectorError):
    """Raised if the device that was asked for is not there, or no longer."""


class Detector(Protocol):
    """A loaded model. Made and used in one thread."""

    @property
    def name(self) -> str:
        """What the model is called."""

    @property
    def sha256(self) -> bytes:
        """Hash of the model file, 32 bytes."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The model's own words, by class number."""

    @property
    def device(self) -> str:
        """Where it runs: `cpu`, `cuda:0`."""

    @property
    def engine(self) -> str:
        """What runs it, with versions."""

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[list[RawDetection]]:
        """Find what is in each image: (height, width, 3) uint8, RGB, upright, of any sizes.

        Return one list an image, in the order of the images: every box above `STORAGE_FLOOR` that survives
        suppression per class at `NMS_IOU`, most confident first. Raises `OutOfMemory` or `DeviceFault`.
        """
