"""Names of files, folders and cameras are found whichever way a system stored their accents."""

from __future__ import annotations

import unicodedata

import pytest

from tests import factories as make
from thumper.domain.progress import FileState
from thumper.store.files.dump_search import DumpSearch
from thumper.store.images.images import ImageSearch
from thumper.store.places.cameras import CameraSearch

pytestmark = pytest.mark.usefixtures("database")

FOLDER, NAME = "Été sur l'étang", "Chevreuil mâle.JPG"


def in_form(form: str, text: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]  # one of two


@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
async def test_a_name_is_the_same_however_its_accents_are_stored_and_typed(stored: str, typed: str) -> None:
    folder, name = in_form(stored, FOLDER), in_form(stored, NAME)
    dump = await make.make_dump(display_folder=folder)
    image = await make.make_image(dump, file_name=name)
    await make.make_file(dump, FileState.STORED, image=image, display_path=f"{folder}/{name}")
    again = await make.make_image(dump, file_name="first.jpg")
    await make.make_file(dump, FileState.DUPLICATE, image=again, display_path=f"{folder}/again {name}")
    await make.make_camera(name=in_form(stored, "Étang 2"))
    root = (await dump.source).display_path

    sought, place = in_form(typed, NAME.upper()), in_form(typed, FOLDER.upper())
    assert await ImageSearch(file_name=sought).count() == 1
    assert await ImageSearch(file_name=f"AGAIN {sought}").count() == 1
    assert await ImageSearch(path=f"{place}/{sought}").count() == 1
    assert await ImageSearch(path=f"{root.upper()}/{place}/{sought}").count() == 1
    assert await ImageSearch(path=f"x/{place}/{sought}").count() == 0
    assert await DumpSearch(delivered_from=place).count() == 1
    assert await DumpSearch(delivered_from=f"{root}/{in_form(typed, FOLDER)}").count() == 1
    assert await CameraSearch(name_contains=in_form(typed, "éta")).count() == 1


async def test_a_name_in_a_mixed_folder_is_found_by_its_path() -> None:
    """A disk of a Mac, copied into a folder that was made on Linux."""
    dump = await make.make_dump()
    image = await make.make_image(dump, file_name=in_form("NFD", NAME))
    path = f"{in_form('NFC', FOLDER)}/{in_form('NFD', NAME)}"
    await make.make_file(dump, FileState.STORED, image=image, display_path=path)
    assert await ImageSearch(path=in_form("NFC", f"{FOLDER}/{NAME}")).count() == 1
