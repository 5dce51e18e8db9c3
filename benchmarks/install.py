"""What installing Thumper costs on a fresh machine, and how soon the drawn ranch shows its first detection.

`python -m benchmarks.install [--rounds 3] [--torch]` makes a clean copy of what is committed. It downloads once
what `make install` needs, and measures that; then each round installs from it (a warm package cache) and starts
`thumper demo` on a new home.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.bound_process import bound
from benchmarks.machine import Others, describe, disturbed

ROOT: Final = Path(__file__).resolve().parents[1]
DETECTED: Final = "{ detections(first: 1) { totalCount } }"
LIMIT_S: Final = 1200.0
LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of `make install`, and from the start of `thumper demo` to the first committed detection."""

    install_s: float
    first_detection_s: float


class Machine:
    """A fresh machine's folder: a checkout, and package caches of its own."""

    def __init__(self, folder: Path, *, torch: bool) -> None:
        """Copy what is committed, as a user clones it."""
        self._folder = folder
        self.checkout = folder / "thumper"
        self._wheels = folder / "wheels"
        self._variables = {
            "TORCH": "1" if torch else "0",
            "npm_config_cache": str(folder / "npm"),
            "PIP_CACHE_DIR": str(folder / "pip"),
        }
        self._extras = "worker,torch" if torch else "worker"
        _run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(self.checkout)], cwd=folder)

    def download(self) -> tuple[float, float]:
        """Download what is installed, into caches that later installs use; return megabytes of pip's and npm's."""
        self._make("install")  # fills npm's cache, and gives a pip
        python = self.checkout / ".venv" / "bin" / "python"
        _run(
            [
                *(str(python), "-m", "pip", "download", "--quiet", "--dest", str(self._wheels)),
                *("--no-build-isolation", "--constraint", "constraints.txt"),
                *("setuptools", f".[{self._extras}]"),
            ],
            cwd=self.checkout,
        )
        for built in self._wheels.glob("thumper-*"):
            built.unlink()
        self._variables |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self._wheels)}
        return _megabytes(self._wheels), _megabytes(self._folder / "npm" / "_cacache" / "content-v2")

    def install(self) -> float:
        """Install from the start; return the seconds."""
        self._make("clean")
        began_s = time.monotonic()
        self._make("install")
        return time.monotonic() - began_s

    def size_mb(self) -> float:
        """Return what the installation takes on disk."""
        return _megabytes(self.checkout / ".venv") + _megabytes(self.checkout / "thumper" / "web" / "pages")

    def first_detection(self) -> float:
        """Start the drawn ranch on a new home; return the seconds until a detection is in the database."""
        with tempfile.TemporaryDirectory() as home:
            variables = {
                "THUMPER_HOME": home,
                "THUMPER_PORT": str(_free_port()),
                "THUMPER_DEVICE": "cpu",
                "XDG_STATE_HOME": home,
            }
            began_s = time.monotonic()
            demo = subprocess.Popen(
                bound([self.checkout / ".venv" / "bin" / "thumper", "demo", "--keep"]),
                cwd=home,
                env=os.environ | variables,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                _wait_for_detection(demo, variables["THUMPER_PORT"], Path(home) / "demo" / "owner-token")
                return time.monotonic() - began_s
            finally:
                demo.terminate()
                demo.wait(60)

    def _make(self, target: str) -> None:
        _run(["make", "--no-print-directory", target], cwd=self.checkout, **self._variables)


def _run(argv: list[str], *, cwd: Path, **variables: str) -> None:
    """Run a command; raise `RuntimeError` with what it printed if it fails."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        timeout=LIMIT_S,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _megabytes(folder: Path) -> float:
    """Return what the blocks of all files below a folder take, in MB of 10⁶ bytes."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*")) / 1e6


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_detection(demo: subprocess.Popen[bytes], port: str, token: Path) -> None:
    until_s = time.monotonic() + LIMIT_S
    while time.monotonic() < until_s:
        if demo.poll() is not None:
            raise RuntimeError(f"`thumper demo` ended with {demo.returncode}")
        shown = token.read_text(encoding="ascii").strip() if token.exists() else ""
        asked = urllib.request.Request(  # our own address
            f"http://127.0.0.1:{port}/graphql",
            data=json.dumps({"query": DETECTED}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {shown}"},
        )
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310  # our own address
                if json.load(answer)["data"]["detections"]["totalCount"] > 0:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass  # it still starts
        time.sleep(LOOK_S)
    raise RuntimeError(f"no detection within {LIMIT_S:g} s")


def main() -> None:
    """Measure, and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--torch", action="store_true", help="with PyTorch, as on a machine with an NVIDIA GPU"
    )
    parser.add_argument(
        "--where", type=Path, help="folder for it all; default: the system's for temporary files"
    )
    options = parser.parse_args()
    print(describe())
    rounds, shares = list[Round](), list[float]()
    with tempfile.TemporaryDirectory(dir=options.where) as folder:
        machine = Machine(Path(folder), torch=options.torch)
        packages_mb, npm_mb = machine.download()
        for _ in range(options.rounds):
            others = Others()
            rounds.append(Round(machine.install(), machine.first_detection()))
            shares.append(others.share())
            print(
                f"  install {rounds[-1].install_s:.1f} s, first detection {rounds[-1].first_detection_s:.1f} s"
            )
        print(f"downloaded: {packages_mb:.0f} MB of packages, {npm_mb:.0f} MB of npm's for the query page")
        print(f"stays: {machine.size_mb():.0f} MB")
    print(f"make install, warm cache: {statistics.median(one.install_s for one in rounds):.1f} s")
    print(
        f"first detection: {statistics.median(one.first_detection_s for one in rounds):.1f} s after the start"
    )
    print(f"rounds that other programs disturbed: {disturbed(shares) or 'none'}")


if __name__ == "__main__":
    main()
