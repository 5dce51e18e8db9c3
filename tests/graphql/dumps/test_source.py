"""Sources say whether watching them works, by themselves and in the status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api import Api
from tests.factories import make_dump, make_source
from thumper.domain.progress import SourceState, WatchMode
from thumper.store.files import sources
from thumper.store.status.system_status import DROP_FOLDERS, read_status

FIELDS = "kind state path watchMode watchNote canaryAt lastScanAt"


async def watched(api: Api) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = (await api.ask(f"{{ status {{ sources {{ {FIELDS} }} }} }}"))["status"][
        "sources"
    ]
    return answer


@pytest.fixture
def photos_folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


async def test_the_status_shows_how_the_drop_folder_is_watched(api: Api, photos_folder: Path) -> None:
    assert await watched(api) == []
    source = await make_source(photos_folder)
    await sources.note_watch(source.id, SourceState.ONLINE, WatchMode.EVENTS, note="")
    await sources.note_scan(source.id, canary_heard=True)
    (seen,) = await watched(api)
    assert seen["canaryAt"] == seen["lastScanAt"] is not None
    assert seen | {"canaryAt": None, "lastScanAt": None} == {
        "kind": "DROP",
        "state": "ONLINE",
        "path": str(photos_folder),
        "watchMode": "EVENTS",
        "watchNote": None,
        "canaryAt": None,
        "lastScanAt": None,
    }
    await sources.note_watch(source.id, SourceState.OFFLINE, WatchMode.POLLING, note="Is its disk mounted?")
    await sources.note_scan(source.id, canary_heard=False)
    (later,) = await watched(api)
    assert later["canaryAt"] == seen["canaryAt"]
    assert later["lastScanAt"] > seen["lastScanAt"]
    assert (later["state"], later["watchMode"], later["watchNote"]) == (
        "OFFLINE",
        "POLLING",
        "Is its disk mounted?",
    )


async def test_a_dump_says_the_same_of_its_source(api: Api, photos_folder: Path) -> None:
    source = await make_source(photos_folder)
    await sources.note_watch(source.id, SourceState.ONLINE, WatchMode.POLLING, note="It lies on a share.")
    await make_dump(source=source)
    answer = await api.ask(f"{{ dumps(first: 1) {{ nodes {{ source {{ {FIELDS} }} }} }} }}")
    assert [node["source"] for node in answer["dumps"]["nodes"]] == await watched(api)


async def test_the_moment_of_a_scan_is_no_reason_for_a_message(database: str, photos_folder: Path) -> None:
    source = await make_source(photos_folder)
    await sources.note_watch(source.id, SourceState.ONLINE, WatchMode.EVENTS, note="")
    before = await read_status()
    await sources.note_scan(source.id, canary_heard=True)
    assert await read_status() == before
    await sources.note_watch(source.id, SourceState.ONLINE, WatchMode.POLLING, note="")
    assert await read_status() != before


async def test_folders_that_were_watched_once_come_after_the_one_that_is(
    database: str, tmp_path: Path
) -> None:
    for number in range(DROP_FOLDERS + 2):
        old = await make_source(tmp_path / f"old {number}")
        await sources.note_watch(old.id, SourceState.OFFLINE, WatchMode.EVENTS, note="It is missing.")
        await sources.note_scan(old.id, canary_heard=True)
        await sources.note_end_of_watch(old.id)
    now = await make_source(tmp_path / "now")
    await sources.note_watch(now.id, SourceState.ONLINE, WatchMode.EVENTS, note="")
    status = await read_status()
    assert [source.display_path for source in status.sources][:2] == [
        str(tmp_path / "now"),
        str(tmp_path / f"old {DROP_FOLDERS + 1}"),
    ]
    assert len(status.sources) == DROP_FOLDERS
    assert status.sources[1].watch_note == "It is missing."
