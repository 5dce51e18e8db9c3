"""The packaged model as workers export it, made once for the homes of all tests."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from filelock import FileLock

import thumper

_PACKAGE: Final = Path(thumper.__file__).parent
_CACHE: Final = Path(__file__).resolve().parents[1] / ".pytest_cache" / "exports"

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
    """Return where a form is, written by the first process of all runs that asks for it."""
    folder = _CACHE / _key() / form
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            scratch = tempfile.mkdtemp(dir=folder.parent)
            # A process of its own: most tests do without PyTorch.
            subprocess.run([sys.executable, "-c", _PROGRAM, form, scratch], check=True)
            Path(scratch).rename(folder)
    return folder


def _key() -> str:
    """Return a key of all that an exported model depends on: the model, our code that writes it, the libraries."""
    digest = hashlib.sha256()
    for path in sorted((*(_PACKAGE / "worker" / "engines").glob("*.py"), *(_PACKAGE / "models").iterdir())):
        digest.update(path.read_bytes())
    for library in ("ncnn", "onnx", "onnxruntime", "pnnx", "torch", "ultralytics"):
        digest.update(version(library).encode())
    return digest.hexdigest()[:16]
