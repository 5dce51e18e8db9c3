"""What has been run already: one line of JSON a run, so that an interrupted `make faults` goes on at the next seed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.faults.scenario import Outcome


class Journal:
    """A file of outcomes. A line that was cut off when the harness was killed does not count."""

    def __init__(self, path: Path) -> None:
        """Name the file; it need not be there."""
        self.path = path

    def outcomes(self) -> list[Outcome]:
        """Return the outcome of every run, of those with the same scenario and seed the last one."""
        latest = {(one.scenario, one.seed): one for one in self._lines()}
        return list(latest.values())

    def add(self, outcome: Outcome) -> None:
        """Write down a run that has ended."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = b"".join(line + b"\n" for line in self._whole_lines())
        with self.path.with_suffix(".new").open("wb") as file:
            file.write(whole + json.dumps(outcome.as_json()).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.path.with_suffix(".new").replace(self.path)

    def _lines(self) -> Iterator[Outcome]:
        for line in self._whole_lines():
            read = json.loads(line)
            yield Outcome(**read | {"violations": tuple(read["violations"])})

    def _whole_lines(self) -> list[bytes]:
        if not self.path.exists():
            return []
        *whole, _cut_off = self.path.read_bytes().split(b"\n")
        return whole
