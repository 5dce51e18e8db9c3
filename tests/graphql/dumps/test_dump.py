from __future__ import annotations

from tests import factories as make
from tests.api import Api
from tests.pipeline import store_images
from thumper.domain.progress import FileState, ImageState
from thumper.graphql.relay.identity import encode
from thumper.store import models
from thumper.store.postgres.connect import client


async def test_a_receipt_adds_up_and_names_every_file(api: Api) -> None:
    dump = await make.make_dump(await make.make_location("Creek"))
    image = await make.make_image(dump)
    await make.make_image(dump, state=ImageState.PENDING)
    await make.make_file(dump, FileState.SEEN)
    await make.make_file(dump, FileState.STABLE)
    await make.make_file(dump, FileState.STORED, image=image)
    await make.make_file(dump, FileState.DUPLICATE, image=image, size_bytes=5_000_000_000)
    for _ in range(2):
        await make.make_file(dump, FileState.REJECTED)
    query = """query ($id: ID!) { dump(id: $id) { folder number settledAt location { name } source { kind state path }
      receipt { found waiting stored duplicate rejected sizeBytes rejections { reason fileCount } }
      imageCounts { total pending processing completed failed }
      rejected: files(where: {state: REJECTED}) { totalCount nodes { path state reason message whatToDo image { id } } }
      duplicates: files(where: {state: DUPLICATE}) { totalCount nodes { sizeBytes image { fileName } dump { folder } } }
      files { totalCount } } }"""
    found = (await api.ask(query, id=encode("Dump", dump.id)))["dump"]
    assert found["receipt"] == {
        "found": 6,
        "waiting": 2,
        "stored": 1,
        "duplicate": 1,
        "rejected": 2,
        "sizeBytes": 5_000_000_500,
        "rejections": [{"reason": "TRUNCATED", "fileCount": 2}],
    }
    assert found["imageCounts"] == {"total": 2, "pending": 1, "processing": 0, "completed": 1, "failed": 0}
    assert found["rejected"]["totalCount"] == 2
    (one, _) = found["rejected"]["nodes"]
    assert (one["reason"], one["message"], one["image"]) == ("TRUNCATED", "It ends early.", None)
    assert found["duplicates"]["nodes"][0]["image"] == {"fileName": image.file_name}
    assert found["files"]["totalCount"] == 6
    assert found["source"]["kind"] == "DROP"


async def test_images_that_another_dump_brought_are_counted_among_those_of_the_files(api: Api) -> None:
    first, second = await make.make_dump(), await make.make_dump()
    known, _ = await store_images(2, dump=first)
    (new,) = await store_images(1, dump=second)
    await client().execute_query("UPDATE job SET held = TRUE WHERE image_id = $1", [known])
    for image_id, state in (
        (known, FileState.DUPLICATE),
        (known, FileState.DUPLICATE),
        (new, FileState.STORED),
    ):
        await make.make_file(second, state, image=await models.Image.get(id=image_id))
    query = """query ($id: ID!) { dump(id: $id) { heldImageCount imageCounts { total }
      fileImageCounts { total pending processing completed failed } } }"""
    found = (await api.ask(query, id=encode("Dump", second.id)))["dump"]
    assert found == {
        "heldImageCount": 1,
        "imageCounts": {"total": 1},
        "fileImageCounts": {"total": 2, "pending": 2, "processing": 0, "completed": 0, "failed": 0},
    }


async def test_dumps_are_filtered_and_listed_latest_first(api: Api) -> None:
    location = await make.make_location()
    first = await make.make_dump(location)
    second = await make.make_dump(settled_at=make.NOON)
    query = """query ($where: DumpFilter, $order: DumpOrder) {
      dumps(where: $where, orderBy: $order) { totalCount nodes { folder } } }"""

    async def folders(**variables: object) -> list[str]:
        return [node["folder"] for node in (await api.ask(query, **variables))["dumps"]["nodes"]]

    assert await folders() == [second.display_folder, first.display_folder]
    assert await folders(order={"direction": "ASC"}) == [first.display_folder, second.display_folder]
    assert await folders(where={"locationId": encode("Location", location.id)}) == [first.display_folder]
    assert await folders(where={"settled": True}) == [second.display_folder]
    assert await folders(where={"settled": False}) == [first.display_folder]
    assert await folders(where={"withoutLocation": True}) == [second.display_folder]
    several = [encode("Location", own) for own in (location.id, make.unknown_id())]
    assert await folders(where={"locationIds": several}) == [first.display_folder]
    assert await folders(where={"broughtImages": True}) == []
    await make.make_image(second)
    assert await folders(where={"broughtImages": True}) == [second.display_folder]
    assert await folders(where={"broughtImages": False}) == [first.display_folder]
    came = first.first_seen_at.isoformat()
    assert await folders(where={"arrivedBefore": came}) == []
    assert first.display_folder in await folders(where={"arrivedAfter": came})


async def test_files_are_listed_by_path_either_way_a_page_at_a_time(api: Api) -> None:
    dump = await make.make_dump()
    for name in ("b", "a", "c"):
        await make.make_file(dump, FileState.REJECTED, path=name.encode(), display_path=name)
    query = """query ($id: ID!, $order: FileOrder, $after: String) { dump(id: $id) {
      files(first: 2, after: $after, where: {state: REJECTED}, orderBy: $order) {
        totalCount nodes { path } pageInfo { endCursor } } } }"""
    for direction, expected in (("ASC", ["a", "b", "c"]), ("DESC", ["c", "b", "a"])):
        paths: list[str] = []
        after = None
        for _ in range(2):
            variables = {"order": {"direction": direction}, "after": after}
            page = (await api.ask(query, id=encode("Dump", dump.id), **variables))["dump"]["files"]
            paths += [node["path"] for node in page["nodes"]]
            assert page["totalCount"] == 3
            after = page["pageInfo"]["endCursor"]
        assert paths == expected
