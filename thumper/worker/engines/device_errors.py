"""Errors of the runtimes in the words of the worker. Asks for PyTorch only where something else has imported it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from thumper.worker.detector import DeviceFault, OutOfMemory

_FAULT_WORDS: Final = ("CUDA error", "CUBLAS_STATUS", "CUDNN_STATUS", "cuDNN error", "device-side assert")
"""Text of errors that lose the CUDA context and for which PyTorch has no class."""
_MEMORY_WORDS: Final = (
    "bad allocation",
    "std::bad_alloc",
    "Failed to allocate memory",
    "Insufficient memory",
)
"""Text of errors of ONNX Runtime, C++ and OpenCV when the machine's memory is short."""


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate errors into ours; what is neither out of memory nor a fault of the device stays as it is."""
    try:
        yield
    except MemoryError as error:
        raise OutOfMemory(str(error)) from error
    except Exception as error:
        if any(words in str(error) for words in _MEMORY_WORDS):
            raise OutOfMemory(str(error)) from error
        if not isinstance(error, RuntimeError):
            raise
        torch: Any = sys.modules.get("torch")
        if torch is not None and isinstance(error, torch.OutOfMemoryError):
            torch.cuda.empty_cache()
            raise OutOfMemory(str(error)) from None
        is_fault = torch is not None and isinstance(error, torch.AcceleratorError)
        if is_fault or any(words in str(error) for words in _FAULT_WORDS):
            raise DeviceFault(str(error)) from error
        raise
