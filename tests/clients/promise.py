"""What was promised to those who write clients, `released.graphql`, and renewing it at a release: `make released`.

Decision 056 says what is promised; `inspect.js` finds what a change breaks.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.clients.reference import SCHEMA

HERE: Final = Path(__file__).parent
RELEASED: Final = SCHEMA.with_name("released.graphql")


def broken(pairs: Sequence[tuple[str, str]], *, today: dt.date) -> list[list[str]]:
    """Return for each pair of a released schema and a current one a sentence for each promise that is broken."""
    asked = json.dumps(
        [
            {"released": released, "current": current, "today": today.isoformat()}
            for released, current in pairs
        ]
    )
    done = subprocess.run(
        ["node", HERE / "inspect.js"], input=asked, capture_output=True, text=True, check=True
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


def renew() -> int:
    """Promise what the present schema says, if it keeps what was promised before; return an exit code."""
    current = SCHEMA.read_text(encoding="utf-8")
    pair = (RELEASED.read_text(encoding="utf-8"), current)
    (problems,) = broken([pair], today=dt.datetime.now(dt.UTC).date())
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        RELEASED.write_text(current, encoding="utf-8")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(renew())
