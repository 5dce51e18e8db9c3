"""A worker whose model dies of one photo, as a fault in a native library would kill it.

    python tests/worker/deadly_worker.py LABEL_OF_DEATH

Everything is the real worker but the last step: the photo whose width is the given number of pixels
kills the process while the model looks at it.
"""

import os
import signal
import sys
from typing import Any

from thumper.settings import Settings
from thumper.worker import main as worker
from thumper.worker.engines.ultralytics_engine import UltralyticsEngine

DEADLY_WIDTH_PX = int(sys.argv[1])
_detect = UltralyticsEngine.detect


def detect(self: UltralyticsEngine, images: Any) -> Any:
    """Look at the images, or die of one."""
    if any(image.shape[1] == DEADLY_WIDTH_PX for image in images):
        os.kill(os.getpid(), signal.SIGKILL)
    return _detect(self, images)


if __name__ == "__main__":
    UltralyticsEngine.detect = detect  # type: ignore[method-assign]
    sys.exit(worker.main(Settings.from_env()))
