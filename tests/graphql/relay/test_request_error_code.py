from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import thumper
from thumper.graphql.relay.request_error_code import RequestErrorCode
from thumper.graphql.relay.user_error import UserErrorCode

ROOT = Path(thumper.__file__).parents[1]
WORDS = {str(code) for code in RequestErrorCode}


def literals() -> Iterator[str]:
    """Yield every text in the rooms that answer requests that is written as a code is, in two words or more."""
    for room in ("graphql", "web"):
        for path in (ROOT / "thumper" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and re.fullmatch(r"[A-Z]+(_[A-Z]+)+", text):
                    yield text


def test_the_schema_lists_each_code_that_a_request_is_refused_with() -> None:
    assert set(literals()) - {code.name for code in UserErrorCode} <= WORDS


def test_each_code_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    section = page.partition("## API requests")[2].partition("\n## ")[0]
    documented = [
        code for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for code in row.split(", ")
    ]
    assert sorted(documented) == sorted(f"`{word}`" for word in WORDS)
