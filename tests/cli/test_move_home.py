"""A real home is moved to another disk, and goes on there; its copy is refused until a person insists."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import give_commands
from tests.clusters import lay_cluster
from tests.factories import make_dump, make_image
from tests.ingest.conftest import small_jpeg
from tests.pipeline import use_detector
from thumper.cli import ingest, move_home
from thumper.cli.prepare import prepare
from thumper.cli.servers import with_addresses
from thumper.embedded.servers import running_servers
from thumper.errors import NotFoundError, RefusedError, UsageError
from thumper.settings import Settings
from thumper.store.disk import library_claim
from thumper.store.models import Detection, File, Image, Job, Source
from thumper.store.postgres.connect import open_database


@asynccontextmanager
async def _started(settings: Settings) -> AsyncIterator[Settings]:
    """Start the servers of a home, as every command does."""
    async with running_servers(settings) as addresses:
        named = with_addresses(settings, addresses)
        await prepare(named)
        yield named


async def _ingest(settings: Settings, card: Path) -> tuple[int, int]:
    """Take a card in; return how many photos were new, and how many known."""
    answer, _ = await ingest._ingest(settings, card, location=None, wait=False, most=None)
    assert "ORIGINALS_LOST" not in {obstacle["code"] for obstacle in answer["wipe"]["obstacles"]}
    return answer["stored"], answer["duplicate"]


async def _counts(settings: Settings) -> list[int]:
    async with open_database(settings.postgres_url):
        return [await table.all().count() for table in (Image, File, Job, Detection)]


@pytest.mark.slow
async def test_a_home_with_its_database_goes_on_where_it_was_moved_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for shade in range(3):
        (card / f"{shade}.jpg").write_bytes(small_jpeg(shade))
    old, new, copy = (Settings(home=tmp_path / name / "thumper") for name in ("old", "new", "copy"))
    lay_cluster(old)
    async with _started(old) as named:
        assert await _ingest(named, card) == (3, 0)
        counts = await _counts(named)
        async with open_database(named.postgres_url):  # taken out of another machine, which lost its power
            await Source.all().update(host="other")

    new.home.parent.mkdir()
    shutil.move(old.home, new.home)
    capsys.readouterr()
    async with _started(new) as named:
        assert f"The home was moved from {old.home} to {new.home}" in capsys.readouterr().err
        assert await _counts(named) == counts
        assert await _ingest(named, card) == (0, 3)
        counts_again = await _counts(named)
        async with open_database(named.postgres_url):
            places = [Path(bytes(image.original_path).decode()) for image in await Image.all()]
        assert all(place.is_relative_to(new.home) and place.exists() for place in places)
    assert not old.home.exists()

    shutil.copytree(new.home, copy.home, symlinks=True)
    with pytest.raises(RefusedError, match="of two copies only one"):
        async with _started(copy):
            pass
    await move_home._move(copy, yes=True, dry_run=False, as_json=True)
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])  # log lines come before
    assert (answer["moved"], answer["originals"], answer["now"]) == (True, 3, str(copy.home))
    async with _started(copy) as named:
        assert await _counts(named) == counts_again


@pytest.fixture
def copied(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of a home in use, whose database lies elsewhere; commands are run with it."""

    async def use() -> None:
        async with open_database(settings.postgres_url):
            await use_detector()
            await library_claim.check_library(settings.library_dir)
            kept = settings.library_dir / "originals" / "a.jpg"
            kept.parent.mkdir()
            kept.touch()
            await make_image(await make_dump(), original_path=bytes(kept))

    asyncio.run(use())
    copy = settings.model_copy(update={"home": tmp_path / "copy"})
    shutil.copytree(settings.home, copy.home)
    give_commands(copy, monkeypatch)
    return copy


def test_a_look_says_what_is_known_and_changes_nothing(
    copied: Settings, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    move_home.move_home(dry_run=True)
    told = capsys.readouterr().out
    assert "1 of the 1 latest originals that are kept in it are here." in told
    assert f"What lies at {settings.library_dir} is left as it is" in told
    move_home.move_home(dry_run=True, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["moved"], answer["oldPlace"], answer["missing"]) == (False, "something", 0)
    assert "thumper move-home" in answer["doubt"]


def test_a_person_is_asked_and_may_say_no(
    copied: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="--dry-run to look first, --yes"):
        move_home.move_home()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", lambda _: False)
    with pytest.raises(typer.Exit) as said:
        move_home.move_home()
    assert said.value.exit_code == 1
    assert "Nothing was changed." in capsys.readouterr().out
    monkeypatch.setattr(typer, "confirm", lambda _: True)
    move_home.move_home()
    assert f"to {copied.home}, and originals in it (1) follow." in capsys.readouterr().out
    move_home.move_home(yes=True)
    assert capsys.readouterr().out == f"The home is where it was: {copied.home}.\n"


def test_nobody_can_insist_on_a_library_without_its_marker(copied: Settings) -> None:
    (copied.library_dir / library_claim.MARKER).unlink()
    with pytest.raises(RefusedError, match="does not hold the marker"):
        move_home.move_home(yes=True)


def test_a_home_without_a_database_is_named_and_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THUMPER_HOME", str(tmp_path / "mistyped"))
    with pytest.raises(NotFoundError, match="Is THUMPER_HOME right"):
        move_home.move_home(yes=True)
    assert not (tmp_path / "mistyped").exists()
