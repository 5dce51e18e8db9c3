"""One path, ingested twice at once, or retried while its files change: nothing waits for ever."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.ingest.conftest import small_jpeg
from thumper.domain.progress import WAITING
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.readmit import readmit
from thumper.store.files import receipts, retries
from thumper.store.models import Dump, File

FILES = 60
BUSY_S = 2.5


async def keep_on(work: Callable[[], Awaitable[object]]) -> None:
    until_s = time.monotonic() + BUSY_S
    while time.monotonic() < until_s:
        await work()
        await asyncio.sleep(0.01)


async def ask_for_all() -> None:
    for dump in await Dump.all():
        await retries.ask(dump.id)


def change_something(card: Path, dice: random.Random) -> None:
    path = card / f"{dice.randrange(FILES)}.jpg"
    content = small_jpeg(dice.randrange(200))
    match dice.randrange(3):
        case 0:
            path.touch()
        case 1:
            path.write_bytes(content)
        case _:
            path.write_bytes(content[:-40])


@pytest.mark.slow
async def test_all_who_write_the_ledger_of_one_path_at_once_neither_entangle_nor_leave_anything(
    context: IngestContext, tmp_path: Path
) -> None:
    hasty = IngestContext(context.settings.model_copy(update={"look_s": 0.02}), context.wakeup)
    dice = random.Random(7)
    card = tmp_path / "card"
    card.mkdir()
    for number in range(FILES):
        (card / f"{number}.jpg").write_bytes(small_jpeg(number)[: None if number % 3 else -40])
    await asyncio.gather(
        *(keep_on(lambda: ingest_path(hasty, card)) for _ in range(2)),
        keep_on(ask_for_all),
        keep_on(lambda: readmit(hasty)),
        keep_on(lambda: asyncio.to_thread(change_something, card, dice)),
    )
    await readmit(hasty)
    last = await ingest_path(hasty, card)
    assert not await File.filter(state__in=WAITING).exists()
    assert not await Dump.filter(settled_at=None).exists()
    assert await File.filter(live=True).count() == FILES
    assert last.counts == (await receipts.of_dumps([last.dump_id]))[last.dump_id]
