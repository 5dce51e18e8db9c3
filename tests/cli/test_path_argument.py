"""A variable that is not set, `thumper ingest "$CARD"`, must not mean the folder in which one stands."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from thumper.cli.app import app


@pytest.mark.parametrize(
    "command",
    [
        ["up", "--drop"],
        ["init", "--yes", "--drop"],
        ["ingest"],
        ["backup"],
        ["restore"],
        ["restore", "backup", "--drop"],
        ["benchmark"],
        ["compare"],
        ["cameras", "explain"],
        ["move-source", "/old"],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_refused(command: list[str]) -> None:
    answer = CliRunner().invoke(app, [*command, ""])
    assert answer.exit_code == 2
    assert "it is empty. Name a path" in " ".join(answer.output.replace("│", "").split())
