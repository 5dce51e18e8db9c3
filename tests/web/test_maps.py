"""A picture of the property is sent, shown, and locations are placed on it."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image as Picture

from tests import factories as make
from tests.api import Api
from tests.people import make_asker
from thumper.domain.access import Role, Scope
from thumper.graphql.relay.identity import encode
from thumper.store.models import AuditEntry, MapSpot, PropertyMap

MAPS = "{ propertyMaps { id name widthPx heightPx url spots { x y location { name } } } }"
PLACE = """mutation ($input: PlaceLocationInput!) { placeLocation(input: $input) {
  propertyMap { name spots { x y location { name } } } location { mapSpots { x y propertyMap { name } } }
  errors { code path } } }"""
UNPLACE = """mutation ($input: UnplaceLocationInput!) { unplaceLocation(input: $input) {
  propertyMap { spots { x } } errors { code path } } }"""
UPDATE = """mutation ($input: UpdatePropertyMapInput!) { updatePropertyMap(input: $input) {
  propertyMap { name } errors { code path } } }"""
DELETE = "mutation ($input: DeletePropertyMapInput!) { deletePropertyMap(input: $input) { deletedId errors { code } } }"


def picture(width_px: int = 60, height_px: int = 40, *, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (width_px, height_px), (40, 90, 30)).save(out, kind, **options)
    return out.getvalue()


async def send(api: Api, name: str = "Ranch", content: bytes | None = None) -> str:
    """Send a map; return its id."""
    answer = await api.http.post("/maps", params={"name": name}, content=content or picture())
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["propertyMapId"]
    return found


async def test_a_picture_is_sent_and_shown_without_what_was_written_in_it(api: Api) -> None:
    exif = Picture.Exif()
    exif[274], exif[270] = 6, "where the gate key hangs"
    content = picture(kind="JPEG", exif=exif)
    assert b"gate key" in content
    map_id = await send(api, " Ranch 2026 ", content)
    (told,) = (await api.ask(MAPS))["propertyMaps"]
    assert told | {"id": map_id, "name": "Ranch 2026", "widthPx": 40, "heightPx": 60, "spots": []} == told
    shown = await api.http.get(told["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert b"gate key" not in shown.content
    with Picture.open(io.BytesIO(shown.content)) as opened:
        assert opened.size == (40, 60)
    again = await api.http.get(told["url"], headers={"if-none-match": shown.headers["etag"]})
    assert again.status_code == 304
    assert await AuditEntry.filter(action="sendMap").count() == 1


async def test_a_large_picture_is_scaled_down(api: Api) -> None:
    await send(api, content=picture(8192, 1024))
    (told,) = (await api.ask(MAPS))["propertyMaps"]
    assert (told["widthPx"], told["heightPx"]) == (4096, 512)


async def test_what_is_no_picture_is_refused_and_nothing_is_kept(api: Api) -> None:
    await send(api)
    for name, content, status, code in (
        ("a", b"GIF89a nonsense", 422, "UNSUPPORTED_TYPE"),
        ("a", b"", 422, "ZERO_BYTES"),
        ("a", b"\0" * 50_000_001, 413, "TOO_LARGE"),
        ("", picture(), 422, "INVALID"),
        ("x" * 201, picture(), 422, "INVALID"),
        ("rANCH", picture(), 409, "NAME_TAKEN"),
    ):
        answer = await api.http.post("/maps", params={"name": name}, content=content)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert await PropertyMap.all().count() == 1
    assert await AuditEntry.filter(action="sendMap").count() == 1


async def test_there_is_an_end_to_them(api: Api) -> None:
    for number in range(20):
        row: dict[str, Any] = {"width_px": 1, "height_px": 1, "picture": b"x", "sha256": bytes(32)}
        await PropertyMap.create(name=f"map {number}", **row)
    answer = await api.http.post("/maps", params={"name": "one more"}, content=picture())
    assert answer.status_code == 422
    assert "20 maps" in answer.json()["errors"][0]["message"]


async def test_a_location_is_placed_moved_and_taken_off(api: Api) -> None:
    map_id, oak = await send(api), await make.make_location("Oak")
    both = {"propertyMapId": map_id, "locationId": encode("Location", oak.id)}
    for x in (0.25, 1.0):
        placed = (await api.ask(PLACE, input=both | {"x": x, "y": 0}))["placeLocation"]
        assert placed == {
            "propertyMap": {"name": "Ranch", "spots": [{"x": x, "y": 0, "location": {"name": "Oak"}}]},
            "location": {"mapSpots": [{"x": x, "y": 0, "propertyMap": {"name": "Ranch"}}]},
            "errors": [],
        }
    for _ in range(2):
        taken = (await api.ask(UNPLACE, input=both))["unplaceLocation"]
        assert taken == {"propertyMap": {"spots": []}, "errors": []}


async def test_what_makes_no_sense_is_refused_by_field(api: Api) -> None:
    map_id, oak = await send(api), await make.make_location("Oak")
    right = {"propertyMapId": map_id, "locationId": encode("Location", oak.id), "x": 0.5, "y": 0.5}
    for wrong, code, field in (
        ({"x": 1.01}, "INVALID", "x"),
        ({"y": -0.01}, "INVALID", "y"),
        ({"propertyMapId": encode("PropertyMap", make.unknown_id())}, "NOT_FOUND", "propertyMapId"),
        ({"locationId": encode("Location", make.unknown_id())}, "NOT_FOUND", "locationId"),
    ):
        refused = (await api.ask(PLACE, input=right | wrong))["placeLocation"]
        assert refused["errors"] == [{"code": code, "path": ["input", field]}], wrong
    assert await MapSpot.all().count() == 0


async def test_a_map_is_renamed_and_deleted_with_its_spots(api: Api) -> None:
    first, second, oak = await send(api), await send(api, "Lease"), await make.make_location("Oak")
    both = {"propertyMapId": first, "locationId": encode("Location", oak.id)}
    await api.ask(PLACE, input=both | {"x": 0.5, "y": 0.5})
    renamed = (await api.ask(UPDATE, input={"propertyMapId": first, "name": "Home"}))["updatePropertyMap"]
    assert renamed == {"propertyMap": {"name": "Home"}, "errors": []}
    taken = (await api.ask(UPDATE, input={"propertyMapId": second, "name": "home"}))["updatePropertyMap"]
    assert taken["errors"] == [{"code": "NAME_TAKEN", "path": ["input", "name"]}]
    assert (await api.ask(DELETE, input={"propertyMapId": first}))["deletePropertyMap"]["deletedId"] == first
    gone = (await api.ask(DELETE, input={"propertyMapId": first}))["deletePropertyMap"]
    assert gone["errors"] == [{"code": "NOT_FOUND"}]
    assert (await api.http.get(f"/maps/{first}")).status_code == 404
    assert (await api.http.get("/maps/nonsense")).status_code == 400
    assert await MapSpot.all().count() == 0


async def test_only_the_owner_sends_maps_and_guests_see_none(api: Api) -> None:
    map_id = await send(api)
    for role, scopes, sending, looking in (
        (Role.OWNER, None, 409, 200),
        (Role.MEMBER, None, 403, 200),
        (Role.OWNER, {Scope.READ}, 403, 200),
        (Role.GUEST, None, 403, 403),
    ):
        headers = (await make_asker(f"{role} {scopes}", role, scopes)).headers
        sent = await api.anonymous.post("/maps?name=ranch", content=picture(), headers=headers)
        seen = await api.anonymous.get(f"/maps/{map_id}", headers=headers)
        assert (sent.status_code, seen.status_code) == (sending, looking), (role, scopes)
    assert (await api.anonymous.get(f"/maps/{map_id}")).status_code == 401
