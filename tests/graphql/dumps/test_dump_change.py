"""`retryDump`: the rejected files of a dump wait again, or the answer says why not."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.domain.progress import FileState, SourceKind
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store.models import Source

RETRY = """mutation($id: ID!) { retryDump(input: {dumpId: $id}) {
    dump { id settledAt receipt { waiting rejected } } retriedCount leftCount whyLeft errors { code path } } }"""


async def retry(api: Api, dump_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await api.ask(RETRY, id=dump_id))["retryDump"]
    return answer


async def test_rejected_files_wait_again(api: Api, settings: Settings) -> None:
    dump = await make.make_dump(source=await make.make_source(settings.drop_dir), settled_at=make.NOON)
    for _ in range(3):
        await make.make_file(dump, FileState.REJECTED)
    dump_id = encode("Dump", dump.id)
    assert await retry(api, dump_id) == {
        "dump": {"id": dump_id, "settledAt": None, "receipt": {"waiting": 3, "rejected": 0}},
        "retriedCount": 3,
        "leftCount": 0,
        "whyLeft": None,
        "errors": [],
    }


async def test_rejected_files_of_a_folder_that_is_not_watched_any_more_are_left(api: Api) -> None:
    dump = await make.make_dump(settled_at=make.NOON)
    await make.make_file(dump, FileState.REJECTED)
    answer = await retry(api, encode("Dump", dump.id))
    assert (answer["retriedCount"], answer["leftCount"], answer["errors"]) == (0, 1, [])
    assert "THUMPER_DROP" in answer["whyLeft"]


async def test_rejected_uploads_are_left_and_the_answer_says_why(api: Api) -> None:
    source = await Source.create(kind=SourceKind.UPLOAD, path=b"/library", display_path="/library")
    dump = await make.make_dump(source=source, settled_at=make.NOON)
    await make.make_file(dump, FileState.REJECTED)
    answer = await retry(api, encode("Dump", dump.id))
    assert (answer["retriedCount"], answer["leftCount"], answer["errors"]) == (0, 1, [])
    assert "createUpload" in answer["whyLeft"]


async def test_an_unknown_dump_is_refused(api: Api) -> None:
    answer = await retry(api, encode("Dump", make.unknown_id()))
    assert answer["errors"] == [{"code": "NOT_FOUND", "path": ["input", "dumpId"]}]
    assert answer["dump"] is None
