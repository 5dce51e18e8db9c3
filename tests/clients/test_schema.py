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


def test_the_schema_keeps_the_rules_of_graphql_eslint() -> None:
    program: list[str | Path] = ["node", HERE / "node_modules" / ".bin" / "eslint", "--format", "json"]
    linting = subprocess.run(
        [*program, "--config", HERE / "eslint.config.js", SCHEMA], cwd=ROOT, capture_output=True, check=False
    )
    (linted,) = json.loads(linting.stdout)
    assert (
        {message["message"] for message in linted["messages"]}
        == {
            "Enum type `RequestErrorCode` is unreachable."  # it lists the codes of top-level errors, which no field has
        }
    )


def test_the_reference_is_that_of_the_schema() -> None:
    page = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")
    assert page == reference(), "run make schema"
