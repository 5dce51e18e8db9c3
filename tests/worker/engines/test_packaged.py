from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from thumper.errors import DetectorError
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines import packaged
from thumper.worker.engines.packaged import FOLDER, packaged_form


def test_the_packaged_model_is_known_by_its_hash_alone() -> None:
    assert packaged_form(resolve(Settings()).sha256) == FOLDER
    assert packaged_form(b"\0" * 32) is None


def test_it_takes_little_room() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 14_000_000


@pytest.mark.parametrize("name", ["model.bin", "model.onnx", "model.param"])
def test_a_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    copy = tmp_path / "detector"
    shutil.copytree(FOLDER, copy)
    monkeypatch.setattr(packaged, "FOLDER", copy)
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(DetectorError, match=rf"{name} was damaged or replaced: reinstall Thumper"):
        packaged_form(resolve(Settings()).sha256)
