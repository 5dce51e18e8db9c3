"""`thumper delete` and `thumper undelete` against a running API."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.factories import NOON, make_dump, make_file, make_image, make_location
from thumper.cli.app import app
from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.delete import find_photos
from thumper.cli.receipt_query import Ask
from thumper.domain.progress import FileState
from thumper.domain.refusal import InvalidValueError
from thumper.errors import NotFoundError, UsageError
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models
from thumper.store.disk import library, library_claim

pytestmark = pytest.mark.slow  # as a whole: each starts the real command


@pytest.fixture(autouse=True)
def _at_the_api(client_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in client_settings.as_environment().items():
        if name.startswith("THUMPER_"):
            monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _its_library_is_there(settings: Settings) -> None:
    library.write_whole(settings.library_dir / library_claim.MARKER, b"of a test")


@pytest.fixture
def asking(client_settings: Settings) -> Ask:
    return partial(ask, client_settings)


async def run(*words: str, exit_code: int = 0) -> str:
    """Run a command that ends with that code; return what it prints."""
    result = await asyncio.to_thread(CliRunner().invoke, app, [*words], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result.stdout


async def make_card(*names: str) -> models.Dump:
    """Make a dump with a photo in the drop folder of each name."""
    dump = await make_dump()
    source = await models.Source.get(id=dump.source_id)
    for name in names:
        path = f"{dump.display_folder}/{name}"
        original = f"{source.display_path}/{path}".encode()
        image = await make_image(dump, file_name=name, original_path=original)
        file = {"path": path.encode(), "display_path": path}
        await make_file(dump, FileState.STORED, image=image, **file)
    return dump


async def test_a_photo_is_looked_at_deleted_listed_and_wanted_back() -> None:
    dump = await make_card("RCNX0001.JPG", "RCNX0002.JPG")
    looked = await run("delete", "rcnx0001.jpg", "--dry-run")
    assert "1 photo would be deleted for good" in looked
    assert "1 file of receipts: rejected as DELETED, and no obstacle to wiping" in looked
    assert f"{dump.display_folder}/RCNX0001.JPG\n" in looked
    assert await models.Image.all().count() == 2
    done = await run("delete", "RCNX0001.JPG", "--yes", "--note", "the neighbour's children")
    assert "1 photo were deleted for good" not in done
    assert "1 photo was deleted for good" in done
    assert (await models.Image.get()).file_name == "RCNX0002.JPG"
    listed = await run("undelete")
    assert f"{dump.display_folder}/RCNX0001.JPG · the neighbour's children" in listed
    back = await run("undelete", "RCNX0001.JPG")
    assert f"Taken in when it comes again: {dump.display_folder}/RCNX0001.JPG" in back
    assert f"thumper retry {encode('Dump', dump.id)}" in back
    assert await run("undelete") == "0 deleted photos.\n"


async def test_many_photos_are_deleted_in_parts_and_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thumper.cli.delete.MOST_IMAGES", 2)
    monkeypatch.setattr("thumper.cli.undelete.MOST_IMAGES", 2)
    monkeypatch.setattr("thumper.cli.undelete._PAGE", 2)
    names = [f"IMG_{number:04}.JPG" for number in range(5)]
    dump = await make_card(*names)
    done = json.loads(await run("delete", *names, "--yes", "--json"))
    assert (done["effect"]["images"], done["effect"]["filesLeft"], len(done["deletions"])) == (5, 5, 5)
    assert await models.Image.all().count() == 0
    undone = json.loads(await run("undelete", "--dump", dump.display_folder, "--json"))
    assert len(undone["deletions"]) == 5
    assert await models.Deletion.filter(undone_at=None).count() == 0


async def test_a_name_that_means_several_photos_or_none_deletes_nothing() -> None:
    dump, _ = await make_card("RCNX0001.JPG"), await make_card("RCNX0001.JPG")
    with pytest.raises(
        UsageError, match=r"2 photos are called RCNX0001.JPG; say which one:\n  thumper delete SW1hZ2U6"
    ):
        await run("delete", "RCNX0001.JPG", "--yes")
    for words in (
        ("delete", "RCNX9.JPG", "--yes"),
        ("undelete", "RCNX9.JPG"),
        ("undelete", "--dump", "elsewhere"),
    ):
        with pytest.raises(NotFoundError):
            await run(*words)
    with pytest.raises(UsageError, match="Nobody can be asked here"):
        await run("delete", "RCNX0001.JPG")
    assert await models.Image.all().count() == 2
    await run("delete", "RCNX0001.JPG", "--dump", dump.display_folder, "--yes")
    assert (await models.Image.get()).dump_id != dump.id


async def test_what_the_api_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_card("RCNX0001.JPG")
    image = await models.Image.get()

    def refuse(images: int, field: str) -> Any:
        raise InvalidValueError(f"{images} is too many today.", field)

    monkeypatch.setattr("thumper.store.files.image_deletion.refuse_number", refuse)
    with pytest.raises(ApiRefusedError, match="1 is too many today"):
        await run("delete", encode("Image", image.id), "--yes")


async def test_a_path_means_the_photo_that_lay_there_and_no_other(asking: Ask) -> None:
    ash, oak = await make_card("IMG_0100.JPG", "IMG_0101.JPG"), await make_card("IMG_0200.JPG")
    at = f"{(await models.Source.get(id=ash.source_id)).display_path}/{ash.display_folder}"
    for word in (
        f"{oak.display_folder}/IMG_0100.JPG",
        "/tmp/nowhere/IMG_0100.JPG",
        f"/{ash.display_folder}/IMG_0100.JPG",
        f"./{ash.display_folder}/IMG_0100.JPG",
        f"{ash.display_folder[1:]}/IMG_0100.JPG",
    ):
        with pytest.raises(NotFoundError, match="Give its path as a receipt shows it"):
            await find_photos(asking, [word], dump=None)
    await run("delete", f"{ash.display_folder}/img_0100.jpg", f"{at}/IMG_0101.JPG", "--yes")
    assert (await models.Image.get()).dump_id == oak.id
    for word in (f"{oak.display_folder}/IMG_0100.JPG", "/tmp/nowhere/IMG_0100.JPG"):
        with pytest.raises(NotFoundError):
            await run("undelete", word)
    back = await run("undelete", f"{ash.display_folder}/IMG_0100.JPG", f"{at}/IMG_0101.JPG")
    assert back.count("Taken in when it comes again") == 2


async def test_each_photo_is_told_before_it_is_deleted() -> None:
    names = [f"IMG_{number:04}.JPG" for number in range(12)]
    dump = await make_card(*names)
    ridge = await make_location("Ridge")
    await models.Image.filter(file_name=names[0]).update(location_id=ridge.id)
    local = f"{NOON:%Y-%m-%d}"
    looked = (await run("delete", *names, "--dry-run")).splitlines()
    assert looked[0] == "12 photos would be deleted for good:"
    assert looked[1].startswith(f"    {dump.display_folder}/IMG_0000.JPG · {local} ")
    assert looked[1].endswith(f" · Ridge · dump 1 of {dump.display_folder}")
    assert " · no location · " in looked[2]
    assert looked[11] == "    … and 2 more"


async def test_a_name_of_several_deletions_takes_none_back() -> None:
    one, other = await make_card("RCNX0001.JPG"), await make_card("RCNX0001.JPG")
    for dump in (one, other):
        await run("delete", f"{dump.display_folder}/RCNX0001.JPG", "--yes")
    with pytest.raises(UsageError) as several:
        await run("undelete", "RCNX0001.JPG")
    told = str(several.value)
    assert told.startswith("2 deleted photos are called RCNX0001.JPG; say which one, or of which --dump:\n")
    for dump in (one, other):
        assert f"UTC  {dump.display_folder}/RCNX0001.JPG" in told
    assert await models.Deletion.filter(undone_at=None).count() == 2
    await run("undelete", "RCNX0001.JPG", "--dump", other.display_folder)
    assert f"{one.display_folder}/RCNX0001.JPG" in await run("undelete")
    assert await models.Deletion.filter(undone_at=None).count() == 1


async def test_a_photo_is_meant_by_the_name_of_a_duplicate(asking: Ask) -> None:
    first, again = await make_card("IMG_0001.JPG"), await make_card("IMG_0009.JPG")
    image = await models.Image.get(file_name="IMG_0001.JPG")
    path = f"{again.display_folder}/DCIM/COPY.JPG"
    copy = {"path": path.encode(), "display_path": path}
    await make_file(again, FileState.DUPLICATE, image=image, **copy)
    for word, folder in (
        ("copy.jpg", None),
        (path, None),
        ("DCIM/COPY.JPG", None),
        ("COPY.JPG", again.display_folder),
        (path, again.display_folder),
        ("IMG_0001.JPG", first.display_folder),
    ):
        assert await find_photos(asking, [word], dump=folder) == [encode("Image", image.id)]
    # What the other dump called it is no name that this one gave it.
    for name, dump in (("COPY.JPG", first), ("IMG_0001.JPG", again), ("IMG_0009.JPG", first)):
        with pytest.raises(NotFoundError, match="among those that are meant"):
            await find_photos(asking, [name], dump=dump.display_folder)
    await run("delete", "COPY.JPG", "--yes")
    assert (await models.Image.get()).file_name == "IMG_0009.JPG"
    back = await run("undelete", "COPY.JPG")
    assert path in back
