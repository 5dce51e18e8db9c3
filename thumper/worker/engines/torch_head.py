"""The end of a YOLOv8 network in PyTorch: on a GPU, reading all places is faster than selecting some (see `head`)."""

from __future__ import annotations

from collections.abc import Sequence

from thumper.worker.engines.torch_library import dist2bbox, torch

_SIDES = 4


class TorchHead:
    """Reads the maps of one network: `strides` are the pixels between two places of each map."""

    def __init__(self, strides: Sequence[int], classes: int) -> None:
        """Take the strides of the maps and the number of classes."""
        self._strides = tuple(strides)
        self._classes = classes

    def candidates(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return what `Head.candidates` returns, but of all places."""
        read = []
        for values, stride in zip(maps, self._strides, strict=True):
            flat = values.flatten(2).float()
            centres = _centres(flat.shape[2], values.shape[3], flat.device)
            boxes = dist2bbox(_distances(flat[:, : -self._classes]), centres.unsqueeze(0), xywh=True, dim=1)
            read.append(torch.cat((boxes * stride, flat[:, -self._classes :].sigmoid()), dim=1))
        return torch.cat(read, dim=2)


def _centres(places: int, columns: int, device: torch.device) -> torch.Tensor:
    """Return x and y, in strides, of the places of a map with `columns`: (2, places)."""
    numbers = torch.arange(places, device=device)
    return torch.stack((numbers % columns, numbers // columns)).float().add_(0.5)


def _distances(bins: torch.Tensor) -> torch.Tensor:
    """Return the expected distance of each side, in strides; see `head`."""
    n, channels, places = bins.shape
    shares = bins.view(n, _SIDES, channels // _SIDES, places).softmax(2)
    steps = torch.arange(channels // _SIDES, dtype=shares.dtype, device=shares.device)
    return torch.einsum("nsbp,b->nsp", shares, steps)
