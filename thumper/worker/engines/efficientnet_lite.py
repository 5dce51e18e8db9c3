"""EfficientNet-Lite0 in PyTorch, to be exported: what tells the species in a crop of a photo.

The network of Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", table 1,
without squeeze-and-excitation and with ReLU6 (the "Lite" of 2020, github.com/tensorflow/tpu, `efficientnet/lite`).
Names of its parts are those of the weights that were converted for PyTorch, so that these can be loaded as they are.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

from thumper.errors import DetectorError
from thumper.worker.engines.torch_library import torch

CROP_PX: Final = 224
"""Side of the square crop that it was trained with."""
_EPSILON: Final = 1e-3
"""Of its batch norms (`batch_norm_epsilon` of the original)."""
_STEM, _FEATURES, _CLASSES = 32, 1280, 1000


class _Stage(NamedTuple):
    """A row of table 1: blocks alike, of which the first has the stride and changes the channels."""

    blocks: int
    kernel: int
    stride: int
    widening: int
    channels: int


_STAGES: Final = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


class _Block(torch.nn.Module):  # type: ignore[misc]  # of a library that is Any to us
    """A widening, a convolution of each channel by itself, a narrowing; added to what came in where that fits."""

    def __init__(self, stage: _Stage, taken: int, stride: int) -> None:
        super().__init__()
        wide = taken * stage.widening
        if stage.widening > 1:
            self._expand_conv = torch.nn.Conv2d(taken, wide, 1, bias=False)
            self._bn0 = _norm(wide)
        self._depthwise_conv = torch.nn.Conv2d(wide, wide, stage.kernel, stride, groups=wide, bias=False)
        self._bn1 = _norm(wide)
        self._project_conv = torch.nn.Conv2d(wide, stage.channels, 1, bias=False)
        self._bn2 = _norm(stage.channels)
        self._widens = stage.widening > 1
        self._margins = _margins(stage.kernel, stride)
        self._adds = stride == 1 and taken == stage.channels

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Run (n, channels, height, width)."""
        wide = _relu6(self._bn0(self._expand_conv(values))) if self._widens else values
        wide = _relu6(self._bn1(self._depthwise_conv(torch.nn.functional.pad(wide, self._margins))))
        narrow = self._bn2(self._project_conv(wide))
        return narrow + values if self._adds else narrow


class EfficientNetLite0(torch.nn.Module):  # type: ignore[misc]  # see above
    """Crops, (n, 3, 224, 224) float32 from -1 to 1, to (n, 1280) features and (n, 1000) logits of ImageNet."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = torch.nn.Conv2d(3, _STEM, 3, 2, bias=False)
        self._bn0 = _norm(_STEM)
        outs = list(chain([_STEM], (stage.channels for stage in _STAGES for _ in range(stage.blocks))))
        rows = [
            (stage, stage.stride if not number else 1) for stage in _STAGES for number in range(stage.blocks)
        ]
        self._blocks = torch.nn.ModuleList(
            _Block(stage, taken, stride) for (stage, stride), taken in zip(rows, outs[:-1], strict=True)
        )
        self._conv_head = torch.nn.Conv2d(outs[-1], _FEATURES, 1, bias=False)
        self._bn1 = _norm(_FEATURES)
        self._fc = torch.nn.Linear(_FEATURES, _CLASSES)

    def forward(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return features and logits."""
        values = torch.nn.functional.pad(values, _margins(3, 2))
        values = _relu6(self._bn0(self._conv_stem(values)))
        for block in self._blocks:
            values = block(values)
        values = _relu6(self._bn1(self._conv_head(values)))
        features = values.mean((2, 3))
        return features, self._fc(features)


def load(path: Path) -> Any:
    """Load weights on the CPU. Raises `DetectorError` if the file holds others than those of this network."""
    network = EfficientNetLite0()
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (MemoryError, OSError):  # of the machine, not of the file
        raise
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0]
        raise DetectorError(
            f"The weights {path} are not those of EfficientNet-Lite0 ({first_line})."
        ) from error
    network.eval()
    return network


def _norm(channels: int) -> Any:
    return torch.nn.BatchNorm2d(channels, eps=_EPSILON)


def _relu6(values: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.relu6(values)


def _margins(kernel: int, stride: int) -> tuple[int, int, int, int]:
    """Return the zeros to the left, right, top and bottom that TensorFlow's "SAME" puts around an even side.

    Of an odd sum the greater half goes to the right and bottom, where PyTorch's own padding has it the other way.
    """
    around = kernel - stride
    before = around // 2
    return before, around - before, before, around - before
