"""`thumper receipt` and `thumper retry`: what they ask of the API, what they print, and their exit codes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.factories import NOON, make_dump, make_file, make_image, make_location, make_source
from tests.patience import PATIENCE_S
from thumper.cli import receipt, receipt_query, retry
from thumper.cli.client import ask
from thumper.cli.receipt_query import Ask, deliveries, find_bringing, find_dump, read_verdict
from thumper.cli.receipt_view import show
from thumper.domain.clock_doubt import ClockDoubt
from thumper.domain.progress import FileState, ImageState, SourceKind
from thumper.domain.reason import Reason
from thumper.errors import NotFoundError
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models
from thumper.store.models import Dump, Source

pytestmark = pytest.mark.slow  # as a whole: each starts the real command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def asking(client_settings: Settings) -> Ask:
    return partial(ask, client_settings)


async def make_card(drop: Path = Path("/photos/drop")) -> Dump:
    """A delivery with a file in each state but waiting, whose originals are nowhere."""
    source = await make_source(drop)
    dump = await make_dump(
        await make_location("Barn"), source=source, folder=b"Barn", display_folder="Barn", settled_at=NOON
    )
    image = await make_image(dump, clock_doubt=ClockDoubt.FACTORY_DATE)
    await make_file(dump, FileState.STORED, image=image, display_path="Barn/1.jpg", size_bytes=2_000_000)
    await make_file(dump, FileState.DUPLICATE, image=image, display_path="Barn/2.jpg", seen_at=NOON)
    await make_file(
        dump,
        FileState.REJECTED,
        display_path="Barn/C.AVI",
        reason=Reason.UNSUPPORTED_TYPE,
        message="Barn/C.AVI: It is a video.",
    )
    return dump


async def test_a_dump_is_found_by_id_folder_or_path_and_the_latest_by_nothing(
    asking: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="There is no dump yet"):
        await find_dump(asking, None)
    barn = encode("Dump", (await make_card()).id)
    source = await make_source(tmp_path)
    here = encode("Dump", (await make_dump(source=source, folder=b"Creek", display_folder="Creek")).id)
    assert await find_dump(asking, None) == here
    for word in (barn, "barn", "Barn/", "/photos/drop/Barn", "/photos/drop/Barn/"):
        assert await find_dump(asking, word) == barn
    monkeypatch.chdir(tmp_path)
    for word in ("creek", "./Creek", str(tmp_path / "Creek")):
        assert await find_dump(asking, word) == here
    with pytest.raises(NotFoundError, match="no dump of Ridge"):
        await find_dump(asking, "Ridge")


async def test_a_folder_that_came_again_without_new_photos_means_the_dump_that_has_them(asking: Ask) -> None:
    barn = await make_card()
    again = await make_dump(
        source=await Source.get(id=barn.source_id), folder=b"Barn", display_folder="Barn", number=2
    )
    for word in ("Barn", "/photos/drop/Barn"):
        assert await find_dump(asking, word) == encode("Dump", again.id)
        assert await find_bringing(asking, word) == encode("Dump", barn.id)
    assert await deliveries(asking, "Barn") == [encode("Dump", dump.id) for dump in (again, barn)]
    assert await find_bringing(asking, encode("Dump", again.id)) == encode("Dump", again.id)
    empty = await make_dump(folder=b"Empty", display_folder="Empty")
    assert await find_bringing(asking, "Empty") == encode("Dump", empty.id)


async def test_a_receipt_holds_every_list_and_the_verdict(
    asking: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt_query, "_PAGE", 1)
    dump = await make_card()
    for name in ("Barn/3.jpg", "Barn/4.jpg"):
        await make_file(dump, FileState.REJECTED, display_path=name, message=f"{name}: It ends early.")
    answer = await receipt._read(asking, "Barn", most=None)
    assert {
        key: answer[key] for key in ("found", "stored", "duplicate", "rejected", "waiting", "videoCount")
    } == {
        "found": 5,
        "stored": 1,
        "duplicate": 1,
        "rejected": 3,
        "waiting": 0,
        "videoCount": 1,
    }
    lists = {name: [file["path"] for file in answer[name]] for name in receipt_query.LISTS}
    assert lists == {
        "rejections": ["Barn/3.jpg", "Barn/4.jpg", "Barn/C.AVI"],
        "arriving": [],
        "duplicates": ["Barn/2.jpg"],
        "storedFiles": ["Barn/1.jpg"],
        "damagedFiles": [],
        "incompleteFiles": [],
    }
    assert answer["duplicates"][0]["firstPath"] == "Barn/1.jpg"
    assert answer["duplicates"][0]["firstSource"] == "/photos/drop"
    assert answer["safeToWipe"] is False
    assert {found["code"] for found in answer["wipe"]["obstacles"]} == {
        "REJECTED",
        "VIDEOS",
        "ORIGINAL_MISSING",
    }


async def test_a_receipt_is_printed_for_people(asking: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    await make_card()
    show(await receipt._read(asking, "Barn", most=None), everything=True)
    printed = capsys.readouterr().out
    for words in (
        "Receipt of /photos/drop/Barn · Barn",
        "3 found = 1 stored + 1 duplicate + 1 rejected · 2.0 MB",
        "of the rejected 1 is a video",
        "rejected UNSUPPORTED_TYPE Barn/C.AVI: It is a video. Thumper keeps no copy of videos.",
        "duplicate Barn/2.jpg = Barn/1.jpg of /photos/drop, first seen",
        "stored Barn/1.jpg",
        "times from: 1 EXIF_ORIGINAL",
        "clock: FACTORY_DATE 1 photo.",
        "NOT SAFE TO WIPE",
        "ORIGINAL_MISSING: 2 originals are not where they should be.",
        "re-read: originals of 2 files",
    ):
        assert words in printed, words


async def test_a_receipt_of_deleted_photos_alone_says_of_none_that_its_original_was_re_read(
    asking: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    dump, sha256 = await make_dump(), b"h" * 32
    await models.Deletion.create(sha256=sha256)
    await make_file(dump, FileState.REJECTED, reason="DELETED", sha256=sha256)
    show(await receipt._read(asking, encode("Dump", dump.id), most=None))
    printed = capsys.readouterr().out
    assert "SAFE TO WIPE" in printed
    assert "re-read" not in printed


async def test_photos_of_which_a_part_is_missing_are_counted_and_named(
    asking: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = await make_card()
    show(await receipt._read(asking, "Barn", most=None))
    assert not {"damaged", "incomplete"} & set(capsys.readouterr().out.split()), "nothing of whole photos"
    part: dict[str, Any] = {"stretches": []}
    half = await make_image(dump, damaged=True, arrived=part)
    await make_file(dump, FileState.STORED, image=half, display_path="Barn/half.jpg")
    await make_file(dump, FileState.DUPLICATE, image=half, display_path="Barn/again.jpg")
    fresh = await make_image(dump, arrived=part, state=ImageState.PENDING)
    await make_file(dump, FileState.STORED, image=fresh, display_path="Barn/fresh.jpg")
    only_mark = await make_image(dump, arrived=part)
    await make_file(dump, FileState.STORED, image=only_mark, display_path="Barn/mark.jpg")
    answer = await receipt._read(asking, "Barn", most=None)
    assert (answer["damaged"], answer["incomplete"]) == (2, 1)
    lists = [[file["path"] for file in answer[name]] for name in ("damagedFiles", "incompleteFiles")]
    assert lists == [["Barn/again.jpg", "Barn/half.jpg"], ["Barn/fresh.jpg"]]
    show(answer)
    printed = capsys.readouterr().out
    for words in (
        "2 of them damaged: a part of the picture is missing\n  damaged Barn/again.jpg\n",
        "1 of them arrived incomplete: detection says whether a part of the picture is missing\n",
        "\n  incomplete Barn/fresh.jpg\n",
    ):
        assert words in printed, words
    query = """query($id: ID!) { dump(id: $id) {
        damaged: files(where: {damaged: true}) { totalCount }
        stored: files(where: {damaged: true, state: STORED}) { totalCount }
        other: files(where: {damaged: false}) { totalCount }
        fresh: files(where: {incomplete: true}) { totalCount } } }"""
    counts = (await asking(query, {"id": encode("Dump", dump.id)}))["dump"]
    assert {name: page["totalCount"] for name, page in counts.items()} == {
        "damaged": 2, "stored": 1, "other": 5, "fresh": 1
    }  # fmt: skip


async def test_long_lists_are_cut_unless_all_is_asked_for(
    asking: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = await make_card()
    for number in range(30):
        await make_file(dump, FileState.REJECTED, display_path=f"{number:02}.jpg", message="bad")
    answer = await receipt._read(asking, "Barn", most=20)
    assert len(answer["rejections"]) == 20
    show(answer)
    assert "… and 11 more rejected; --all shows every file" in capsys.readouterr().out


async def test_a_long_check_is_followed_to_its_end() -> None:
    answers = [("CHECKING", 0), ("CHECKING", 7), ("DONE", 9)]
    told: list[tuple[int, int]] = []

    async def slow(_query: str, variables: dict[str, Any]) -> dict[str, Any]:
        assert variables == {"id": "x"}
        state, checked = answers.pop(0)
        wipe = {"state": state, "filesCheckedCount": checked, "filesToCheckCount": 9, "bytesChecked": checked}
        return {"dump": {"receipt": {"wipe": wipe}}}

    wipe = await read_verdict(slow, "x", progress=lambda *far: told.append(far))
    assert wipe["state"] == "DONE"
    assert told == [(0, 9), (7, 9), (9, 9)]


async def test_a_check_that_stands_still_is_not_followed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_query, "WIPE_STILL_S", 0.3)

    async def hanging(_query: str, _variables: dict[str, Any]) -> dict[str, Any]:
        wipe = {
            "state": "CHECKING",
            "safe": False,
            "filesCheckedCount": 7,
            "filesToCheckCount": 9,
            "bytesChecked": 70,
        }
        return {"dump": {"receipt": {"wipe": wipe}}}

    wipe = await asyncio.wait_for(read_verdict(hanging, "x", progress=lambda *_: None), 10)
    assert (wipe["state"], wipe["safe"]) == ("CHECKING", False)


async def test_a_folder_that_is_the_archive_is_not_to_be_wiped(
    asking: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Barn").mkdir()
    (tmp_path / "Barn" / "1.jpg").write_bytes(b"photo")
    source = await make_source(tmp_path)
    dump = await make_dump(source=source, folder=b"Barn", display_folder="Barn", number=2, settled_at=NOON)
    photo = tmp_path / "Barn" / "1.jpg"
    image = await make_image(dump, sha256=hashlib.sha256(b"photo").digest(), original_path=bytes(photo))
    await make_file(
        dump,
        FileState.STORED,
        image=image,
        path=b"Barn/1.jpg",
        size_bytes=5,
        mtime_ns=photo.stat().st_mtime_ns,
    )
    answer = await receipt._read(asking, str(tmp_path / "Barn"), most=20)
    assert answer["wipe"]["compareWithCard"] == {"files": 1, "bytes": 5}
    show(answer)
    printed = capsys.readouterr().out
    assert f"Receipt of {tmp_path}/Barn, delivery 2" in printed
    assert "DO NOT WIPE THE FOLDER" in printed
    assert "the same single file with 5 bytes" in printed


async def test_what_still_arrives_is_listed(asking: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    await make_file(await make_card(), FileState.SEEN, display_path="Barn/9.jpg")
    show(await receipt._read(asking, None, most=20))
    printed = capsys.readouterr().out
    assert "+ 1 still arriving" in printed
    assert "arriving Barn/9.jpg" in printed
    assert "WAITING: 1 file is still arriving." in printed


async def run(settings: Settings, *words: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", *words),
        cwd=ROOT,
        env=settings.as_environment() | {"COLUMNS": "120"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.slow
async def test_the_exit_code_says_whether_the_card_is_safe(client_settings: Settings, tmp_path: Path) -> None:
    dump = await make_card()
    code, out, err = await run(client_settings, "receipt", "Barn")
    assert (code, err) == (3, "")
    assert "NOT SAFE TO WIPE" in out
    assert "\x1b" not in out
    upload_id = await _safe_upload(tmp_path)
    code, out, _ = await run(client_settings, "receipt", encode("Dump", upload_id), "--json")
    assert code == 0
    assert json.loads(out)["safeToWipe"] is True
    code, _, err = await run(client_settings, "receipt", "Ridge")
    assert code == 1
    assert "NOT_FOUND" in err
    assert (await Dump.get(id=dump.id)).settled_at is not None


async def _safe_upload(tmp_path: Path) -> UUID:
    """A dump of uploads with one photo, whose original is where it should be."""
    (tmp_path / "original.jpg").write_bytes(b"photo")
    source = await Source.create(kind=SourceKind.UPLOAD, path=b"/library", display_path="/library")
    dump = await make_dump(source=source, settled_at=NOON)
    image = await make_image(
        dump,
        sha256=hashlib.sha256(b"photo").digest(),
        original_path=bytes(tmp_path / "original.jpg"),
    )
    await make_file(dump, FileState.STORED, image=image)
    return dump.id


async def test_retrying_says_how_many_files_wait_again(asking: Ask, client_settings: Settings) -> None:
    dump = await make_card(client_settings.drop_dir)
    answer = await retry._retry(asking, "Barn")
    assert answer == {
        "dump": encode("Dump", dump.id),
        "retried": 1,
        "left": 0,
        "whyLeft": None,
        "watched": False,
    }
    with pytest.raises(NotFoundError):
        await retry._retry(asking, encode("Dump", UUID(int=7)))
    with pytest.raises(NotFoundError):
        await receipt._read(asking, encode("Dump", UUID(int=7)), most=None)


async def test_retrying_without_a_watcher_says_so(client_settings: Settings) -> None:
    await make_card(client_settings.drop_dir)
    code, out, err = await run(client_settings, "retry", "Barn")
    assert (code, out) == (0, "Rejected files: 1 to be tried again, 0 left as they are.\n")
    assert "No watcher runs" in err
