"""The rival: ultralytics' own `yolo predict`, as a user would run it on a folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path


def run_yolo(model: Path, photos: Path, *, into: Path, options: tuple[str, ...] = ()) -> float:
    """Run `yolo predict` over a folder in a process of its own; return its wall seconds, start-up included.

    Raises `RuntimeError` unless it wrote down a result for at least one photo: a rival that failed
    must not look fast.
    """
    environment = os.environ | {
        "YOLO_AUTOINSTALL": "false",
        "YOLO_OFFLINE": "true",
        "YOLO_CONFIG_DIR": str(into / "config"),
    }
    (into / "config").mkdir(parents=True, exist_ok=True)
    command = [
        str(Path(sys.executable).with_name("yolo")),
        "predict",
        f"model={model}",
        f"source={photos}",
        "save=False",
        "save_txt=True",
        f"project={into}",
        "name=run",
        "exist_ok=True",
        *options,
    ]
    started = time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took_s = time.monotonic() - started
    if not any((into / "run" / "labels").glob("*.txt")):
        raise RuntimeError(f"yolo predict found nothing in {photos}; its time does not count")
    return took_s
