"""The packaged model as workers export it, made once for the homes of all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import thumper
from tests.made_once import made_once

_PACKAGE: Final = Path(thumper.__file__).parent

_PROGRAM = """
import sys
from pathlib import Path
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines.exported import Form, exported
exported(resolve(Settings()), Form(sys.argv[1]), Path(sys.argv[2]))
"""


def lay_exports(home: Path, *forms: str) -> Path:
    """Put the exported model into a home, so that its workers start at once; by default in the form of the CPU."""
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
    """Return where a form is: of this model, written by this code of ours and these libraries."""

    def export(folder: Path) -> None:
        # A process of its own: most tests do without PyTorch.
        subprocess.run([sys.executable, "-c", _PROGRAM, form, str(folder)], check=True)

    return made_once(
        f"exports/{form}",
        export,
        files=[*(_PACKAGE / "worker" / "engines").glob("*.py"), *(_PACKAGE / "models").iterdir()],
        packages=["ncnn", "onnx", "onnxruntime", "pnnx", "torch", "ultralytics"],
    )
