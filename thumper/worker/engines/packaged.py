"""The packaged detector, ready for the runtimes of a CPU: one file of weights for all of them.

Its folder holds the network for ncnn (`model.param`), for ONNX Runtime and OpenVINO (`model.onnx`), their weights
(`model.bin`, once: ncnn's file, in which the ONNX file finds its own), and `model.json`: names, strides, the hashes of
all of these, and where they come from. `release` wrote it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from thumper.errors import DetectorError
from thumper.weights import PACKAGED_MODEL

FOLDER: Final = PACKAGED_MODEL.with_suffix("")
ABOUT: Final = "model.json"


def packaged_form(sha256: bytes) -> Path | None:
    """Return the folder if it was made of the model with this hash. Raises `DetectorError` if it was damaged."""
    about = json.loads((FOLDER / ABOUT).read_text("utf-8"))
    if about["model_sha256"] != sha256.hex():
        return None
    for name, expected in about["files_sha256"].items():
        with (FOLDER / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise DetectorError(f"{FOLDER / name} was damaged or replaced: reinstall Thumper.")
    return FOLDER
