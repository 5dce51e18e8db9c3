"""Models exported for other runtimes than PyTorch: written once by `exporter`, then kept.

The folder is named after the hash of the model and the versions that wrote it, so a stale one is never used; it is
removed when its successor has been written.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from thumper.domain.housekeeping import EXPORT_SCRATCH
from thumper.errors import DetectorError
from thumper.weights import Weights
from thumper.worker.engines.packaged import packaged_form

_SHA256_DIGITS: Final = 16
"""Hex digits of the model's hash that name its folders."""
_SCRATCH_S: Final = 3600.0
"""Age at which what a killed export left is removed; an export takes seconds to minutes."""
_FIRST_FORM: Final = 1
"""Version of what our own code writes into an exported model: a new number makes all of them stale."""


EXPORTERS: Final = ("torch", "ultralytics")
"""Libraries without which no model file can be read and exported."""
NO_MODEL: Final = 65
"""Exit status of the exporter when the file is no model (EX_DATAERR of sysexits.h)."""


class Form(StrEnum):
    """What the model is exported to."""

    ONNX = "onnx"
    NCNN = "ncnn"

    @property
    def writers(self) -> str:
        """The libraries that write it, with versions."""
        libraries = "ultralytics", "torch", *(("pnnx",) if self is Form.NCNN else ())
        return ", ".join([f"form {_FIRST_FORM}", *(f"{name} {version_of(name)}" for name in libraries)])


class ExportError(DetectorError):
    """Raised if a model cannot be exported, or not be kept; PyTorch runs it as it is."""


def exported(
    weights: Weights, form: Form, folder: Path, *, on_export: Callable[[], None] | None = None
) -> Path:
    """Return the folder with the model in a form; below `folder`, writing it if there is none of these versions.

    The packaged model came in every form. `on_export` is called before another is written, which takes seconds to a
    minute. Raises `DetectorError` if the model is no YOLOv8 detection model, `ModuleNotFoundError` if what exports it
    is not installed, `ExportError` if it cannot be exported, answers differently than in PyTorch, or cannot be written
    to the folder.
    """
    if (ready := packaged_form(weights.sha256)) is not None:
        return ready
    family = weights.sha256.hex()[:_SHA256_DIGITS]
    path = folder / f"{family}-{form}-{re.sub(r'[^a-z0-9.]+', '-', form.writers.lower())}"
    if path.is_dir():
        with contextlib.suppress(OSError):  # housekeeping removes what is not used for long
            os.utime(path)
        return path
    for library in EXPORTERS:
        if find_spec(library) is None:
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
    if on_export is not None:
        on_export()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _export(weights.path, form, path)
        for stale in set(_stale(folder, f"{family}-{form}-*")) - {path}:
            shutil.rmtree(stale, ignore_errors=True)
    except OSError as error:
        raise ExportError(
            f"The model cannot be prepared in {folder} ({error.strerror or error}). Free space or correct the rights"
            " there, or set THUMPER_ENGINE=torch, which prepares nothing."
        ) from error
    return path


def _stale(folder: Path, family: str) -> Iterator[Path]:
    """Yield earlier exports of the same model, and what killed exports left."""
    yield from folder.glob(family)
    for left in folder.glob(f"{EXPORT_SCRATCH}*"):
        if time.time() - left.stat().st_mtime > _SCRATCH_S:
            yield left


def _export(source: Path, form: Form, path: Path) -> None:
    """Write the export into a scratch folder and then rename it, so that a kill leaves nothing that looks whole."""
    with tempfile.TemporaryDirectory(prefix=EXPORT_SCRATCH, dir=path.parent) as scratch:
        # What the libraries write for a moment goes away with the folder, too.
        # -P: this program, not another checkout of it in which it may have been started.
        own = [sys.executable, "-P", "-m", "thumper.worker.engines.exporter"]
        program = ["env", f"TMPDIR={scratch}", *own]
        done = subprocess.run(
            [*program, form, str(source.absolute()), scratch],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        last_line = done.stderr.strip().rpartition("\n")[2]
        if done.returncode == NO_MODEL:
            raise DetectorError(last_line)
        if done.returncode != 0:
            raise ExportError(
                f"The model {source} cannot be exported to {form} ({last_line}). Set THUMPER_ENGINE=torch."
            )
        try:
            (Path(scratch) / "model").rename(path)
        except OSError:
            if not path.is_dir():  # another worker was faster
                raise


def version_of(package: str) -> str:
    """Return the version of an installed distribution, or `none`."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
