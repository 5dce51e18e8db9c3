"""The program that writes a model in the form that ONNX Runtime takes, with ultralytics' own exporter.

    python -m thumper.worker.engines.exporter MODEL.pt SCRATCH

writes `SCRATCH/model.onnx`. It is a program of its own because the exporter imports, prints and leaves behind much
that a worker does without; all of it goes away with the process and the folder. What went wrong is the last line of
its standard error.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from pathlib import Path


def main() -> None:
    """Export the model named by the arguments."""
    source, scratch = map(Path, sys.argv[1:])
    tempfile.tempdir = str(scratch)
    warnings.simplefilter("ignore")  # of the libraries among each other
    from thumper.worker.engines.library import YOLO  # noqa: PLC0415  # what it writes lands in the scratch folder

    copy = shutil.copyfile(source, scratch / "model.pt")
    # Of any height and width, as photos have; the graph is simplified by the runtime that loads it.
    YOLO(str(copy)).export(format="onnx", dynamic=True, simplify=False, device="cpu")


if __name__ == "__main__":
    main()
