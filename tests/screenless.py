"""A machine without a screen: a mount namespace in which no library of windows or OpenGL exists.

User namespaces make that possible without root, and nothing outside changes. The machine must allow them:
`unshare --user --map-root-user --mount true` succeeds where it does.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

HIDE: Final = r"""
set -eu
mount -t tmpfs scratch "$1"
for library in $(/sbin/ldconfig -p | sed -n 's/.* => //p' | grep -E '/lib(GL|EGL|X11|xcb)\.so'); do
    folder=$(dirname "$(realpath "$library")")
    changes=$1/$(echo "$folder" | tr / -)
    if [ ! -d "$changes" ]; then
        mkdir "$changes" "$changes-work"
        mount -t overlay screenless -o "lowerdir=$folder,upperdir=$changes,workdir=$changes-work" "$folder"
    fi
    rm -f "$library"
done
shift
exec "$@"
"""
"""Lays an overlay over each folder with such a library, and removes the library from that."""

LOOK: Final = """
import ctypes, sys
from pathlib import Path
try:
    ctypes.CDLL("libGL.so.1")
except OSError:
    pass
else:
    sys.exit("libGL.so.1 is still there")
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker.loader import load_detector
from thumper.worker.proof import look_at_scene
settings = Settings(home=Path(sys.argv[1]), device="cpu", engine=sys.argv[2])
proof = look_at_scene(load_detector(resolve(settings), settings))
print(proof.engine, *sorted(box.label for box in proof.boxes))
"""
"""Looks at the drawn scene in a process that cannot load libGL.so.1; prints the engine and the labels."""


def look_at_scene(python: Path, engine: str, folder: Path) -> str:
    """Have the packaged detector look at the drawn scene without a screen; return engine and labels that it printed.

    Fails when the machine allows no such namespace, or when the detector cannot be loaded in it.
    """
    scratch = folder / "scratch"
    scratch.mkdir()
    looked = subprocess.run(
        [
            *("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private"),
            *("sh", "-c", HIDE, "sh", str(scratch), str(python)),
            *("-P", "-c", LOOK, str(folder / "home"), engine),
        ],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("THUMPER_")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert looked.returncode == 0, f"{looked.stdout}\n{looked.stderr}"
    return looked.stdout
