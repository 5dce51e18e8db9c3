"""A YOLOv8 network in ncnn on the CPU, fp32: Winograd's convolutions give PyTorch's answers in the least time."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import ncnn
import numpy as np

from thumper.worker.engines.exported_network import ExportedNetwork
from thumper.worker.engines.look import PLAIN, Look

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION: Final = f"ncnn {ncnn.__version__}"

_SCALE: Final = [1 / 255] * 3


class NcnnNetwork(ExportedNetwork):
    """An exported model. Twins share the weights; each has memory of its own for the picture on its way."""

    def __init__(self, folder: Path, look: Look = PLAIN) -> None:
        """Load the model out of the folder of its export."""
        super().__init__(folder, look)
        self._net = load_net(folder)
        self._take_memory()

    def twin(self) -> Self:
        """Return a copy with memory of its own."""
        twin = copy.copy(self)
        twin._take_memory()  # noqa: SLF001  # one of its own kind
        return twin

    def maps(self, boxed: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Run pictures one after the other; see `ExportedNetwork.maps`."""
        answers = [self._run(picture) for picture in boxed]
        if len(answers) == 1:
            return [level[None] for level in answers[0]]
        return [np.stack(level) for level in zip(*answers, strict=True)]

    def _take_memory(self) -> None:
        # Kept from picture to picture: the system zeroes fresh pages, and threads wait for each other meanwhile.
        self._blobs, self._workspace = ncnn.UnlockedPoolAllocator(), ncnn.UnlockedPoolAllocator()

    def _run(self, picture: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        height_px, width_px = picture.shape[:2]
        values = ncnn.Mat.from_pixels(picture, ncnn.Mat.PixelType.PIXEL_RGB, width_px, height_px)
        values.substract_mean_normalize([], _SCALE)
        run = self._net.create_extractor()
        run.set_blob_allocator(self._blobs)
        run.set_workspace_allocator(self._workspace)
        run.input("in0", values)
        return [extract(run, name) for name in self._net.output_names()]


def extract(run: ncnn.Extractor, name: str) -> NDArray[np.float32]:
    """Run the network up to one of its outputs. Raises `MemoryError`: nothing else stops a network that was loaded."""
    code, values = run.extract(name)
    if code != 0:
        raise MemoryError(f"ncnn has no memory for {name} (error {code})")
    return np.array(values)  # copied: the memory is the pool's, and the next picture's


def load_net(folder: Path) -> ncnn.Net:
    """Load an exported network for one thread a picture, in fp32. Raises `OSError` if a file cannot be loaded."""
    net = ncnn.Net()
    net.opt.use_vulkan_compute = False
    net.opt.num_threads = 1
    # fp32 everywhere: anything less moves confidences.
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_packed = net.opt.use_bf16_storage = False
    for load, name in ((net.load_param, "model.param"), (net.load_model, "model.bin")):
        if load(str(folder / name)) != 0:
            raise OSError(f"{folder / name} cannot be loaded")
    return net
