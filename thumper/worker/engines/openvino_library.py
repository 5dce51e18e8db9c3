"""OpenVINO, imported in a way that it keeps quiet.

Left to itself, it tells its maker that it is imported, and writes a number for this user below the home folder. The
package that does so is one of its own that it does without when it is not there.
"""

from __future__ import annotations

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python marks what must not be found

import openvino  # noqa: E402
from openvino.preprocess import PrePostProcessor  # noqa: E402

__all__ = ["PrePostProcessor", "openvino"]
