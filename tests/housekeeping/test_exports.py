"""Models prepared for a runtime go when no worker uses them any more; nothing else in the folder does."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests import factories as make
from thumper.domain.housekeeping import Amount
from thumper.housekeeping import exports
from thumper.housekeeping.tally import Kind, Tally
from thumper.settings import Settings
from thumper.weights import PACKAGED_MODEL, resolve

OWN, OLD = bytes([0xAB] * 32), bytes([0xCD] * 32)


def prepared(folder: Path, name: str, *, days: float) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    (path / "model.bin").write_bytes(bytes(1000))
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
    return path


def test_an_unused_one_of_an_earlier_model_goes_and_a_dry_run_only_counts_it(tmp_path: Path) -> None:
    left = prepared(tmp_path, ".export-killed", days=2)
    gone = prepared(tmp_path, f"{OLD.hex()[:16]}-ncnn-form-1", days=31)
    stays = [
        prepared(tmp_path, f"{OLD.hex()[:16]}-onnx-form-1", days=29),
        prepared(tmp_path, f"{OWN.hex()[:16]}-ncnn-form-1", days=400),
        prepared(tmp_path, "my-models", days=400),
        prepared(tmp_path, ".export-now", days=0),
    ]
    (tmp_path / f"{OLD.hex()[:16]}-ncnn-note").write_text("a file")
    for dry_run in (True, False):
        tally = Tally()
        exports.tidy(tmp_path, frozenset({OWN}), tally, dry_run=dry_run)
        assert tally.amounts[Kind.EXPORTS] == Amount(1, 1000)
        assert tally.amounts[Kind.HALF_WRITTEN] == Amount(1, 1000)
        assert gone.exists() == left.exists() == dry_run
    assert all(path.exists() for path in stays)
    assert len(list(tmp_path.iterdir())) == 5


def test_a_home_without_exports_has_none_to_remove(tmp_path: Path) -> None:
    tally = Tally()
    exports.tidy(tmp_path / "engines", frozenset(), tally, dry_run=False)
    assert tally == Tally()


async def test_present_are_the_model_of_the_settings_and_the_current_detector(
    database: str, settings: Settings, tmp_path: Path
) -> None:
    current = await make.make_detector()
    assert await exports.present_models(settings) == {bytes(current.sha256)}
    own = tmp_path / "own.pt"
    own.write_bytes(b"a model")
    named = settings.model_copy(update={"model": own})
    assert await exports.present_models(named) == {bytes(current.sha256), resolve(named).sha256}
    assert await exports.present_models(settings.model_copy(update={"model": tmp_path / "none.pt"})) == {
        bytes(current.sha256)
    }
    packaged = settings.model_copy(update={"model": PACKAGED_MODEL})
    assert resolve(packaged).sha256 not in await exports.present_models(packaged)
