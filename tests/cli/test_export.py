"""`thumper export csv` against a running API."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import factories as make
from thumper.cli.app import app
from thumper.cli.client import ApiRefusedError
from thumper.errors import NotFoundError, ServiceDownError, ThumperError, UsageError

pytestmark = pytest.mark.usefixtures("at_the_api")


async def export(*words: str) -> bytes:
    """Return what `thumper export csv` writes."""
    run = CliRunner().invoke
    result = await asyncio.to_thread(run, app, ["export", "csv", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


async def test_a_spreadsheet_is_written_of_what_was_asked_for(tmp_path: Path) -> None:
    oak, dump = await make.make_location("Oak"), await make.make_dump()
    await make.make_image(dump, location=oak, file_name="a.jpg")
    await make.make_image(dump, file_name="b.jpg")
    await make.make_image(dump, file_name="c.jpg", taken_at=make.NOON + dt.timedelta(days=9))
    assert [row["file"] for row in rows(await export("images"))] == ["a.jpg", "b.jpg", "c.jpg"]
    assert [row["file"] for row in rows(await export("images", "--stand", "oak"))] == ["a.jpg"]
    assert [row["file"] for row in rows(await export("images", "--since", "2024-11-12"))] == ["c.jpg"]
    assert len(rows(await export("images", "--until", "2024-11-12"))) == 2
    assert [row["file"] for row in rows(await export("images", "--where", '{"withoutLocation": false}'))] == [
        "a.jpg"
    ]
    file = tmp_path / "all.csv"
    file.write_text("older")
    assert await export("images", "--excel", "--output", str(file)) == f"3 rows are in {file}.\n".encode()
    assert file.read_bytes().startswith(b"\xef\xbb\xbffile,")
    assert len(rows(file.read_bytes())) == 3
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize(
    ("words", "error", "names"),
    [
        (("--where", "{"), UsageError, "no JSON"),
        (("--where", "[]"), UsageError, "an object"),
        (("--where", '{"sexx": 1}'), ApiRefusedError, "sexx"),
        (("--stand", "Elm"), NotFoundError, "Elm"),
        (("--since", "noon"), UsageError, "--since"),
        (("--output", "/"), UsageError, "a folder"),
        (("--output", "/nowhere/a.csv"), ThumperError, "/nowhere/a.csv"),
    ],
)
async def test_what_cannot_be_written_is_said(
    words: tuple[str, str], error: type[Exception], names: str
) -> None:
    with pytest.raises(error, match=names):
        await export("images", *words)


async def test_without_a_thumper_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("THUMPER_PORT", "1")
    with pytest.raises(ServiceDownError, match="thumper up"):
        await export("images", "--output", str(tmp_path / "a.csv"))
    assert list(tmp_path.glob("a.csv*")) == []
