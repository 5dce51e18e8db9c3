from __future__ import annotations

import sys

import pytest

from thumper.errors import NotInstalledError
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.loader import load_detector


def _forget_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("thumper.worker.engines")]:
        monkeypatch.delitem(sys.modules, name)  # imported by another test


@pytest.mark.parametrize(("library", "extra"), [("cv2", "worker"), ("ncnn", "worker")])
def test_a_library_that_turns_out_to_be_missing_is_told_with_the_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, library: str, extra: str
) -> None:
    _forget_engines(monkeypatch)
    monkeypatch.setitem(sys.modules, library, None)
    own = settings.model_copy(update={"engine": "ncnn"})
    with pytest.raises(
        NotInstalledError, match=rf"{library} is not installed.*pip install 'thumper\[{extra}\]'"
    ):
        load_detector(resolve(own), own, device="cpu")


def test_any_other_module_that_is_missing_is_named_and_starting_again_is_left_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "thumper.worker.engines.yolo_engine", None)
    with pytest.raises(NotInstalledError, match=r"yolo_engine.*Install Thumper again"):
        load_detector(resolve(settings), settings, device="cpu")
