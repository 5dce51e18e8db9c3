"""What the day of delivery says of clocks: photos ahead of it are doubted, cards long before it are asked about."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from tests.clocks import at
from tests.ingest.conftest import photo_of
from thumper.domain.clock_doubt import ClockDoubt
from thumper.domain.clock_warning import ClockWarning, warnings
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.store import models
from thumper.store.files import receipts
from thumper.store.times import clock_fixes, clock_questions


async def test_photos_ahead_of_their_delivery_keep_their_time_and_are_doubted(
    context: IngestContext, field_inputs: Path, tmp_path: Path
) -> None:
    shutil.copytree(field_inputs / "future", tmp_path / "card")
    receipt = await ingest_path(context, tmp_path / "card")
    await models.Image.all().update(created_at=at("2026-11-29T12:00Z"))
    days, year = await models.Image.all().order_by("file_name")
    assert (days.taken_at, year.taken_at) == (at("2026-12-24T13:05:02Z"), at("2027-11-03T12:05:02Z"))
    groups = (await receipts.clocks([receipt.dump_id]))[receipt.dump_id]
    assert warnings(groups) == [(ClockWarning.AHEAD_OF_ARRIVAL, 2)]
    (suspects,) = await clock_fixes.suspects()
    assert (suspects.doubt, suspects.images) == (ClockDoubt.AHEAD_OF_ARRIVAL, 2)


async def test_an_archive_is_not_asked_about_but_an_old_card_is(
    context: IngestContext, tmp_path: Path
) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=400)
    cards = [tmp_path / name for name in ("archive", "card")]
    for shade, card in enumerate(cards):
        card.mkdir()
        (card / "IMG_0001.JPG").write_bytes(photo_of(long_ago, shade))
    archive = await ingest_path(context, cards[0], archive=True)
    old = await ingest_path(context, cards[1])
    assert set(await clock_questions.of_dumps([archive.dump_id, old.dump_id])) == {old.dump_id}
    again = await ingest_path(context, cards[1])
    assert set(await clock_questions.of_dumps([again.dump_id])) == set()
