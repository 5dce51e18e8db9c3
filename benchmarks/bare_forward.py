"""The limit: nothing but the forward pass of Thumper's own engine, on pictures that are ready in memory.

    python -m benchmarks.bare_forward FOLDER PHOTOS THREADS

It reports the seconds of processor time and of the clock that the passes took, without start-up and preparation.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines.exported import onnx_file
from thumper.worker.engines.onnx_network import OnnxNetwork


def main() -> None:
    """Pass every photo through the network."""
    folder, number, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as exports:
        network = OnnxNetwork(onnx_file(resolve(Settings()), Path(exports)))
    photos = sorted(folder.glob("*.[jJ][pP]*[gG]"))[:number]
    boxed = [
        network.letterboxed([np.asarray(decode(photo.read_bytes(), Limits()).image)]) for photo in photos
    ]
    network.forward(boxed[0])
    with ThreadPoolExecutor(threads) as pool:
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        for _ in pool.map(network.forward, boxed):
            pass
        wall_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    print(json.dumps({"images": len(boxed), "cpu_s": cpu_s, "wall_s": wall_s}))


if __name__ == "__main__":
    main()
