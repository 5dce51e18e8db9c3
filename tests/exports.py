"""The packaged model as workers export it, made once a run: what every home of a test would write for itself."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_PROGRAM = """
import sys
from pathlib import Path
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines.exported import Form, exported
exported(resolve(Settings()), Form.NCNN, Path(sys.argv[1]))
"""


def lay_exports(home: Path) -> None:
    """Give a home the exported model, so that its workers start at once."""
    if not (home / "engines").exists():
        shutil.copytree(_exports(), home / "engines", copy_function=_link)


def _link(source: str, target: str) -> None:
    """Link a file, or copy it to another file system."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@cache
def _exports() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="thumper-exports-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # A process of its own: most tests do without PyTorch.
    subprocess.run([sys.executable, "-c", _PROGRAM, str(folder)], check=True)
    return folder
