"""Spreadsheets over HTTP: the same rows as the API has, of one moment, and nothing that runs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.api import Api
from tests.patience import until
from tests.people import make_asker
from thumper.domain.access import Role, Scope
from thumper.graphql.relay.identity import encode
from thumper.store.postgres.connect import client

NAMES = {"detections": "DetectionFilter", "images": "ImageFilter", "sightings": "SightingFilter"}


async def sheet(
    api: Api, name: str, where: dict[str, Any] | None = None, **query: str
) -> list[dict[str, str]]:
    """Return the rows of a sheet, by heading."""
    asked = query | ({} if where is None else {"where": json.dumps(where)})
    answer = await api.http.get(f"/export/{name}.csv", params=asked)
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert answer.headers["x-total-count"] == str(len(rows)) == str(await total(api, name, where))
    return rows


async def total(api: Api, name: str, where: dict[str, Any] | None) -> int:
    query = f"query ($where: {NAMES[name]}) {{ {name}(where: $where, first: 0) {{ totalCount }} }}"
    found: int = (await api.ask(query, where=where))[name]["totalCount"]
    return found


async def ranch() -> tuple[Any, Any]:
    """Make a stand with two photos, three boxes on the first, of which one is a known deer."""
    stand = await make.make_location('=Oak, "north"', time_zone="America/Chicago")
    camera = await make.make_camera(make="BROWNING", model="BTC", serial="7", name="")
    dump, detector = await make.make_dump(), await make.make_detector()
    at: dict[str, Any] = {"location": stand, "camera": camera}
    image, boxes = await make.make_boxed_image(dump, detector, boxes=3, file_name="+1.JPG", **at)
    await make.make_sighting(boxes[0], await make.make_deer("-Old Crab"))
    await make.make_image(dump, taken_at=None, file_name="two.JPG")
    return image, boxes


PHOTO = {
    "file": "'+1.JPG",
    "stand": '\'=Oak, "north"',
    "camera": "BROWNING BTC 7",
    "local_time": "2024-11-09 06:00:00",
    "time_zone": "America/Chicago",
    "instant": "2024-11-09T12:00:00Z",
}
ANIMAL = {
    "label": "buck",
    "species": "Odocoileus virginianus",
    "common_name": "white-tailed deer",
    "sex": "male",
    "life_stage": "adult",
    "model_word": "buck",
    "confidence": "0.9",
    "deer": "'-Old Crab",
}


async def test_a_row_of_a_box_tells_what_the_api_tells(api: Api) -> None:
    image, boxes = await ranch()
    ids = {"image_id": encode("Image", image.id), "detection_id": encode("Detection", boxes[0].id)}
    rows = {row["detection_id"]: row for row in await sheet(api, "detections")}
    assert rows[ids["detection_id"]] == PHOTO | ANIMAL | {"review": "", "drawn": "no"} | ids
    (seen,) = await sheet(api, "sightings")
    assert seen | PHOTO | ANIMAL | ids == seen
    assert seen["said_by"] == "test"


async def test_a_row_of_a_photo_tells_of_all_its_boxes(api: Api) -> None:
    image, _ = await ranch()
    taken, untimed = await sheet(api, "images")
    words = ("label", "species", "sex", "life_stage", "model_word")
    three = {name: "; ".join([ANIMAL[name]] * 3) for name in words}
    assert taken | PHOTO | three | {"image_id": encode("Image", image.id), "animals": "3"} == taken
    assert (taken["deer"], taken["state"], taken["starred"]) == ("'-Old Crab", "completed", "no")
    assert (untimed["file"], untimed["animals"]) == ("two.JPG", "0")
    assert {untimed[name] for name in ("local_time", "instant", "stand", "label")} == {""}


async def test_a_correction_is_shown_beside_the_models_word(api: Api) -> None:
    _, boxes = await ranch()
    for box, verdict, sex in ((boxes[0], "CORRECTED", "FEMALE"), (boxes[1], "REJECTED", None)):
        said = {"detectionId": encode("Detection", box.id), "verdict": verdict, "sex": sex}
        answer = await api.ask(
            "mutation ($input: ReviewDetectionInput!) { reviewDetection(input: $input) { errors { message } } }",
            input=said,
        )
        assert answer["reviewDetection"]["errors"] == []
    rows = await sheet(api, "detections")
    assert {(row["label"], row["sex"], row["model_word"], row["review"]) for row in rows} == {
        ("doe", "female", "buck", "corrected"),
        ("buck", "male", "buck", ""),
    }
    (rejected,) = await sheet(api, "detections", {"verdict": "REJECTED"})
    assert rejected["review"] == "rejected"


async def test_the_filter_is_the_one_of_the_list(api: Api) -> None:
    image, _ = await ranch()
    for name, where, rows in (
        ("images", {"withoutTakenAt": True}, 1),
        ("images", {"locationId": encode("Location", image.location_id), "sex": "MALE"}, 1),
        ("images", {"takenBefore": "2024-11-09T12:00:00Z"}, 0),
        ("images", {"fileName": "two.JPG"}, 1),
        ("images", {"dateBefore": "2024-11-09"}, 0),
        ("detections", {"timeOfDayAfter": "23:00", "timeOfDayBefore": "23:01"}, 0),
        ("images", {"withoutDetections": True, "tag": "x"}, 0),
        ("detections", {"withoutDeer": True, "labels": ["buck"]}, 2),
        ("detections", {"imageId": encode("Image", image.id), "minConfidence": 0.95}, 0),
        ("sightings", {"locationId": encode("Location", image.location_id)}, 1),
        ("sightings", {"createdBefore": "2024-01-01T00:00:00Z"}, 0),
    ):
        assert len(await sheet(api, name, where)) == rows, (name, where)


@pytest.mark.parametrize(
    ("path", "status", "code", "names"),
    [
        ("deer.csv", 404, "NOT_FOUND", "detections, images, sightings"),
        ("images.csv?where={", 400, "BAD_VALUE", "no JSON"),
        ("images.csv?where=[[[[", 400, "BAD_VALUE", "no JSON"),
        ("images.csv?where=[]", 400, "BAD_VALUE", "ImageFilter"),
        ('images.csv?where={"sexx":"MALE"}', 400, "BAD_VALUE", "sexx"),
        ('images.csv?where={"sex":"male"}', 400, "BAD_VALUE", "MALE"),
        ('images.csv?where={"locationId":"x"}', 400, "BAD_ID", "'x'"),
        ('detections.csv?where={"minConfidence":7}', 400, "BAD_CONFIDENCE", "minConfidence is 7"),
        ("images.csv?bom=yes", 400, "BAD_VALUE", "true or false"),
        ("images.csv?first=7", 400, "BAD_ARGUMENTS", "first"),
    ],
)
async def test_what_cannot_be_understood_is_said(
    api: Api, path: str, status: int, code: str, names: str
) -> None:
    answer = await api.http.get(f"/export/{path}")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (status, code)
    assert names in error["message"]


async def test_excel_is_told_that_it_is_utf_8(api: Api) -> None:
    await make.make_image(await make.make_dump(), file_name="Eiche ÄÖ 🦌.JPG")
    (row,) = await sheet(api, "images", bom="true")
    assert row["file"] == "Eiche ÄÖ 🦌.JPG"
    answer = await api.http.get("/export/images.csv?bom=true")
    assert answer.content.startswith(b"\xef\xbb\xbffile,stand,")
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"].startswith('attachment; filename="thumper-images-')
    assert answer.headers["cache-control"] == "no-store"


async def test_guests_and_programs_that_may_not_read_get_none(api: Api) -> None:
    for role, scopes, status in (
        (Role.MEMBER, None, 200),
        (Role.GUEST, None, 403),
        (Role.MEMBER, {Scope.INGEST}, 403),
    ):
        asker = await make_asker(f"{role} {scopes}", role, scopes)
        answer = await api.anonymous.get("/export/images.csv", headers=asker.headers)
        assert answer.status_code == status, (role, scopes)
    assert (await api.anonymous.get("/export/images.csv")).status_code == 401


async def test_head_tells_how_many_rows_there_are(api: Api) -> None:
    await ranch()
    answer = await api.http.head("/export/images.csv")
    assert (answer.status_code, answer.headers["x-total-count"], answer.content) == (200, "2", b"")


async def many_images(count: int) -> None:
    """Make images beside those that are there, without what follows from a new image: that would take seconds."""
    await make.make_image(await make.make_dump(), file_name="pattern.JPG")
    async with in_transaction("default") as transaction:
        await transaction.execute_query("SET LOCAL session_replication_role = replica")
        await transaction.execute_query(
            """
            INSERT INTO image SELECT made.* FROM image, generate_series(2, $1::int) AS n,
                LATERAL jsonb_populate_record(image, jsonb_build_object('id', gen_random_uuid(),
                    'sha256', '\\x' || encode(sha256(n::text::bytea), 'hex'), 'sort_name', n::text)) AS made
            WHERE image.file_name = 'pattern.JPG'
            """,
            [count],
        )


async def remove_all_images() -> None:
    async with in_transaction("default") as transaction:
        await transaction.execute_query("SET LOCAL session_replication_role = replica")
        await transaction.execute_query("DELETE FROM image")


async def test_thirty_thousand_rows_are_of_one_moment(api: Api) -> None:
    """Photos that go while the first are read change nothing, and none is lost or told twice."""
    await many_images(30_000)
    found, is_gone = set[str](), False
    where = {"where": json.dumps({"withoutLocation": True})}
    async with api.http.stream("GET", "/export/images.csv", params=where) as answer:
        assert answer.headers["x-total-count"] == "30000"
        lines = answer.aiter_lines()
        image_id = (await anext(lines)).split(",").index("image_id")
        async for line in lines:
            if not is_gone:
                await remove_all_images()
                is_gone = True
            found.add(line.split(",")[image_id])
    assert len(found) == 30_000


async def test_no_more_are_sent_at_a_time_than_connections_allow(api: Api) -> None:
    await many_images(20_000)  # more than the sockets on the way hold
    first, second, third = (api.http.stream("GET", "/export/images.csv") for _ in range(3))
    async with first, second, third:
        answer = await api.http.get("/export/images.csv")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert answer.json()["errors"][0]["extensions"]["code"] == "OVERLOADED"

    async def is_answered() -> bool:
        return (await api.http.head("/export/images.csv")).status_code == 200

    await until(is_answered)


async def test_what_breaks_off_is_no_whole_spreadsheet(api: Api) -> None:
    await many_images(20_000)
    async with api.http.stream("GET", "/export/images.csv") as answer:
        (ended,) = await client().execute_query_dict(
            "SELECT count(pg_terminate_backend(pid)) AS count FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND query LIKE '%images_sheet%'"
        )
        assert ended["count"] == 1
        with pytest.raises(httpx.RemoteProtocolError):
            await answer.aread()
