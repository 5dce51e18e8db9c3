"""PyTorch and ultralytics, imported so that they neither print nor write anything.

By default ultralytics asks the network whether it is online, installs packages, writes
a settings file below the home folder and prints. The environment decides on this while
it is imported, so all modules import it from here.
"""

from __future__ import annotations

import os
import tempfile
from typing import Final

_VARIABLES: Final = {
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
    # Model files are unpickled with a list of allowed classes, so that one cannot run code of its own.
    "ULTRALYTICS_SAFE_LOAD": "true",
}

with tempfile.TemporaryDirectory(prefix="thumper-models-") as _written:
    # ultralytics insists on writing its settings, and PyTorch makes a cache folder that eager models never use:
    # both go away with this folder.
    _places = {"YOLO_CONFIG_DIR": _written, "TORCHINDUCTOR_CACHE_DIR": _written}
    os.environ.update(_VARIABLES | _places)  # noqa: TID251  # for the libraries, never read by us

    import torch
    import ultralytics
    from ultralytics.nn.modules.head import Detect
    from ultralytics.nn.tasks import DetectionModel, load_checkpoint
    from ultralytics.utils.tal import dist2bbox

VERSIONS: Final = f"ultralytics {ultralytics.__version__}, torch {torch.__version__}"

__all__ = [
    "VERSIONS",
    "Detect",
    "DetectionModel",
    "dist2bbox",
    "load_checkpoint",
    "torch",
]
