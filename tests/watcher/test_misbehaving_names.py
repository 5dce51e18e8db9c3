"""Any name that a disk can hold is kept to the byte, displayed safely, served by id, and found again."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from typing import Any
from urllib.parse import unquote

import pytest

from tests.api import Api, running_api
from tests.ingest.conftest import small_jpeg
from tests.names import FILES, FOLDERS
from tests.watcher.conftest import Watching
from thumper.domain.path_text import readable
from thumper.domain.progress import FileState
from thumper.store.models import Dump, File, Image, Location

PATHS = {
    **{b"card/" + name: number for number, name in enumerate(FILES)},
    **{folder + b"/" + folder + b"/a.jpg": 1000 + number for number, folder in enumerate(FOLDERS)},
}
"""The number of the photo at each path; every folder name occurs twice, nested."""

DUMPS = "{ dumps(first: 100) { nodes { id } } }"
FILES_OF_DUMP = """query ($id: ID!, $after: String) { dump(id: $id) { files(first: 50, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { path state image { fileName urls { original } } } } } }"""


def content(number: int) -> bytes:
    """Return another photo for each number: 256 shades are not enough."""
    return small_jpeg(number)


def put_all(watching: Watching) -> None:
    for path, number in PATHS.items():
        watching.put(os.fsdecode(path), content(number))


async def files_by_api(api: Api) -> dict[str, list[dict[str, Any]]]:
    """Return every file that the API lists, by the displayed path."""
    found: dict[str, list[dict[str, Any]]] = {}
    for dump in (await api.ask(DUMPS))["dumps"]["nodes"]:
        after = None
        while True:
            page = (await api.ask(FILES_OF_DUMP, id=dump["id"], after=after))["dump"]["files"]
            for file in page["nodes"]:
                found.setdefault(file["path"], []).append(file)
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
    return found


@pytest.mark.slow
async def test_every_name_is_kept_to_the_byte_served_by_id_and_found_again(watching: Watching) -> None:
    put_all(watching)
    watching.start()
    await watching.until_settled(len(PATHS))
    rows = {file.path: file for file in await File.all()}
    assert rows.keys() == PATHS.keys()
    assert {file.state for file in rows.values()} == {FileState.STORED}
    assert {dump.folder for dump in await Dump.all()} == {b"card", *FOLDERS}
    # After a restart nothing is new: each name on the disk still matches its row.
    await watching.stop()
    before = {file.id for file in await File.all()}
    watching.start()
    scanned = (await watching.source()).last_scan_at

    async def scanned_again() -> bool:
        return (await watching.source()).last_scan_at != scanned

    await watching.until(scanned_again)
    assert {file.id for file in await File.all()} == before
    async with running_api(watching.settings) as api:
        shown = await files_by_api(api)
        assert sum(map(len, shown.values())) == len(PATHS)
        urls = {file["image"]["urls"]["original"] for files in shown.values() for file in files}
        answers = dict(zip(urls, await asyncio.gather(*(api.http.get(url) for url in urls)), strict=True))
        for path, number in PATHS.items():
            name = readable(path.rpartition(b"/")[2])
            served = [answers[file["image"]["urls"]["original"]] for file in shown[readable(path)]]
            assert content(number) in [answer.content for answer in served], path
            for answer, file in zip(served, shown[readable(path)], strict=True):
                assert file["path"].replace("\u00a0", " ").replace("\u3000", " ").isprintable()
                assert file["image"]["fileName"] == name
                kind, _, text = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
                assert kind == "inline"
                assert unquote(text, errors="strict") == name
                assert text.isascii()
                assert not set(text) & set(" \"';,\\/\r\n")


@pytest.mark.slow
async def test_a_second_drop_in_other_spelling_is_paths_of_its_own_and_the_same_photos(
    watching: Watching,
) -> None:
    put_all(watching)
    watching.start()
    await watching.until_settled(len(PATHS))
    images = await Image.all().count()
    again: dict[bytes, bytes] = {}
    for path, number in PATHS.items():
        for spelling in spellings(path):
            if spelling not in PATHS and max(map(len, spelling.split(b"/"))) <= 255:
                again[spelling] = content(number)
    for path, photo in again.items():
        watching.put(os.fsdecode(path), photo)
    assert len(again) > 150
    await watching.until_settled(len(PATHS) + len(again))
    rows = {file.path: file.state for file in await File.all()}
    assert rows.keys() == PATHS.keys() | again.keys()
    assert {rows[path] for path in again} == {FileState.DUPLICATE}
    assert await Image.all().count() == images == len(PATHS)
    # PostgreSQL compares the names of locations, so another spelling makes no other location.
    names = [location.name for location in await Location.all()]
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(names)


def spellings(path: bytes) -> set[bytes]:
    """Return the name as other systems write it."""
    found = {path.swapcase()}
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return found
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}
    changed = {
        form for form in (*forms, text.upper(), text.lower(), text.swapcase()) if form.lower().endswith("jpg")
    }
    return found | {form.encode() for form in changed}
