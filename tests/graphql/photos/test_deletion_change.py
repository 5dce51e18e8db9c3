from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.live import subscribed
from thumper.domain.identity import IdentityVerdict
from thumper.domain.progress import FileState
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models
from thumper.store.disk import library, library_claim

EFFECT = """effect { imageCount originalCount detectionCount reviewCount decisionCount sightingCount fileCount
  filesLeftCount leftExamples }"""
PREVIEW = f"""query ($input: DeleteImagesInput!) {{ deleteImagesPreview(input: $input) {{
  {EFFECT} errors {{ code path }} }} }}"""
DELETE = f"""mutation ($input: DeleteImagesInput!) {{ deleteImages(input: $input) {{
  deletions {{ id note sha256 deletedAt undoneAt files {{ path reason message whatToDo dump {{ id }} }} }}
  {EFFECT} notErased errors {{ code path }} }} }}"""
UNDO = """mutation ($input: UndoDeletionsInput!) { undoDeletions(input: $input) {
  deletions { id undoneAt } errors { code message path } } }"""


@pytest.fixture(autouse=True)
def _its_library_is_there(settings: Settings) -> None:
    library.write_whole(settings.library_dir / library_claim.MARKER, b"of a test")


async def delete(api: Api, *images: models.Image, **values: Any) -> dict[str, Any]:
    given = {"imageIds": [encode("Image", image.id) for image in images], **values}
    answer: dict[str, Any] = (await api.ask(DELETE, input=given))["deleteImages"]
    return answer


async def make_kept(settings: Settings, dump: models.Dump) -> tuple[models.Image, list[Path]]:
    """Make an image whose original, thumbnail and view are in the library."""
    image = await make.make_image(dump)
    places = [own for own in library.pictures_of(settings.library_dir, image.sha256) if own.suffix == ".jpg"]
    for place in places:
        library.write_whole(place, b"picture")
    await models.Image.filter(id=image.id).update(original_path=bytes(places[0]))
    return image, places


async def test_a_preview_tells_what_deleting_then_does(api: Api, settings: Settings) -> None:
    dump = await make.make_dump()
    kept, places = await make_kept(settings, dump)
    in_drop = await make.make_image(dump, original_path=b"/drop/Oak/\xe9.JPG")
    for image in (kept, in_drop):
        await make.make_file(dump, FileState.STORED, image=image, path=f"{image.file_name}".encode())
    given = {"imageIds": [encode("Image", image.id) for image in (kept, in_drop)]}
    foreseen = (await api.ask(PREVIEW, input=given))["deleteImagesPreview"]["effect"]
    assert all(place.exists() for place in places)
    assert (foreseen["imageCount"], foreseen["originalCount"], foreseen["fileCount"]) == (2, 1, 2)
    source = await models.Source.get(id=dump.source_id)
    left = [r"/drop/Oak/\xe9.JPG", *(f"{source.display_path}/{own.file_name}" for own in (kept, in_drop))]
    assert (foreseen["filesLeftCount"], foreseen["leftExamples"]) == (3, sorted(left))
    done = await delete(api, kept, in_drop, note="poachers")
    assert (done["effect"], done["notErased"], done["errors"]) == (foreseen, [], [])
    assert not any(place.exists() for place in places)
    assert {own["note"] for own in done["deletions"]} == {"poachers"}
    assert {own["sha256"] for own in done["deletions"]} == {kept.sha256.hex(), in_drop.sha256.hex()}
    (file,) = done["deletions"][0]["files"]
    assert file["reason"] == "DELETED"
    assert "A person deleted this photo on " in file["message"]
    assert "thumper undelete" in file["whatToDo"]


async def test_what_was_decided_of_its_boxes_is_foreseen_as_lost(api: Api) -> None:
    detector = await make.make_detector()
    image, boxes = await make.make_boxed_image(await make.make_dump(), detector, boxes=2)
    crooked, other = await make.make_deer(), await make.make_deer()
    await make.decide(boxes[0], crooked)
    await make.decide(boxes[1], crooked, IdentityVerdict.IS_NOT)
    await make.decide(boxes[1], other, IdentityVerdict.UNSURE)
    given = {"imageIds": [encode("Image", image.id)]}
    foreseen = (await api.ask(PREVIEW, input=given))["deleteImagesPreview"]["effect"]
    assert (foreseen["decisionCount"], foreseen["sightingCount"], foreseen["detectionCount"]) == (3, 1, 2)
    assert (await delete(api, image))["effect"] == foreseen
    assert await models.IdentityDecision.all().count() == 0


async def test_a_deleted_image_is_nowhere_to_be_found(api: Api, settings: Settings) -> None:
    dump = await make.make_dump()
    image, _ = await make_kept(settings, dump)
    word = encode("Image", image.id)
    urls = (await api.ask("query ($id: ID!) { image(id: $id) { urls { thumb original } } }", id=word))[
        "image"
    ]["urls"]
    assert (await api.http.get(urls["thumb"])).status_code == 200
    await delete(api, image)
    found = await api.ask(
        "query ($id: ID!) { image(id: $id) { id } node(id: $id) { id } images { totalCount }"
        " status { imageCounts { total } } }",
        id=word,
    )
    assert (found["image"], found["node"]) == (None, None)
    assert (found["images"]["totalCount"], found["status"]["imageCounts"]["total"]) == (0, 0)
    for url in urls.values():
        assert (await api.http.get(url)).status_code == 404


async def test_deletions_are_listed_and_taken_back(api: Api) -> None:
    dump, other = await make.make_dump(), await make.make_dump()
    images = [await make.make_image(own) for own in (dump, dump, other)]
    for image, path in zip(images, ("DCIM/IMG_1.JPG", "DCIM/IMG_2.JPG", "IMG_1.JPG"), strict=True):
        file = {"path": path.encode(), "display_path": path}
        await make.make_file(dump if image in images[:2] else other, FileState.STORED, image=image, **file)
    made = (await delete(api, *images))["deletions"]
    query = """query ($where: DeletionFilter, $id: ID!) { deletion(id: $id) { undoneAt }
      deletions(where: $where) { totalCount nodes { id files { path } } } }"""

    async def listed(**where: Any) -> list[str]:
        found = await api.ask(query, where=where, id=made[0]["id"])
        return sorted(path["path"] for own in found["deletions"]["nodes"] for path in own["files"])

    assert await listed() == ["DCIM/IMG_1.JPG", "DCIM/IMG_2.JPG", "IMG_1.JPG"]
    assert await listed(fileName="img_1.jpg") == ["DCIM/IMG_1.JPG", "IMG_1.JPG"]
    assert await listed(fileName="IMG_1.JPG", dumpId=encode("Dump", other.id)) == ["IMG_1.JPG"]
    undone = (await api.ask(UNDO, input={"deletionIds": [made[0]["id"]]}))["undoDeletions"]
    assert (undone["errors"], undone["deletions"][0]["undoneAt"] is None) == ([], False)
    assert len(await listed(undone=False)) == 2
    again = (await api.ask(UNDO, input={"deletionIds": [made[0]["id"], made[1]["id"]]}))["undoDeletions"]
    assert (again["deletions"], again["errors"][0]["code"]) == (None, "INVALID")
    assert again["errors"][0]["path"] == ["input", "deletionIds"]
    assert len(await listed(undone=False)) == 2


@pytest.mark.parametrize("count", [0, 101])
async def test_too_few_or_too_many_images_are_refused(api: Api, count: int) -> None:
    ids = [encode("Image", make.unknown_id()) for _ in range(count)]
    for query in (PREVIEW, DELETE):
        (answer,) = (await api.ask(query, input={"imageIds": ids})).values()
        assert (answer["errors"], answer["effect"]) == (
            [{"code": "INVALID", "path": ["input", "imageIds"]}],
            None,
        )


async def test_an_image_that_is_not_there_is_refused(api: Api) -> None:
    image = await make.make_image(await make.make_dump())
    ids = [encode("Image", image.id), encode("Image", make.unknown_id())]
    for query in (PREVIEW, DELETE):
        (answer,) = (await api.ask(query, input={"imageIds": ids})).values()
        assert answer["errors"] == [{"code": "NOT_FOUND", "path": ["input", "imageIds"]}]
    assert await models.Image.exists(id=image.id)


async def test_subscribers_are_told_that_images_and_their_sightings_are_gone(api: Api) -> None:
    detector, dump, deer = await make.make_detector(), await make.make_dump(), await make.make_deer()
    image, (box,) = await make.make_boxed_image(dump, detector, processed_at=make.NOON)
    await make.make_sighting(box, deer)
    word = encode("Image", image.id)
    seen = "subscription { deerSeen { sightings { detection { id } } takenBack { deer { id } detection { id } } } }"
    progress = "subscription ($id: ID!) { dumpProgress(dumpId: $id) { dump { imageCounts { total } } } }"
    async with (
        subscribed(api.url, "subscription { imageProcessed { images { id } deletedIds } }") as images,
        subscribed(api.url, "subscription { detectionAdded { detections { image { id } } } }") as boxes,
        subscribed(api.url, seen) as sightings,
        subscribed(api.url, progress, id=encode("Dump", dump.id)) as dumps,
    ):
        assert (await images.next()) == {"images": [{"id": word}], "deletedIds": []}
        assert len((await boxes.next())["detections"]) == 1
        assert len((await sightings.next())["sightings"]) == 1
        assert (await dumps.next())["dump"]["imageCounts"]["total"] == 1
        await delete(api, image)
        assert (await images.next()) == {"images": [], "deletedIds": [word]}
        gone = {"deer": {"id": encode("Deer", deer.id)}, "detection": None}
        assert (await sightings.next()) == {"sightings": [], "takenBack": [gone]}
        assert (await dumps.next())["dump"]["imageCounts"]["total"] == 0


async def test_while_the_disk_of_the_library_is_away_nothing_is_called_erased_or_taken_back(
    api: Api, settings: Settings
) -> None:
    dump = await make.make_dump()
    kept, places = await make_kept(settings, dump)
    away = settings.library_dir.rename(settings.library_dir.with_name("away"))
    settings.library_dir.mkdir()
    done = await delete(api, kept)
    problem = f"{settings.library_dir}: nothing lies there. Is its disk mounted?"
    assert (len(done["deletions"]), done["notErased"]) == (1, [problem])
    given = {"deletionIds": [done["deletions"][0]["id"]]}
    (error,) = (await api.ask(UNDO, input=given))["undoDeletions"]["errors"]
    assert (error["code"], problem in error["message"]) == ("INVALID", True)
    settings.library_dir.rmdir()
    away.rename(settings.library_dir)
    assert (await api.ask(UNDO, input=given))["undoDeletions"]["errors"] == []
    assert not any(place.exists() for place in places)
