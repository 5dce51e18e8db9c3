from __future__ import annotations

import sys

import pytest

from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.loader import LIBRARIES, NoInferenceLibraryError, load_detector


def test_a_machine_without_the_extra_worker_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("thumper.worker.engines")]:
        monkeypatch.delitem(sys.modules, name)  # imported by another test
    for name in LIBRARIES:
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    with pytest.raises(NoInferenceLibraryError, match="extra `worker`"):
        load_detector(resolve(settings), settings, device="cpu")


def test_any_other_module_that_is_missing_is_a_bug_and_said_as_such(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "thumper.worker.engines.yolo_engine", None)
    with pytest.raises(ModuleNotFoundError):
        load_detector(resolve(settings), settings, device="cpu")
