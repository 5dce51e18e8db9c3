"""Cards that are old when they come are asked about, once each, until somebody answers or repairs their clock."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest

from benchmarks import large_library
from tests import factories as make
from tests.clocks import ZONE, at, make_clocked
from thumper.domain.clock_doubt import ClockDoubt
from thumper.domain.progress import FileState
from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.store import models
from thumper.store.files import dump_search
from thumper.store.postgres.connect import client
from thumper.store.postgres.page import Cut
from thumper.store.times import clock_confirmations, clock_fixes, clock_questions
from thumper.store.times.clock_fixes import Repair
from thumper.store.times.recompute import FixScope

ARRIVED = at("2026-11-23T15:00Z")
A_YEAR_S = 365 * 86_400


async def make_card(*times: str, came: dt.datetime = ARRIVED) -> tuple[models.Dump, list[models.Image]]:
    """Make a settled dump with new photos of these times."""
    dump = await make.make_dump(first_seen_at=came, settled_at=came)
    return dump, [await make_clocked(dump, local, created_at=came) for local in times]


async def asked(*cards: models.Dump) -> list[models.Image]:
    """Return the photos that are asked about; the filter of the list must agree."""
    found = await clock_questions.of_dumps([dump.id for dump in cards])
    listed = await dumps_asked()
    assert set(found) == listed
    return [await models.Image.get(id=found[dump.id].newest_id) for dump in cards if dump.id in found]


async def dumps_asked() -> set[UUID]:
    cut, order = Cut(limit=10), dump_search.ARRIVED.ascending
    page = await dump_search.DumpSearch(clock_asked=True).read(order=order, cut=cut)
    rest = await dump_search.DumpSearch(clock_asked=False).read(order=order, cut=cut)
    assert len(page.rows) + len(rest.rows) == await models.Dump.all().count()
    return {row.id for row in page.rows}


async def test_a_settled_card_is_asked_about_by_its_newest_photo(database: str) -> None:
    old, (_, newest) = await make_card("2024-11-02 07:00", "2025-11-21 07:00")
    recent, _ = await make_card("2025-11-21 07:00", "2026-09-25 07:00")
    just, _ = await make_card("2026-09-24 10:01")
    clockless, _ = await make_card()
    await make.make_image(clockless, taken_at=None)
    assert await asked(old, recent, just, clockless) == [newest]
    await models.Dump.filter(id=old.id).update(settled_at=None)
    assert await asked(old) == []


async def test_what_is_doubted_is_no_measure(database: str) -> None:
    """Neither a clock ahead of the delivery nor one that is known to be lost makes a card recent, or old."""
    dump, (right, ahead, jumped) = await make_card("2025-11-21 07:00", "2027-11-21 07:00", "2026-11-20 07:00")
    await models.Image.filter(id=jumped.id).update(clock_doubt=ClockDoubt.JUMPED_BACK)
    assert ahead.taken_at is not None
    lost, images = await make_card("2010-01-01 03:00")
    await models.Image.filter(id=images[0].id).update(clock_doubt=ClockDoubt.FACTORY_DATE)
    assert await asked(dump, lost) == [right]


async def test_photos_that_were_known_count_as_the_cards_own_but_ask_nothing_alone(database: str) -> None:
    _, (known,) = first, _ = await make_card("2026-11-20 07:00")
    _, (older,) = before, _ = await make_card("2025-11-21 07:00", came=at("2025-11-23T15:00Z"))
    rest, (new,) = await make_card("2025-10-01 07:00")
    await make.make_file(rest, FileState.DUPLICATE, image=known)
    again, _ = await make_card()
    await make.make_file(again, FileState.DUPLICATE, image=older)
    kept, _ = await make_card("2025-10-01 07:00")
    await make.make_file(kept, FileState.DUPLICATE, image=older)
    assert await asked(first, before, rest, again, kept) == [older]
    assert new.taken_at is not None


async def test_known_photos_that_were_repaired_do_not_answer_for_new_ones_that_were_not(
    database: str,
) -> None:
    """The clock is still a year slow, and the card was not wiped."""
    before, (known,) = await make_card("2025-10-20 07:00", came=at("2026-10-24T15:00Z"))
    repair = Repair(scope=FixScope("dump_id", before.id), offset_s=A_YEAR_S)
    await clock_fixes.make(repair, server_zone=ZONE)
    card, (new,) = await make_card("2025-11-21 07:00")
    await make.make_file(card, FileState.DUPLICATE, image=known)
    assert await asked(before, card) == [new]
    await clock_fixes.make(Repair(scope=FixScope("dump_id", card.id), offset_s=A_YEAR_S), server_zone=ZONE)
    assert await asked(before, card) == []


async def test_an_answer_holds_for_good_and_can_be_taken_back(database: str) -> None:
    card, (newest,) = await make_card("2025-11-21 07:00")
    other, (unanswered,) = await make_card("2019-11-21 07:00")
    assert len(await clock_confirmations.confirm({card.id})) == 1
    assert len(await clock_confirmations.confirm({card.id, other.id})) == 1
    assert await asked(card, other) == []
    assert set(await clock_confirmations.of_dumps([card.id, other.id])) == {card.id, other.id}
    assert len(await clock_confirmations.take_back({other.id})) == 1
    assert await clock_confirmations.take_back({other.id}) == []
    assert await asked(card, other) == [unanswered]
    # More of the same folder comes in the same delivery.
    await make_clocked(card, "2025-11-22 07:00")
    assert await asked(card, other) == [unanswered]
    assert len(await clock_confirmations.take_back({card.id})) == 1
    assert len(await asked(card, other)) == 2
    assert await models.ClockConfirmation.all().count() == 2
    assert newest.dump_id == card.id


async def test_a_repair_made_since_the_card_came_answers_it_until_it_is_taken_back(database: str) -> None:
    card, (newest,) = await make_card("2025-11-21 07:00")
    fix_id, _ = await clock_fixes.make(
        Repair(scope=FixScope("dump_id", card.id), offset_s=0), server_zone=ZONE
    )
    assert await asked(card) == []
    await clock_fixes.undo(fix_id, server_zone=ZONE)
    assert await asked(card) == [newest]


@pytest.mark.parametrize(("offset_s", "is_asked"), [(A_YEAR_S, False), (3600, True)])
async def test_an_earlier_repair_of_the_camera_counts_by_the_time_that_it_gives(
    database: str, offset_s: int, is_asked: bool
) -> None:
    camera, place = await make.make_camera(), await make.make_location()
    stay = await models.Deployment.create(camera=camera, location=place)
    card, _ = await make_card()
    await make_clocked(card, "2025-11-21 07:00", camera=camera, location=place, deployment=stay)
    await clock_fixes.make(
        Repair(scope=FixScope("deployment_id", stay.id), offset_s=offset_s), server_zone=ZONE
    )
    await models.ClockFix.all().update(created_at=ARRIVED - dt.timedelta(days=1))
    assert bool(await asked(card)) is is_asked


async def test_dumps_that_are_not_there_or_too_many_are_refused_whole(database: str) -> None:
    card, (newest,) = await make_card("2025-11-21 07:00")
    with pytest.raises(NoRecordError):
        await clock_confirmations.confirm({card.id, make.unknown_id()})
    for dump_ids in (set(), {make.unknown_id() for _ in range(clock_confirmations.MOST_AT_ONCE + 1)}):
        with pytest.raises(InvalidValueError, match="1 to 1000 dumps"):
            await clock_confirmations.confirm(dump_ids)
    assert await asked(card) == [newest]


_AGAIN = """
INSERT INTO file (id, source_id, dump_id, path, display_path, size_bytes, mtime_ns, state, image_id, live, attempts,
    settled_at)
SELECT gen_random_uuid(), dump.source_id, dump.id, convert_to(image.id::text, 'UTF8'), '', 1, 0, 'duplicate', image.id,
    FALSE, 1, now()
FROM dump, (SELECT id FROM image ORDER BY taken_at LIMIT $2) AS image WHERE dump.id = $1
"""
KNOWN = 1000


def read_rows(plan: dict[str, Any], table: str) -> int:
    """Return how many rows of a table a plan read."""
    own = (
        sum(int(plan.get(key, 0)) for key in ("Actual Rows", "Rows Removed by Filter")) * plan["Actual Loops"]
    )
    below = [read_rows(child, table) for child in plan.get("Plans", [])]
    return sum(below, own if plan.get("Relation Name") == table else 0)


async def test_only_the_photos_that_a_card_brought_are_read_however_large_the_library_is(
    database: str,
) -> None:
    await make.make_dump(settled_at=ARRIVED)
    await client().execute_script(large_library.IMAGES.format(images=20 * KNOWN, a_dump=20 * KNOWN))
    card, _ = await make_card("1999-11-21 07:00")
    await client().execute_query_dict(_AGAIN, [card.id, KNOWN])
    await client().execute_query_dict("ANALYZE image, file")
    (explained,) = await client().execute_query_dict(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {clock_questions._READ}", [[card.id]]
    )
    (plan,) = json.loads(explained["QUERY PLAN"])
    assert KNOWN <= read_rows(plan["Plan"], "image") <= KNOWN + 1
