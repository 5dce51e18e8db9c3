"""Copying pictures onto a device: memory that is reused, and copies beside the work of the model.

While the device works on one stack of pictures, the next one is written into the other buffer and copied. On a CPU the
same calls run one after the other.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from thumper.worker.engines.torch_library import torch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BUFFERS: Final = 2
"""One that the device reads, and one that is filled meanwhile."""
_FIRST: Final = -1
"""Priority of a stream whose small work goes before that of others."""


class Buffer:
    """Memory for one stack: pinned on the host, and on the device."""

    def __init__(self, accelerator: Any) -> None:
        """Begin without memory; `accelerator` is PyTorch's module of the device."""
        self.room = (torch.empty(0, dtype=torch.uint8),) * 2
        self.here, self.there = self.room
        self.arrived, self.taken = accelerator.Event(), accelerator.Event()

    @property
    def pictures(self) -> NDArray[np.uint8]:
        """The pictures on the host, to be written."""
        pictures: NDArray[np.uint8] = self.here.numpy()
        return pictures


class Staging:
    """The buffers of one device. One thread at a time fills and sends them."""

    def __init__(self, device: torch.device) -> None:
        """Open streams of the device; memory is allocated when the first stack tells its size."""
        self._device = device
        self._accelerator = torch.get_device_module(device)
        self._on_gpu = device.type == "cuda"
        self._copying, self._answering = self._stream(), self._stream()
        self._buffers = itertools.cycle([Buffer(self._accelerator) for _ in range(_BUFFERS)])

    def _stream(self) -> Any:
        return torch.cuda.Stream(self._device, priority=_FIRST) if self._on_gpu else torch.cpu.Stream()

    def buffer(self, shape: tuple[int, ...]) -> Buffer:
        """Return the next buffer, shaped for a stack; wait until its last content has been copied.

        Raises `torch.OutOfMemoryError` if the device has no room for it.
        """
        buffer = next(self._buffers)
        buffer.arrived.synchronize()
        size = math.prod(shape)
        if buffer.room[0].numel() < size:
            here = torch.empty(size, dtype=torch.uint8, pin_memory=self._on_gpu)
            buffer.room = here, torch.empty(size, dtype=torch.uint8, device=self._device)
            # Earlier work on that memory of the device may not be done yet.
            self._copying.wait_stream(self._now())
        buffer.here, buffer.there = (memory[:size].view(shape) for memory in buffer.room)
        return buffer

    def send(self, buffer: Buffer, take: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """Copy a buffer onto the device and call `take` with the copy; wait for neither.

        After `take` the copy may be overwritten.
        """
        with self._accelerator.stream(self._copying):
            self._copying.wait_event(buffer.taken)
            buffer.there.copy_(buffer.here, non_blocking=True)
            buffer.arrived.record(self._copying)
        self._now().wait_event(buffer.arrived)
        values = take(buffer.there)
        buffer.taken.record(self._now())
        return values

    def mark(self) -> Any:
        """Return an event that happens when all work launched until now is done."""
        event = self._accelerator.Event()
        event.record(self._now())
        return event

    def answer(self, done: Any, ask: Callable[[], torch.Tensor]) -> torch.Tensor:
        """Call `ask` on the device once an event has happened, beside later work; wait for its answer."""
        with self._accelerator.stream(self._answering):
            self._answering.wait_event(done)
            return ask().cpu()

    def _now(self) -> Any:
        return self._accelerator.current_stream(self._device)
