"""The schema keeps the rules of graphql-eslint, and its reference is up to date."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.clients.reference import SCHEMA, reference

pytestmark = pytest.mark.slow

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]


def node(*words: str | Path, cwd: Path = HERE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", *words], cwd=cwd, capture_output=True, text=True, check=False)


def lint(schema: Path) -> subprocess.CompletedProcess[str]:
    program = HERE / "node_modules" / ".bin" / "eslint"
    return node(program, "--format", "json", "--config", HERE / "eslint.config.js", schema, cwd=ROOT)


def test_the_schema_keeps_the_rules_of_graphql_eslint() -> None:
    (linted,) = json.loads(lint(SCHEMA).stdout)
    assert (
        {message["message"] for message in linted["messages"]}
        == {
            "Enum type `RequestErrorCode` is unreachable."  # it lists the codes of top-level errors, which no field has
        }
    )


def test_the_reference_is_that_of_the_schema() -> None:
    page = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")
    assert page == reference(), "run make schema"
