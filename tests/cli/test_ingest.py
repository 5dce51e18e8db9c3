"""`thumper ingest`: its receipt and verdict without a running API, and a server that goes away under it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer

from tests.ingest.conftest import small_jpeg
from tests.ingest.devices import folder_on_another_device
from tests.pipeline import use_detector
from thumper.cli import ingest
from thumper.cli.receipt import finish
from thumper.errors import ServiceDownError
from thumper.ingest import deliver
from thumper.settings import Settings
from thumper.store.disk import library_claim
from thumper.store.postgres.connect import open_database


async def test_postgresql_going_away_is_said_in_a_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object, **__: object) -> None:
        raise ConnectionResetError("connection lost")

    monkeypatch.setattr(deliver, "ingest_path", cut_off)
    with pytest.raises(ServiceDownError, match="connection lost"):
        await ingest._ingest(settings, tmp_path, location=None, wait=False, most=None)


async def test_the_verdict_is_that_of_the_api_and_needs_no_running_one(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    with folder_on_another_device(tmp_path) as card:
        for shade in range(3):
            (card / f"{shade}.jpg").write_bytes(small_jpeg(shade))
        answer = await ingest._ingest(settings, card, location="Ridge", wait=False, most=None)
        assert (answer["found"], answer["stored"], answer["location"]) == (3, 3, "Ridge")
        assert [file["path"] for file in answer["storedFiles"]] == ["0.jpg", "1.jpg", "2.jpg"]
        with pytest.raises(typer.Exit) as safe:
            finish(answer, as_json=False, everything=False)
        assert safe.value.exit_code == 0
        assert "SAFE TO WIPE" in capsys.readouterr().out
        (card / "CLIP.MP4").write_bytes(b"film")
        again = await ingest._ingest(settings, card, location="Ridge", wait=False, most=None)
        assert (again["duplicate"], again["videos"]) == (3, 1)
        with pytest.raises(typer.Exit) as unsafe:
            finish(again, as_json=True, everything=True)
        assert unsafe.value.exit_code == 3
        assert json.loads(capsys.readouterr().out)["wipe"]["obstacles"][0]["code"] == "VIDEOS"


async def test_a_repaired_card_is_not_called_safe_and_its_rescued_photos_are_named_with_what_to_do(
    settings: Settings, tmp_path: Path, field_inputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    with folder_on_another_device(tmp_path) as folder:
        card = shutil.copytree(field_inputs / "card", folder / "card")
        answer = await ingest._ingest(settings, card, location=None, wait=False, most=None)
        with pytest.raises(typer.Exit) as unsafe:
            finish(answer, as_json=False, everything=False)
        assert unsafe.value.exit_code == 3
        words = " ".join(capsys.readouterr().out.split())
        assert "NOT SAFE TO WIPE" in words
        assert "2 files at" in words
        assert "begin like photos or videos" in words
        assert "FOUND.000/FILE0000.CHK" in words
        assert "LOST.DIR/PICT0009.JPG" in words
        assert "names that end in .jpg" in words
        assert [found["code"] for found in answer["wipe"]["obstacles"]] == ["NOT_READ"]
