"""`thumper ingest`: its receipt and verdict without a running API, and a server that goes away under it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import typer

from tests.ingest.conftest import photo_of, small_jpeg
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
        assert answer["clockQuestion"] is None
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


async def test_the_receipt_asks_whether_an_old_card_came_out_of_a_camera_and_doubts_one_from_the_future(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = dt.datetime.now(dt.UTC)
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    for days in (-365, 3):
        (tmp_path / f"card{days}").mkdir()
        (tmp_path / f"card{days}" / "IMG_0001.JPG").write_bytes(photo_of(now + dt.timedelta(days=days)))
    old = await ingest._ingest(settings, tmp_path / "card-365", location=None, wait=False, most=20)
    with pytest.raises(typer.Exit):
        finish(old, as_json=False, everything=False)
    out = capsys.readouterr().out
    assert "  clock: The newest photo of this card is of " in out
    assert f"    yes: thumper clock fix --dump {old['dump']} --offset +36" in out
    assert f"    no:  thumper clock right {old['dump']}" in out
    ahead = await ingest._ingest(settings, tmp_path / "card3", location=None, wait=False, most=20)
    assert [line["code"] for line in ahead["clockWarnings"]] == ["AHEAD_OF_ARRIVAL"]
