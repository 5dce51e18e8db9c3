"""A model file in the form that other runtimes take: written once by ultralytics' own exporter, then kept.

The copy is named after the bytes of the model and the versions that wrote it, so one that is stale is never used; it
is removed when its successor has been written.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from thumper.errors import DetectorError
from thumper.weights import Weights
from thumper.worker.engines import exporter
from thumper.worker.engines.library import VERSIONS
from thumper.worker.engines.torch_network import load

_SHA256_DIGITS: Final = 16
"""Hex digits of the model's hash that name its files."""


class ExportError(DetectorError):
    """Raised if a model cannot be exported, or not be kept; PyTorch runs it as it is."""


def onnx_file(weights: Weights, folder: Path, *, on_export: Callable[[], None] | None = None) -> Path:
    """Give the ONNX file of a model below `folder`, writing it if there is none of these versions.

    `on_export` hears that it is about to be written, which takes seconds to a minute. Raises `DetectorError` if the
    model is no YOLOv8 detection model, `ExportError` if it cannot be exported or the folder cannot be written to.
    """
    family = weights.sha256.hex()[:_SHA256_DIGITS]
    versions = re.sub(r"[^a-z0-9.]+", "-", VERSIONS.lower())
    path = folder / f"{family}-{versions}.onnx"
    if path.is_file():
        return path
    load(weights.path)  # says in our words what is wrong with it
    if on_export is not None:
        on_export()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _export(weights.path, path)
        for stale in set(folder.glob(f"{family}-*.onnx")) - {path}:
            stale.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(
            f"The model cannot be prepared in {folder} ({error.strerror or error}). Free space or correct the rights"
            " there, or set THUMPER_ENGINE=torch, which prepares nothing."
        ) from error
    return path


def _export(source: Path, path: Path) -> None:
    """Write it beside its place and then name it, so that a kill leaves nothing that looks whole."""
    with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent) as scratch:
        done = subprocess.run(
            [sys.executable, "-m", exporter.__name__, str(source.absolute()), scratch],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last_line = done.stderr.strip().rpartition("\n")[2]
            raise ExportError(
                f"The model {source} cannot be exported to ONNX ({last_line}). Set THUMPER_ENGINE=torch."
            )
        (Path(scratch) / "model.onnx").replace(path)
