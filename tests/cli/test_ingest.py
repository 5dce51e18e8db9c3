"""`thumper ingest`: its receipt and verdict without a running API, and a server that goes away under it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import shutil
from pathlib import Path

import asyncpg
import pytest
import typer
from rich.progress import Progress

from tests.ingest.conftest import photo_of, small_jpeg
from tests.ingest.devices import folder_on_another_device
from tests.pipeline import detect, use_detector
from thumper.cli import ingest
from thumper.cli.own_api import OwnApi
from thumper.cli.receipt import finish
from thumper.errors import BusyError, ServiceDownError
from thumper.ingest import deliver
from thumper.ingest.context import IngestContext
from thumper.settings import Settings
from thumper.store.disk import library_claim
from thumper.store.postgres.connect import client, open_database


async def test_postgresql_going_away_is_said_in_a_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object, **__: object) -> None:
        raise ConnectionResetError("connection lost")

    monkeypatch.setattr(deliver, "ingest_path", cut_off)
    with pytest.raises(ServiceDownError, match="connection lost"):
        await ingest._ingest(settings, tmp_path, location=None, wait=False, most=None)


async def test_a_deadlock_that_was_lost_is_not_called_an_outage(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(*_: object, **__: object) -> None:
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    monkeypatch.setattr(deliver, "ingest_path", lose)
    with pytest.raises(BusyError, match="Nothing was lost; run the command again") as told:
        await ingest._ingest(settings, tmp_path, location=None, wait=False, most=None)
    assert (told.value.exit_code, "does not answer" in str(told.value)) == (1, False)


async def test_the_verdict_is_that_of_the_api_and_needs_no_running_one(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    with folder_on_another_device(tmp_path) as card:
        for shade in range(3):
            (card / f"{shade}.jpg").write_bytes(small_jpeg(shade))
        answer, _ = await ingest._ingest(settings, card, location="Ridge", wait=False, most=None)
        assert answer["clockQuestion"] is None
        assert (answer["found"], answer["stored"], answer["location"]) == (3, 3, "Ridge")
        assert [file["path"] for file in answer["storedFiles"]] == ["0.jpg", "1.jpg", "2.jpg"]
        with pytest.raises(typer.Exit) as safe:
            finish(answer, as_json=False, everything=False)
        assert safe.value.exit_code == 0
        assert "SAFE TO WIPE" in capsys.readouterr().out
        (card / "CLIP.MP4").write_bytes(b"film")
        again, _ = await ingest._ingest(settings, card, location="Ridge", wait=False, most=None)
        assert (again["duplicate"], again["videoCount"]) == (3, 1)
        with pytest.raises(typer.Exit) as unsafe:
            finish(again, as_json=True, everything=True)
        assert unsafe.value.exit_code == 3
        assert json.loads(capsys.readouterr().out)["wipe"]["obstacles"][0]["code"] == "VIDEOS"


def _card(folder: Path, photos: int) -> Path:
    folder.mkdir()
    for shade in range(photos):
        (folder / f"{shade}.jpg").write_bytes(small_jpeg(shade))
    return folder


async def test_waiting_includes_photos_that_another_delivery_brought_and_ends_with_them(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    first, second = _card(tmp_path / "first", 2), _card(tmp_path / "second", 3)
    await ingest._ingest(settings, first, location=None, wait=False, most=None)

    answer, _ = await ingest._ingest(settings, second, location=None, wait=False, most=None)
    assert (answer["stored"], answer["duplicate"]) == (1, 2)

    context = IngestContext.of(settings)
    async with open_database(settings.postgres_url):
        with Progress() as progress:
            waiting = asyncio.create_task(ingest._wait(OwnApi(context).ask, answer["dump"], progress))
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done
            for left in (3, 2, 1):
                assert not waiting.done(), left
                await detect(1)
            assert await asyncio.wait_for(waiting, 20) == ""
    await context.wakeup.close()


async def test_waiting_has_an_end_without_a_worker(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "STILL_S", 0.6)
    monkeypatch.setattr(ingest, "LOOK_S", 0.1)
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    card = _card(tmp_path / "card", 2)
    answer, unseen = await asyncio.wait_for(
        ingest._ingest(settings, card, location=None, wait=True, most=None), 20
    )
    assert answer["stored"] == 2
    assert unseen.startswith("2 of 2 photos were not looked at; nothing happened for 1 s (worker: none).")
    with pytest.raises(typer.Exit) as ended:
        finish(answer, as_json=True, everything=True, otherwise=ingest.EX_NOT_SEEN)
    assert ended.value.exit_code == 4


async def test_photos_that_are_held_are_not_waited_for(settings: Settings, tmp_path: Path) -> None:
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    card = _card(tmp_path / "card", 2)
    await ingest._ingest(settings, card, location=None, wait=False, most=None)
    async with open_database(settings.postgres_url):
        await client().execute_query("UPDATE job SET held = TRUE")
    _, unseen = await asyncio.wait_for(
        ingest._ingest(settings, card, location=None, wait=True, most=None), 20
    )
    assert (
        unseen == "2 of 2 photos were not looked at: they wait until detection is asked for (detectPending)."
    )


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
    old, _ = await ingest._ingest(settings, tmp_path / "card-365", location=None, wait=False, most=20)
    with pytest.raises(typer.Exit):
        finish(old, as_json=False, everything=False)
    out = capsys.readouterr().out
    assert "  clock: The newest photo of this card is of " in out
    assert f"    yes: thumper clock fix --dump {old['dump']} --offset +36" in out
    assert f"    no:  thumper clock right {old['dump']}" in out
    ahead, _ = await ingest._ingest(settings, tmp_path / "card3", location=None, wait=False, most=20)
    assert [line["code"] for line in ahead["clockWarnings"]] == ["AHEAD_OF_ARRIVAL"]


async def test_a_repaired_card_is_not_called_safe_and_its_rescued_photos_are_named_with_what_to_do(
    settings: Settings, tmp_path: Path, field_inputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_database(settings.postgres_url):
        await use_detector()
        await library_claim.check_library(settings.library_dir)
    with folder_on_another_device(tmp_path) as folder:
        card = shutil.copytree(field_inputs / "card", folder / "card")
        answer, _ = await ingest._ingest(settings, card, location=None, wait=False, most=None)
        with pytest.raises(typer.Exit) as unsafe:
            finish(answer, as_json=False, everything=False)
        assert unsafe.value.exit_code == 3
        words = " ".join(capsys.readouterr().out.split())
        assert "NOT SAFE TO WIPE" in words
        assert "2 files at" in words
        assert "begin like photos, videos or archives" in words
        assert "FOUND.000/FILE0000.CHK" in words
        assert "LOST.DIR/PICT0009.JPG" in words
        assert "names ending in .jpg" in words
        assert [found["code"] for found in answer["wipe"]["obstacles"]] == ["NOT_READ"]
