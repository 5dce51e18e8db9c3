"""In which numbers a model computes: part of what a detector is, since fewer digits move its answers."""

from __future__ import annotations

from enum import StrEnum


class Precision(StrEnum):
    """The floating-point format of the forward pass. Only `FP32` gives the answers of the reference by itself."""

    FP32 = "fp32"
    BF16 = "bf16"
    """8 bits of mantissa, on CPUs that have instructions for it."""
    FP16 = "fp16"
    """11 bits of mantissa, on CUDA."""
