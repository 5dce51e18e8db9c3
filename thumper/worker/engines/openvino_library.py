"""OpenVINO, imported without its telemetry.

By default it reports each import to its maker, and writes a number for this user below the home folder. The package
that does so is a separate one, and optional.
"""

from __future__ import annotations

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # makes the import fail

import openvino  # noqa: E402
from openvino.preprocess import PrePostProcessor  # noqa: E402

__all__ = ["PrePostProcessor", "openvino"]
