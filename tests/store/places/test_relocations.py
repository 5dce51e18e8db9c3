"""Moving photos to another place, merging places: what follows, that a preview foresees it, that it is taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tortoise.transactions import in_transaction

from tests import factories as make
from tests.clocks import ZONE, at, clock_rows, make_clocked
from tests.places import deliver, everything, join, listed
from thumper.domain.feed import FeedKind
from thumper.domain.place_claim import PlaceClaim
from thumper.domain.place_effect import PlaceEffect, StayKind
from thumper.domain.refusal import InvalidValueError, NameTakenError, NoRecordError
from thumper.store import models
from thumper.store.feed import feed
from thumper.store.places import location_rows, locations, relocation_undo, relocations
from thumper.store.places.relocation_undo import RelocatedSinceError
from thumper.store.times import clock_fixes
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope


async def set_place(**claim: Any) -> tuple[UUID, PlaceEffect]:
    foreseen = await relocations.preview_place(PlaceClaim(**claim), server_zone=ZONE)
    relocation_id, effect = await relocations.set_place(PlaceClaim(**claim), server_zone=ZONE)
    assert told(foreseen) == told(effect)
    return relocation_id, effect


async def merge(merged: models.Location, into: models.Location) -> tuple[UUID, PlaceEffect]:
    foreseen = await relocations.preview_merge(merged.id, into.id, server_zone=ZONE)
    relocation_id, effect = await relocations.merge(merged.id, into.id, server_zone=ZONE)
    assert told(foreseen) == told(effect)
    return relocation_id, effect


def told(effect: PlaceEffect) -> tuple[Any, ...]:
    """Return an effect without the ids of what it made."""
    moves = [(move.images, move.origin_id, move.destination_name, move.zone_after) for move in effect.moves]
    stays = [
        (stay.kind, stay.camera_id, stay.before, stay.after and stay.after.shown[1:]) for stay in effect.stays
    ]
    return moves, effect.already, effect.dumps, effect.clock, stays


async def undo(relocation_id: UUID) -> PlaceEffect:
    return await relocation_undo.undo(relocation_id, server_zone=ZONE)


async def test_a_card_without_a_place_gets_one_with_its_stay_and_its_times(database: str) -> None:
    camera, denver = await make.make_camera(serial="S1"), await make.make_location(time_zone="America/Denver")
    dump = await make.make_dump()
    images = await deliver(dump, camera, at=None)
    odd = await make.make_image(dump, taken_at=None)
    before = await everything()
    relocation_id, effect = await set_place(dump_id=dump.id, location_id=denver.id)
    assert (effect.images, effect.dumps, effect.already) == (3, 1, 0)
    (move,) = effect.moves
    assert (move.origin_id, move.zone_before, move.zone_after) == (None, "America/Chicago", "America/Denver")
    assert (effect.clock.changed, effect.clock.without_reading) == (2, 1)
    assert effect.clock.after.first == at("2024-07-01T12:00Z")
    (stay,) = await models.Deployment.all()
    assert (stay.camera_id, stay.location_id, stay.ended_at) == (camera.id, denver.id, None)
    assert [change.kind for change in effect.stays] == [StayKind.BEGINS]
    for image in images:
        await image.refresh_from_db()
        assert (image.location_id, image.deployment_id) == (denver.id, stay.id)
    await odd.refresh_from_db()
    assert (odd.location_id, odd.deployment_id) == (denver.id, None)
    (event,) = await feed.read_after(0)
    assert (event.kind, event.dump_id) == (FeedKind.PLACE_CHANGED, dump.id)
    assert (await undo(relocation_id)).images == 3
    assert await everything() == before


async def test_a_new_name_makes_a_location_and_a_preview_makes_none(database: str) -> None:
    dump = await make.make_dump()
    await deliver(dump, None, at=None)
    await relocations.preview_place(PlaceClaim(dump_id=dump.id, location_name="Oak"), server_zone=ZONE)
    assert not await models.Location.exists()
    assert await feed.latest() == 0
    _, effect = await set_place(dump_id=dump.id, location_name=" Oak ")
    assert (await models.Location.get()).name == effect.moves[0].destination_name == "Oak"
    _, effect = await set_place(dump_id=dump.id, location_name="OAK")
    assert (effect.images, effect.already) == (0, 2)


async def test_a_stay_moves_as_a_whole_with_the_repair_of_its_clock(database: str) -> None:
    camera = await make.make_camera(serial="S1")
    oak, creek = (
        await make.make_location("Oak"),
        await make.make_location("Creek", time_zone="America/Denver"),
    )
    dumps = [await make.make_dump(oak) for _ in range(2)]
    for dump in dumps:
        await deliver(dump, camera, at=oak)
    (stay,) = await models.Deployment.all()
    repair = Repair(scope=FixScope("deployment_id", stay.id), offset_s=3600)
    await clock_fixes.make(repair, server_zone=ZONE)
    before = await everything()
    relocation_id, effect = await set_place(deployment_id=stay.id, location_id=creek.id)
    assert (effect.images, effect.dumps) == (4, 0)
    assert [change.kind for change in effect.stays] == [StayKind.MOVES]
    (moved,) = await models.Deployment.all()
    assert (moved.id, moved.location_id, moved.created_at) == (stay.id, creek.id, stay.created_at)
    assert {row["clock_offset_s"] for row in await clock_rows()} == {3600}
    assert {row["taken_at"] for row in await clock_rows()} >= {at("2024-07-01T13:00Z")}
    await undo(relocation_id)
    assert await everything() == before


async def test_photos_that_leave_a_stay_lose_its_repair_and_those_that_join_one_get_it(database: str) -> None:
    camera = await make.make_camera()
    oak, creek = await make.make_location(), await make.make_location()
    left, stays = await make.make_dump(oak), await make.make_dump(oak)
    (leaver, _), (stayer, _) = [await deliver(dump, camera, at=oak) for dump in (left, stays)]
    (there, _) = await deliver(await make.make_dump(creek), camera, at=creek)
    fixes = {}
    for image, seconds in ((stayer, 60), (there, 7)):
        scope = FixScope("deployment_id", image.deployment_id or make.unknown_id())
        fixes[seconds], _ = await clock_fixes.make(Repair(scope=scope, offset_s=seconds), server_zone=ZONE)
    before = await everything()
    relocation_id, effect = await set_place(dump_id=left.id, location_id=creek.id)
    assert (effect.images, effect.clock.changed) == (2, 2)
    assert [change.kind for change in effect.stays] == [StayKind.REACHES]
    for image, seconds in ((leaver, 7), (stayer, 60), (there, 7)):
        await image.refresh_from_db()
        assert (image.clock_offset_s, image.clock_fix_id) == (seconds, fixes[seconds])
    await undo(relocation_id)
    assert await everything() == before


async def test_no_place_takes_the_stay_away(database: str) -> None:
    oak = await make.make_location(time_zone="America/Denver")
    dump = await make.make_dump(oak)
    (image, _) = await deliver(dump, await make.make_camera(serial="S1"), at=oak)
    before = await everything()
    relocation_id, effect = await set_place(dump_id=dump.id, nowhere=True)
    assert [change.kind for change in effect.stays] == [StayKind.VANISHES]
    await image.refresh_from_db()
    await dump.refresh_from_db()
    assert (image.location_id, image.deployment_id, dump.location_id) == (None, None, None)
    assert image.taken_at == at("2024-07-01T11:00Z")
    await undo(relocation_id)
    assert await everything() == before


async def test_a_card_that_collects_several_cameras_is_placed_camera_by_camera(database: str) -> None:
    cameras = [await make.make_camera(name=name) for name in ("BARN", "CREEK")]
    dump = await make.make_dump()
    for camera in cameras:
        await deliver(dump, camera, at=None)
    before = await everything()
    done = []
    for camera in cameras:
        place = await make.make_location(camera.name)
        done.append(await set_place(dump_id=dump.id, camera_id=camera.id, location_id=place.id))
        assert await models.Image.filter(location=place, camera=camera).count() == 2
    assert [(effect.images, effect.dumps) for _, effect in done] == [(2, 0), (2, 0)]
    assert await models.Deployment.all().count() == 2
    for relocation_id, _ in done:
        await undo(relocation_id)
    assert {**await everything(), "location": []} == before


async def test_single_photos_move_and_their_dump_follows_with_the_last(database: str) -> None:
    oak, creek = await make.make_location(), await make.make_location()
    dump = await make.make_dump(oak)
    first, second = await deliver(dump, None, at=oak)
    before = await everything()
    one, effect = await set_place(image_ids=(first.id,), location_id=creek.id)
    assert (effect.images, effect.dumps) == (1, 0)
    two, effect = await set_place(image_ids=(first.id, second.id), location_id=creek.id)
    assert (effect.images, effect.already, effect.dumps) == (1, 1, 1)
    await undo(one)
    await undo(two)
    assert await everything() == before


async def test_a_mistyped_stand_becomes_another_name_of_the_right_one(database: str) -> None:
    camera = await make.make_camera(serial="S1")
    right, wrong = await make.make_location("Oak Stand"), await make.make_location("Oak Stnad")
    first, second = await make.make_dump(right), await make.make_dump(wrong)
    (before_typo, _), (typo, _) = [
        await deliver(dump, camera, at=place) for dump, place in ((first, right), (second, wrong))
    ]
    assert before_typo.deployment_id != typo.deployment_id
    before = await everything()
    relocation_id, effect = await merge(wrong, right)
    assert (effect.images, effect.dumps) == (2, 1)
    (stay,) = await models.Deployment.all()
    assert (stay.id, stay.ended_at) == (before_typo.deployment_id, None)
    await second.refresh_from_db()
    assert second.location_id == right.id
    assert await listed() == {"Oak Stand"}
    async with in_transaction("default") as transaction:
        found = await location_rows.make(transaction, ["OAK STNAD"])
    assert found["OAK STNAD"].location_id == right.id
    named = await locations.named("oak stnad")
    assert named is not None
    assert named.id == right.id
    await undo(relocation_id)
    assert await everything() == before
    assert await listed() == {"Oak Stand", "Oak Stnad"}


async def test_names_lead_through_a_chain_of_merged_places_to_the_last(database: str) -> None:
    first, second, third = [await make.make_location(name) for name in ("A", "B", "C")]
    await merge(first, second)
    relocation_id, _ = await merge(second, third)
    async with in_transaction("default") as transaction:
        found = await location_rows.find(transaction, ["a", "b", "c"])
    assert {place.location_id for place in found.values()} == {third.id}
    with pytest.raises(InvalidValueError, match="B was merged into another location already"):
        await merge(third, second)
    dump = await make.make_dump()
    await set_place(dump_id=dump.id, location_id=first.id)
    await dump.refresh_from_db()
    assert dump.location_id == third.id
    with pytest.raises(NoRecordError):
        await merge(third, models.Location(id=make.unknown_id()))
    with pytest.raises(InvalidValueError, match="into itself"):
        await merge(third, third)
    with pytest.raises(NameTakenError, match="a is another name of C, into which it was merged"):
        await location_rows.create("a")
    await undo(relocation_id)
    assert await listed() == {"B", "C"}
    await location_rows.delete(second.id)
    assert {place.name for place in await models.Location.all()} == {"C"}


async def test_cameras_that_do_not_say_which_they_are_have_one_stay_at_a_merged_place(database: str) -> None:
    camera = await make.make_camera()
    right, wrong = await make.make_location(), await make.make_location()
    for place in (right, wrong):
        await deliver(await make.make_dump(place), camera, at=place)
    before = await everything()
    relocation_id, effect = await merge(wrong, right)
    assert [change.kind for change in effect.stays] == [StayKind.VANISHES]
    assert (
        await models.Deployment.filter(location=right).count() == await models.Deployment.all().count() == 1
    )
    await undo(relocation_id)
    assert await everything() == before


async def test_a_repaired_stay_that_would_be_a_second_one_ends_and_keeps_its_repair(database: str) -> None:
    camera = await make.make_camera()
    right, wrong = await make.make_location(), await make.make_location()
    await deliver(await make.make_dump(right), camera, at=right)
    dump = await make.make_dump(wrong)
    (image, _) = await deliver(dump, camera, at=wrong)
    stay = await models.Deployment.get(location=wrong)
    await clock_fixes.make(Repair(scope=FixScope("deployment_id", stay.id), offset_s=60), server_zone=ZONE)
    empty = await models.Deployment.create(camera=await make.make_camera(), location=wrong)
    before = await everything()
    relocation_id, _ = await merge(wrong, right)
    await image.refresh_from_db()
    assert (image.deployment_id, image.clock_offset_s) == (stay.id, 60)
    await stay.refresh_from_db()
    await empty.refresh_from_db()
    assert (stay.location_id, empty.location_id) == (right.id, right.id)
    assert stay.ended_at is not None
    await undo(relocation_id)
    assert await everything() == before


async def test_photos_that_arrived_since_stay_where_they_are(database: str) -> None:
    camera = await make.make_camera(serial="S1")
    oak, creek = await make.make_location(), await make.make_location()
    dump = await make.make_dump(oak)
    old = await deliver(dump, camera, at=oak)
    before = await everything()
    relocation_id, _ = await set_place(dump_id=dump.id, location_id=creek.id)
    later = await make.make_dump(creek)
    new = await deliver(later, camera, at=creek)
    assert new[0].deployment_id == old[0].deployment_id
    await undo(relocation_id)
    after = await everything()
    new_ids = {image.id for image in new}
    assert [row for row in after["image"] if row["id"] not in new_ids] == before["image"]
    for image in new:
        await image.refresh_from_db()
    there = await models.Deployment.get(id=new[0].deployment_id)
    assert (new[0].location_id, there.location_id, there.ended_at) == (creek.id, creek.id, None)
    assert (await models.Deployment.get(id=old[0].deployment_id)).ended_at is not None


async def test_a_change_waits_for_later_ones_of_the_same_photos(database: str) -> None:
    places = [await make.make_location() for _ in range(3)]
    dump = await make.make_dump(places[0])
    await deliver(dump, await make.make_camera(serial="S1"), at=places[0])
    before = await everything()
    first, _ = await set_place(dump_id=dump.id, location_id=places[1].id)
    second, _ = await merge(places[1], places[2])
    with pytest.raises(RelocatedSinceError, match="Take that one back first") as refused:
        await undo(first)
    assert refused.value.later.id == second
    await undo(second)
    await undo(first)
    assert await everything() == before
    with pytest.raises(InvalidValueError, match="taken back already"):
        await undo(first)
    with pytest.raises(NoRecordError):
        await undo(make.unknown_id())


async def test_a_change_waits_for_the_merging_of_the_place_it_would_go_back_to(database: str) -> None:
    oak, creek, ridge = [await make.make_location() for _ in range(3)]
    dump = await make.make_dump(oak)
    await deliver(dump, None, at=oak)
    first, _ = await set_place(dump_id=dump.id, location_id=creek.id)
    second, _ = await merge(oak, ridge)
    with pytest.raises(RelocatedSinceError) as refused:
        await undo(first)
    assert refused.value.later.id == second


async def test_a_place_that_is_left_can_be_deleted_and_then_nothing_goes_back_to_it(database: str) -> None:
    oak, creek = await make.make_location(), await make.make_location()
    dump = await make.make_dump(oak)
    await deliver(dump, await make.make_camera(serial="S1"), at=oak)
    relocation_id, _ = await set_place(dump_id=dump.id, location_id=creek.id)
    await location_rows.delete(oak.id)
    before = await everything()
    with pytest.raises(InvalidValueError, match="has been deleted since"):
        await undo(relocation_id)
    assert await everything() == before


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        ({"nowhere": True}, "dump_id"),
        ({"dump_id": UUID(int=1), "deployment_id": UUID(int=1), "nowhere": True}, "dump_id"),
        ({"deployment_id": UUID(int=1), "camera_id": UUID(int=1), "nowhere": True}, "camera_id"),
        ({"image_ids": (), "nowhere": True}, "image_ids"),
        ({"image_ids": tuple(UUID(int=n) for n in range(1001)), "nowhere": True}, "image_ids"),
        ({"dump_id": UUID(int=1)}, "location_id"),
        ({"dump_id": UUID(int=1), "nowhere": True, "location_name": "Oak"}, "location_id"),
        ({"dump_id": UUID(int=1), "location_name": "  "}, "location_name"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(claim: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        PlaceClaim(**claim).checked_name()
    assert refused.value.field == (field,)


async def test_what_does_not_exist_is_refused_by_field(database: str) -> None:
    unknown, dump = make.unknown_id(), await make.make_dump()
    of_dump: dict[str, Any] = {"dump_id": dump.id}
    claims: list[dict[str, Any]] = [
        {"dump_id": unknown, "nowhere": True},
        {"deployment_id": unknown, "nowhere": True},
        {"image_ids": (unknown,), "nowhere": True},
        {"camera_id": unknown, "nowhere": True} | of_dump,
        {"location_id": unknown} | of_dump,
    ]
    for claim in claims:
        with pytest.raises(NoRecordError) as refused:
            await set_place(**claim)
        assert refused.value.field == (next(iter(claim)),)


async def test_more_images_than_one_page_holds_all_move(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("placement", "relocation_rows", "relocation_undo"):
        monkeypatch.setattr(f"thumper.store.places.{module}.PAGE", 3)
    oak = await make.make_location()
    dump = await make.make_dump()
    await deliver(dump, await make.make_camera(), at=None, photos=7)
    await make_clocked(dump, "1970-01-01")
    before = await everything()
    relocation_id, effect = await set_place(dump_id=dump.id, location_id=oak.id)
    assert effect.images == await models.Image.filter(location=oak).count() == 8
    await undo(relocation_id)
    assert await everything() == before


async def test_a_camera_that_went_back_joins_the_stay_it_has_there(database: str) -> None:
    camera = await make.make_camera(serial="S1")
    oak = await make.make_location()
    first = await make.make_dump()
    await deliver(first, camera, at=None)
    stay = await join(camera, oak, await make.make_dump(oak))
    await set_place(dump_id=first.id, location_id=oak.id)
    assert {image.deployment_id for image in await models.Image.all()} == {stay}
    assert (await models.Deployment.get(id=stay)).ended_at is None
