"""The rooms that `thumper up` starts are those of the program that was started."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.conftest import ROOT
from thumper.cli import tree
from thumper.settings import Settings


def test_a_room_is_not_run_from_a_checkout_in_which_the_program_was_started(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "thumper").mkdir()
    (tmp_path / "thumper" / "__init__.py").touch()
    (tmp_path / "thumper" / "__main__.py").write_text("print('another checkout')")
    child = tree._child("serve", settings)
    answer = subprocess.run(
        [*child.argv, "--help"], env=child.env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "thumper serve" in answer.stdout, answer


def test_no_program_of_ours_is_run_from_the_folder_in_which_one_stands() -> None:
    for source in [*(ROOT / "thumper").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]:
        for line in source.read_text().splitlines():
            stays = "thumper.imaging.child" in line  # it is run where its package lies
            assert stays or '"-m", "thumper' not in line or '"-P", "-m", "thumper' in line, (
                f"{source}: {line}"
            )
