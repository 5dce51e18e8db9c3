"""An environment that has the MegaDetector package, made when it is asked for: Thumper does not depend on it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final

VERSION: Final = "10.0.28"
SHARED: Final = ("torch", "torchvision", "ultralytics", "opencv-python", "numpy")
"""What both run on; the rival gets the versions that Thumper has."""
NEEDED: Final = (
    "dill",
    "fastquadtree",
    "humanfriendly",
    "jsonpickle",
    "matplotlib",
    "pandas",
    "pillow",
    "pytest",
    "python-dateutil",
    "requests",
    "scikit-learn",
    "send2trash",
    "tqdm",
)
"""What it imports for ultralytics' weights: of what it asks for, not `clipboard`, `ruff` and `ultralytics-yolov5`."""
ASK: Final = """
from importlib.metadata import PackageNotFoundError, version
for name in {names!r}:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass
"""


def python_in(environment: Path) -> Path:
    """Return the Python of an environment that has MegaDetector, which is made first when there is none."""
    python = (
        environment.absolute() / "bin" / "python"
    )  # not resolved: the link itself is what makes it another
    if not _versions(python, ("megadetector",)):
        print(f"MegaDetector {VERSION} is installed into {environment}, once", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        _install(python, *_pinned(), *NEEDED)
        _install(python, "--no-deps", f"megadetector=={VERSION}")  # last: where it is, all else is
    return python


def described(python: Path) -> str:
    """Return which MegaDetector it is. Raise `RuntimeError` if its ultralytics or PyTorch is not that of Thumper."""
    found = _versions(python, ("megadetector", "torch", "ultralytics"))
    for name in ("torch", "ultralytics"):
        if _public(found[name]) != _public(version(name)):
            raise RuntimeError(f"MegaDetector runs on {name} {found[name]}, Thumper on {version(name)}")
    return f"MegaDetector {found['megadetector']}"


def _pinned() -> list[str]:
    return [f"{name}=={_public(version(name))}" for name in SHARED]


def _public(numbers: str) -> str:
    """Leave out for which processor a package was built."""
    return numbers.partition("+")[0]


def _install(python: Path, *packages: str) -> None:
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)


def _versions(python: Path, names: tuple[str, ...]) -> dict[str, str]:
    if not python.exists():
        return {}
    asked = [str(python), "-c", ASK.format(names=names)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return dict(line.split(" ", 1) for line in told.splitlines())
