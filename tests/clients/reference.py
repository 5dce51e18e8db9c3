"""The schema as a page to read, docs/schema.md, by graphql-markdown: `make schema`."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
SCHEMA: Final = HERE.parents[1] / "thumper" / "graphql" / "schema.graphql"
BEGINNING: Final = (
    "Generated from the schema by `make schema`; do not edit it. Examples of its use: [api.md](api.md).\n"
)


def reference() -> str:
    """Return the page in Markdown."""
    program = HERE / "node_modules" / "graphql-markdown" / "src" / "index.js"
    asked = ["--title", "Schema reference", "--prologue", BEGINNING]
    done = subprocess.run(["node", program, *asked, SCHEMA], capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    print(reference(), end="")
