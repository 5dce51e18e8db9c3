"""A receipt over GraphQL: every file in exactly one list, clocks, and whether the card may be wiped."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests import factories as make
from tests.api import Api
from tests.ingest.conftest import small_jpeg
from tests.ingest.devices import folder_on_another_device
from tests.live import subscribed
from tests.patience import until
from tests.pipeline import use_detector
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.graphql.relay.identity import encode
from thumper.graphql.shared import wipe_checks
from thumper.ingest import wipe_check
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.wipe_original import reread_original
from thumper.settings import Settings
from thumper.store.models import Dump, File, Image
from thumper.store.postgres.ids import new_id

pytestmark = pytest.mark.slow  # as a whole: a real API, and clocks that run on

WIPE = """query($id: ID!) { dump(id: $id) { receipt { safeToWipe wipe {
    state safe sentence checkedAt filesToCheckCount filesCheckedCount bytesChecked
    obstacles { code sentence fileCount whatToDo examples } compareWithCard { fileCount sizeBytes } } } } }"""


async def wipe_of(api: Api, dump_id: UUID) -> dict[str, Any]:
    receipt = (await api.ask(WIPE, id=encode("Dump", dump_id)))["dump"]["receipt"]
    assert receipt["safeToWipe"] == receipt["wipe"]["safe"] == (receipt["wipe"]["obstacles"] == [])
    wipe: dict[str, Any] = receipt["wipe"]
    return wipe


async def test_a_duplicate_says_what_it_is_a_duplicate_of_and_where_that_came_first(api: Api) -> None:
    first, second = await make.make_dump(), await make.make_dump()
    image = await make.make_image(first)
    original = await make.make_file(first, FileState.STORED, image=image, display_path="Barn/1.jpg")
    await make.make_file(second, FileState.DUPLICATE, image=image)
    query = """query($id: ID!) { dump(id: $id) { files(where: {state: DUPLICATE}) { nodes {
        image { fileName } firstDelivery { id path seenAt dump { id source { path } } firstDelivery { id } } } } } }"""
    (node,) = (await api.ask(query, id=encode("Dump", second.id)))["dump"]["files"]["nodes"]
    assert node["image"] == {"fileName": image.file_name}
    assert node["firstDelivery"] == {
        "id": encode("File", original.id),
        "path": "Barn/1.jpg",
        "seenAt": (await File.get(id=original.id)).seen_at.isoformat(),
        "dump": {"id": encode("Dump", first.id), "source": {"path": (await first.source).display_path}},
        "firstDelivery": None,
    }


async def test_1500_rejected_files_can_be_paged_through_and_are_all_there(api: Api) -> None:
    dump = await make.make_dump()
    files = [
        File(
            id=new_id(),
            source_id=dump.source_id,
            dump_id=dump.id,
            path=f"{number:05}".encode(),
            display_path=f"CLIP{number:05}.{'AVI' if number % 3 else 'TXT'}",
            size_bytes=10,
            mtime_ns=0,
            state=FileState.REJECTED,
            reason=Reason.UNSUPPORTED_TYPE,
            message="no",
            settled_at=make.NOON,
        )
        for number in range(1500)
    ]
    await File.bulk_create(files)
    await make.make_file(dump, FileState.SEEN)
    query = """query($id: ID!, $after: String) { dump(id: $id) { receipt { found rejected videoCount waiting }
        files(where: {reason: UNSUPPORTED_TYPE}, first: 100, after: $after) { totalCount
            nodes { path whatToDo } pageInfo { hasNextPage endCursor } } } }"""
    paths: list[str] = []
    after, more = None, True
    while more:
        found = (await api.ask(query, id=encode("Dump", dump.id), after=after))["dump"]
        assert found["receipt"] == {"found": 1501, "rejected": 1500, "videoCount": 1000, "waiting": 1}
        assert found["files"]["totalCount"] == 1500
        paths += [node["path"] for node in found["files"]["nodes"]]
        after, more = found["files"]["pageInfo"]["endCursor"], found["files"]["pageInfo"]["hasNextPage"]
    assert paths == sorted(file.display_path for file in files)


async def test_what_is_still_growing_is_one_list(api: Api) -> None:
    dump = await make.make_dump()
    for state in (FileState.SEEN, FileState.STABLE, FileState.REJECTED):
        await make.make_file(dump, state)
    query = """query($id: ID!) { dump(id: $id) {
        growing: files(where: {settled: false}) { totalCount nodes { state } }
        settled: files(where: {settled: true}) { totalCount nodes { state reason } } } }"""
    found = (await api.ask(query, id=encode("Dump", dump.id)))["dump"]
    assert found["growing"]["totalCount"] == 2
    assert {node["state"] for node in found["growing"]["nodes"]} == {"SEEN", "STABLE"}
    assert found["settled"] == {"totalCount": 1, "nodes": [{"state": "REJECTED", "reason": "TRUNCATED"}]}


async def test_time_sources_and_doubtful_clocks_are_counted(api: Api) -> None:
    dump = await make.make_dump()
    await make.make_images(dump, 2)
    await make.make_image(dump, clock_doubt=ClockDoubt.FACTORY_DATE, dst_edge=DstEdge.AMBIGUOUS)
    await make.make_image(dump, taken_at=None)
    query = """query($id: ID!) { dump(id: $id) { receipt {
        timeSources { source imageCount } clockWarnings { code imageCount sentence whatToDo } } } }"""
    receipt = (await api.ask(query, id=encode("Dump", dump.id)))["dump"]["receipt"]
    assert receipt["timeSources"] == [
        {"source": "EXIF_ORIGINAL", "imageCount": 3},
        {"source": "NONE", "imageCount": 1},
    ]
    assert [(line["code"], line["imageCount"]) for line in receipt["clockWarnings"]] == [
        ("FACTORY_DATE", 1),
        ("NO_TIME", 1),
        ("AMBIGUOUS_HOUR", 1),
    ]
    assert all(line["sentence"] and line["whatToDo"] for line in receipt["clockWarnings"])


async def test_dumps_are_found_by_where_they_were_delivered_from(api: Api) -> None:
    source = await make.make_source(Path("/photos/drop"))
    barn = await make.make_dump(source=source, folder=b"Barn", display_folder="Barn")
    root = await make.make_dump(source=source, folder=b"", display_folder="")
    query = "query($from: String!) { dumps(where: {deliveredFrom: $from}) { nodes { id } } }"

    async def found(place: str) -> list[str]:
        return [node["id"] for node in (await api.ask(query, **{"from": place}))["dumps"]["nodes"]]

    assert await found("barn") == await found("/photos/drop/Barn") == [encode("Dump", barn.id)]
    assert await found("/photos/drop") == [encode("Dump", root.id)]
    assert await found("") == await found("/photos") == await found("arn") == []


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """A card with twenty photos on another device than the library."""
    with folder_on_another_device(tmp_path) as folder:
        for shade in range(20):
            (folder / f"{shade:02}.jpg").write_bytes(small_jpeg(shade))
        yield folder


@pytest_asyncio.fixture
async def delivered(api: Api, settings: Settings, card: Path) -> AsyncIterator[UUID]:
    """That card, taken in; the value is its dump."""
    await use_detector()
    context = IngestContext.of(settings)
    yield (await ingest_path(context, card)).dump_id
    await context.wakeup.close()


async def test_a_card_is_safe_to_wipe_until_an_original_changes_on_disk(
    api: Api, delivered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    wipe = await wipe_of(api, delivered)
    assert (wipe["state"], wipe["safe"], wipe["compareWithCard"]) == ("DONE", True, None)
    assert (wipe["filesToCheckCount"], wipe["filesCheckedCount"]) == (20, 20)
    assert wipe["bytesChecked"] == sum(len(small_jpeg(shade)) for shade in range(20))
    image = await Image.get(sha256=hashlib.sha256(small_jpeg(7)).digest())
    original = Path(os.fsdecode(image.original_path))
    original.write_bytes(original.read_bytes()[:-1] + b"?")
    # Asked again within a minute, the verdict of just now is given again.
    assert (await wipe_of(api, delivered))["checkedAt"] == wipe["checkedAt"]
    monkeypatch.setattr(wipe_checks, "REUSED_S", 0.0)
    (changed,) = (await wipe_of(api, delivered))["obstacles"]
    assert (changed["code"], changed["fileCount"]) == ("ORIGINAL_CHANGED", 1)
    assert changed["examples"] == [f"07.jpg (original: {original})"]
    assert "move it away" in changed["whatToDo"]


async def test_a_verdict_is_not_given_again_when_the_dump_has_changed(api: Api, delivered: UUID) -> None:
    assert (await wipe_of(api, delivered))["safe"]
    await make.make_file(
        await Dump.get(id=delivered), FileState.REJECTED, display_path="X.MP4", reason=Reason.UNSUPPORTED_TYPE
    )
    dump = await Dump.get(id=delivered)
    await Dump.filter(id=delivered).update(changed_at=dump.settled_at)
    (video,) = (await wipe_of(api, delivered))["obstacles"]
    assert (video["code"], video["examples"]) == ("VIDEOS", ["X.MP4"])


class Disk:
    """A disk that reads an original only when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._turn = threading.Event()
        self.read = 0
        monkeypatch.setattr(wipe_check, "_AT_ONCE", 5)
        really = reread_original

        def reread(original: Any) -> Any:
            if self.read >= 5:
                assert self._turn.wait(60)
            self.read += 1
            return really(original)

        monkeypatch.setattr(wipe_check, "reread_original", reread)

    def go_on(self) -> None:
        self._turn.set()


async def test_a_check_that_takes_long_is_joined_by_whoever_asks_again(
    api: Api, delivered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wipe_checks, "PATIENCE_S", 0.2)
    disk = Disk(monkeypatch)
    answers = await asyncio.gather(*(wipe_of(api, delivered) for _ in range(3)))
    for wipe in answers:
        assert (wipe["state"], wipe["safe"], wipe["checkedAt"]) == ("CHECKING", False, None)
        assert [found["code"] for found in wipe["obstacles"]] == ["STILL_CHECKING"]
        assert wipe["filesToCheckCount"] == 20

    async def half_way() -> bool:
        return "5 of 20" in (await wipe_of(api, delivered))["sentence"]

    await until(half_way)
    disk.go_on()

    async def done() -> bool:
        return bool((await wipe_of(api, delivered))["state"] == "DONE")

    await until(done)
    assert (await wipe_of(api, delivered))["safe"]
    assert disk.read == 20


async def test_the_progress_of_a_dump_shows_the_check_too(
    api: Api, delivered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    query = """subscription($id: ID!) { dumpProgress(dumpId: $id) {
        dump { receipt { found wipe { state safe filesCheckedCount } } } } }"""
    async with subscribed(api.url, query, id=encode("Dump", delivered)) as subscriber:
        wipe: dict[str, Any] = {}
        while wipe.get("filesCheckedCount") != 5:
            wipe = (await subscriber.next())["dump"]["receipt"]["wipe"]
            assert (wipe["state"], wipe["safe"]) == ("CHECKING", False)
        disk.go_on()
        while wipe["state"] != "DONE":
            wipe = (await subscriber.next())["dump"]["receipt"]["wipe"]
        assert wipe == {"state": "DONE", "safe": True, "filesCheckedCount": 20}
        assert await subscriber.silent(for_s=0.5)


async def test_nobody_asks_for_fifty_cards_at_once(api: Api) -> None:
    assert await api.refused("{ dumps(first: 50) { nodes { receipt { safeToWipe } } } }") == "TOO_COSTLY"
    assert await api.refused("{ dumps(first: 4) { nodes { receipt { wipe { safe } } } } }") == "TOO_COSTLY"
    assert await api.refused("{ status { lastDumps { receipt { safeToWipe } } } }") == "TOO_COSTLY"
    await make.make_dump()
    found = await api.ask("{ dumps(first: 3) { nodes { receipt { safeToWipe } } } }")
    assert found["dumps"]["nodes"] == [{"receipt": {"safeToWipe": False}}]
