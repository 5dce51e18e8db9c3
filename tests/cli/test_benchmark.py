"""`thumper benchmark`, as a person runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from thumper.settings import Settings

Photos = Callable[[int], list[Path]]


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "thumper", "benchmark", *arguments],
        env=Settings(home=home, device="cpu").as_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@pytest.mark.slow
def test_it_says_how_fast_the_machine_is_and_leaves_nothing(tmp_path: Path, photos: Photos) -> None:
    folder = tmp_path / "photos"
    (folder / "below").mkdir(parents=True)
    for number, photo in enumerate(photos(24)):
        ending = {0: "jfif", 1: "JPG.1", 2: "HEIC"}.get(number, "JPG")  # all are JPEGs
        shutil.copy(photo, folder / "below" / f"{number}.{ending}")
    for number in range(2):  # copies, which Thumper would not look at again
        shutil.copy(photos(1)[0], folder / f"copy{number}.jpg")
    (folder / "broken.jpg").write_bytes(b"no photo")
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    (tmp_path / "home" / "engines").mkdir(parents=True)  # the user's own, which is copied and stays
    done = _run(tmp_path / "home", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["photos"], told["left_out"], told["rejected"], told["failed"]) == (25, 2, 1, 0)
    assert (told["device"], told["engine"].split()[0]) == ("cpu", "ncnn")
    rates = {one["stage"]: one["images_per_second"] for one in told["stages"]}
    assert list(rates) == ["claim", "load", "detect", "write"]
    assert told["limit"] == min(rates, key=rates.__getitem__)
    assert told["images_per_second"] == pytest.approx(25 / told["seconds"], rel=0.01)
    assert told["percent_of_limit"] == pytest.approx(
        100 * told["images_per_second"] / rates[told["limit"]], rel=0.02
    )
    assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["engines"]


def test_a_folder_without_photos_is_named(tmp_path: Path) -> None:
    done = _run(tmp_path / "home", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"NOT_FOUND There is no photo (JPEG or PNG, whatever it is called) in {tmp_path}." in done.stderr
    assert "Traceback" not in done.stderr


def test_what_somebody_else_made_is_not_removed(tmp_path: Path, photos: Photos) -> None:
    own = tmp_path / "home" / "benchmark" / "mine.txt"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    done = _run(tmp_path / "home", str(photos(1)[0].parent), "--photos", "1")
    assert done.returncode == 5
    assert "was not made by a benchmark" in done.stderr
    assert own.read_text() == "mine"
