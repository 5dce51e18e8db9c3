"""Sets of images are sent in chunks: these add up beside other senders and after an interruption."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from tests.pipeline import detect, fail, look_for_work, store_images
from thumper.domain.progress import ImageState
from thumper.store.feed import feed
from thumper.store.images import image_counts
from thumper.store.models import Batch, Image, Job
from thumper.store.queue import batches


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK_IMAGES", 4)


async def _total(batch_id: UUID) -> int:
    return (await image_counts.of_batches([batch_id]))[batch_id].total


@pytest.mark.parametrize(("limit", "sent"), [(3, 3), (4, 4), (8, 8), (9, 9), (11, 11), (100, 11)])
async def test_what_is_held_is_sent_in_chunks_oldest_first_up_to_the_limit(
    database: str, limit: int, sent: int
) -> None:
    ids = await store_images(11, held=True)
    batch = await batches.detect_pending(limit=limit)
    assert await _total(batch.id) == sent
    assert await Job.filter(held=True).count() == 11 - sent
    jobs = await Job.filter(batch_id=batch.id)
    assert sorted(job.image_id for job in jobs) == sorted(ids)[:sent]  # type: ignore[attr-defined]  # the column


@pytest.mark.parametrize(("limit", "sent"), [(3, 3), (8, 8), (100, 10)])
async def test_what_failed_is_sent_again_in_chunks_up_to_the_limit(
    database: str, limit: int, sent: int
) -> None:
    await store_images(10)
    await fail(10)
    batch = await batches.retry_failed(limit=limit)
    assert await _total(batch.id) == sent
    assert await Image.filter(state=ImageState.PENDING).count() == sent
    assert await Image.filter(state=ImageState.FAILED).count() == 10 - sent


async def test_cut_short_it_loses_nothing_and_the_next_one_sends_the_rest(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_images(11, held=True)
    append, told = feed.append, 0

    async def append_twice(*given: object) -> None:
        nonlocal told
        told += 1
        if told == 3:
            raise ConnectionResetError
        await append(*given)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(feed, "append", append_twice)
    with pytest.raises(ConnectionResetError):
        await batches.detect_pending(limit=100)
    monkeypatch.undo()
    cut = await Batch.get()
    assert (await _total(cut.id), await Job.filter(held=True).count()) == (8, 3)
    rest = await batches.detect_pending(limit=100)
    assert (await _total(cut.id), await _total(rest.id)) == (8, 3)
    assert len(await detect(100)) == 11


async def test_two_who_ask_at_once_while_workers_claim_send_each_image_once(database: str) -> None:
    await store_images(40, held=True)
    first, second, *_ = await asyncio.gather(
        batches.detect_pending(limit=100), batches.detect_pending(limit=100), _claim_all()
    )
    assert await _total(first.id) + await _total(second.id) == 40
    assert await Job.filter(held=True).count() == 0


async def _claim_all() -> None:
    for _ in range(20):
        await asyncio.sleep(0.01)
        await look_for_work(2)
