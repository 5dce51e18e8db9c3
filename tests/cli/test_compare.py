"""`thumper compare`, as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from thumper.domain.precision import Precision
from thumper.settings import Settings


def _run(home: Path, precision: Precision, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "thumper", "compare", *arguments],
        env=Settings(home=home, device="cpu", precision=precision).as_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def test_the_reference_is_not_compared_with_itself(tmp_path: Path) -> None:
    done = _run(tmp_path, Precision.FP32, str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "BAD_SETTING THUMPER_PRECISION is fp32, the reference itself." in done.stderr


@pytest.mark.slow
def test_a_few_photos_are_compared_where_the_processor_can(
    tmp_path: Path, photos: Callable[[int], list[Path]]
) -> None:
    done = _run(tmp_path, Precision.BF16, str(photos(1)[0].parent), "--photos", "4", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    if "bf16" in Path("/proc/cpuinfo").read_text():
        assert told["photos"] == 4
        assert 0 < told["found"] <= told["reference_boxes"]
        assert (told["good"], told["enough"], told["kept"]) == (False, False, False)
    else:
        assert "needs a CPU with bf16 instructions" in told["error"]["message"]
