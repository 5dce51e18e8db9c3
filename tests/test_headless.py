"""A worker needs no library of screens, with PyTorch neither."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.screenless import look_at_scene

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "named"), [("torch", "torch"), ("auto", "ncnn")])
def test_the_detector_works_on_a_server_without_a_screen(engine: str, named: str, tmp_path: Path) -> None:
    """PyTorch's engine loads ultralytics, which asks for OpenCV with windows."""
    seen = look_at_scene(Path(sys.executable), engine, tmp_path)
    assert named in seen
    assert "doe" in seen


def test_what_ultralytics_asks_for_is_the_stand_in_of_the_pinned_release() -> None:
    """`make install-dev` brings it; another would need libGL or be another OpenCV than what is pinned."""
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert f"opencv-python-headless=={metadata.version('opencv-python-headless')}" in pins
    assert metadata.version("opencv-python") == f"{metadata.version('opencv-python-headless')}+headless"
