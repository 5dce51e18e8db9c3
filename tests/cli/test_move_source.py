"""`thumper move-source`: a look, a question, what happened and what to set; and `up` that finds it out by itself."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import give_commands
from tests.factories import make_dump, make_file, make_image, make_source
from tests.pipeline import use_detector
from thumper.cli import move_source
from thumper.cli.prepare import prepare_drop
from thumper.domain.progress import FileState
from thumper.errors import NotFoundError, RefusedError
from thumper.setting_files import remember
from thumper.settings import Settings
from thumper.store.disk import library_claim
from thumper.store.models import Source
from thumper.store.postgres.connect import open_database


@pytest.fixture
def now(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a drop folder with one photo was moved to."""

    async def use() -> None:
        async with open_database(settings.postgres_url):
            await use_detector()
            await library_claim.check_library(settings.library_dir)
            photo = settings.drop_dir / "a.jpg"
            photo.parent.mkdir()
            photo.write_bytes(b"photo")
            sha256 = hashlib.sha256(b"photo").digest()
            dump = await make_dump(source=await make_source(settings.drop_dir))
            image = await make_image(dump, sha256=sha256, original_path=bytes(photo))
            as_found = {"path": b"a.jpg", "display_path": "a.jpg", "size_bytes": 5, "sha256": sha256}
            await make_file(dump, FileState.STORED, image=image, **as_found)

    asyncio.run(use())
    give_commands(settings, monkeypatch)
    moved = tmp_path / "a larger disk"
    settings.drop_dir.rename(moved)
    return moved


async def _recorded(settings: Settings) -> list[str]:
    async with open_database(settings.postgres_url):
        return [source.display_path for source in await Source.filter(kind="drop")]


def test_it_shows_asks_does_and_names_the_next_step(
    settings: Settings, now: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    was = settings.drop_dir
    move_source.move_source(was, now, dry_run=True)
    assert "1 of 1 files that were looked for are in" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", lambda _: False)
    with pytest.raises(typer.Exit) as said:
        move_source.move_source(was, now)
    assert (said.value.exit_code, asyncio.run(_recorded(settings))) == (1, [str(was)])
    capsys.readouterr()
    move_source.move_source(was, now, yes=True)
    told = capsys.readouterr().out
    assert f"moved from {was} to {now}: the receipts of 1 files stay" in told
    assert f"`thumper up --drop '{now}'`" in told
    assert asyncio.run(_recorded(settings)) == [str(now)]
    was.mkdir()
    (was / "another.jpg").touch()
    with pytest.raises(RefusedError, match="lacks files that were taken in"):
        move_source.move_source(now, was, yes=True)


def test_a_remembered_folder_is_remembered_where_it_is_now(
    settings: Settings, now: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    was = settings.drop_dir
    monkeypatch.delenv("THUMPER_DROP", raising=False)
    kept = remember(settings.home, {"drop": was})
    move_source.move_source(was, now, yes=True)
    assert f"Kept in {kept}: the next start watches {now}" in capsys.readouterr().out
    assert Settings.from_env().drop_dir == now


def test_scripts_get_one_object(
    settings: Settings, now: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotFoundError, match=f"Known: {settings.drop_dir}"):
        move_source.move_source(now / "DCIM", now, yes=True, as_json=True)
    monkeypatch.chdir(now.parent)
    move_source.move_source(Path("drop"), Path(now.name), yes=True, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["moved"], answer["was"], answer["now"]) == (True, str(settings.drop_dir), str(now))
    assert (answer["files"], answer["originals"], answer["found"], answer["read"]) == (1, 1, 1, 1)
    assert answer["oldPlace"] == "nothing"


def test_a_folder_that_holds_the_library_becomes_no_drop_folder(settings: Settings, now: Path) -> None:
    with pytest.raises(RefusedError, match="lie in each other"):
        move_source.move_source(settings.drop_dir, settings.home, yes=True)


def test_a_start_with_the_new_folder_finds_it_out_by_itself(
    settings: Settings, now: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(prepare_drop(settings))
    assert capsys.readouterr().err == ""
    asyncio.run(prepare_drop(settings.model_copy(update={"drop": now})))
    assert f"The drop folder was moved from {settings.drop_dir} to {now}" in capsys.readouterr().err
    assert asyncio.run(_recorded(settings)) == [str(now)]
