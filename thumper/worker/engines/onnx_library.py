"""ONNX Runtime, imported without its telemetry: it reads this from the environment while it is imported."""

from __future__ import annotations

import os

os.environ.update({"ORT_DISABLE_TELEMETRY": "1"})  # noqa: TID251  # for the library, never read by us

import onnxruntime

__all__ = ["onnxruntime"]
