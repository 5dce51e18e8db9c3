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
exported(resolve(Settings()), Form(sys.argv[1]), Path(sys.argv[2]))
"""


def lay_exports(home: Path, *forms: str) -> Path:
    """Return a home the exported model, so that its workers start at once; in the form of the CPU unless told which."""
    for form in forms or ("ncnn",):
        shutil.copytree(_exports(form), home / "engines", copy_function=_link, dirs_exist_ok=True)
    return home / "engines"


def _link(source: str, target: str) -> None:
    """Link a file, or copy it to another file system."""
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        shutil.copyfile(source, target)


@cache
def _exports(form: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="thumper-exports-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # A process of its own: most tests do without PyTorch.
    subprocess.run([sys.executable, "-c", _PROGRAM, form, str(folder)], check=True)
    return folder
