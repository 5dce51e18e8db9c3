"""The limit: nothing but the forward pass of Thumper's own engine, on pictures that are ready in memory.

    python -m benchmarks.bare_forward FOLDER PHOTOS THREADS

Engine and precision are those of the settings; the exported model is that of the home, as a worker there has it. It
reports the seconds of processor time and of the clock that the passes took, without start-up and preparation.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.engines.device import CPU
from thumper.worker.engines.network import Network
from thumper.worker.engines.runtimes import open_network

if TYPE_CHECKING:
    from numpy.typing import NDArray


def main() -> None:
    """Pass every photo through the network."""
    folder, number, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    settings = Settings()
    network, engine = open_network(resolve(settings), CPU, settings.engine, exports=settings.home / "engines")
    photos = sorted(folder.glob("*.[jJ][pP]*[gG]"))[:number]
    boxed = [
        network.letterbox(np.asarray(decode(photo.read_bytes(), Limits()).image))[None] for photo in photos
    ]
    twins: SimpleQueue[Network] = SimpleQueue()
    for twin in [network, *(network.twin() for _ in range(threads - 1))]:
        twin.forward(boxed[0])
        twins.put(twin)

    def forward(picture: NDArray[np.uint8]) -> None:
        twin = twins.get()
        twin.forward(picture)
        twins.put(twin)

    with ThreadPoolExecutor(threads, "stream", network.enter_thread) as pool:
        began_s, began_cpu_s = time.monotonic(), time.process_time()
        for _ in pool.map(forward, boxed):
            pass
        wall_s, cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    print(json.dumps({"engine": engine, "images": len(boxed), "cpu_s": cpu_s, "wall_s": wall_s}))


if __name__ == "__main__":
    main()
