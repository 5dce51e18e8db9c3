"""What people say of whole images: stars, tags, notes, and that no animal is on one.

Each is a row that is appended and at most marked as taken back. Saying what stands already changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from thumper.domain.feed import FeedEntry, FeedKind
from thumper.domain.mark import MarkKind, checked_note, checked_tags, refuse_number
from thumper.domain.refusal import NoRecordError, Refusal
from thumper.errors import RefusedError
from thumper.store.feed import feed
from thumper.store.images.image_lock import IN_ORDER
from thumper.store.models import Mark
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.page import Conditions, read_all, whole_table

MARKS: Final = whole_table(Mark)

MARKED: Final = "SELECT FROM mark WHERE mark.image_id = image.id AND mark.undone_at IS NULL AND mark.kind ="
"""SQL of what stands of an image; the kind follows."""


class ImageSeenAsEmptyError(Refusal, RefusedError):
    """Raised if a person said that no animal is on the image: `image_id`."""

    def __init__(self, image_id: UUID, *field: str) -> None:
        super().__init__(
            "A person said that no animal is on this image. Take that back with unmarkImagesEmpty first.",
            *field,
        )
        self.image_id = image_id


async def star(image_ids: Sequence[UUID], *, actor: str) -> None:
    """Put a star on images. Raises `InvalidValueError`, or an `ExceptionGroup` of `NoRecordError`."""
    await _mark(image_ids, MarkKind.STAR, [""], actor=actor)


async def unstar(image_ids: Sequence[UUID], *, actor: str) -> None:
    """Take the stars of images back. Raises `InvalidValueError`, or an `ExceptionGroup` of `NoRecordError`."""
    await _unmark(image_ids, MarkKind.STAR, [""], actor=actor)


async def tag(image_ids: Sequence[UUID], tags: Sequence[str], *, actor: str) -> None:
    """Put tags on images. Raises `InvalidValueError`, or an `ExceptionGroup` of `NoRecordError`."""
    await _mark(image_ids, MarkKind.TAG, checked_tags(tags), actor=actor)


async def untag(image_ids: Sequence[UUID], tags: Sequence[str], *, actor: str) -> None:
    """Take tags of images back, whatever their case.

    Raises `InvalidValueError`, or an `ExceptionGroup` of `NoRecordError`.
    """
    await _unmark(image_ids, MarkKind.TAG, checked_tags(tags), actor=actor)


async def note(image_id: UUID, text: str, *, actor: str) -> None:
    """Write the note of an image in place of the one that stands; an empty text takes that back.

    Raises `InvalidValueError` or `NoRecordError`.
    """
    text = checked_note(text)
    async with in_transaction("default") as transaction:
        if not await existing(transaction, [image_id]):
            raise NoRecordError("image", "image_id")
        stands = await Mark.get_or_none(
            image_id=image_id, kind=MarkKind.NOTE, undone_at=None, using_db=transaction
        )
        if text == ("" if stands is None else stands.text):
            return
        await take_back(transaction, [image_id], MarkKind.NOTE, actor=actor)
        if text:
            await make(transaction, [(image_id, text)], MarkKind.NOTE, actor=actor)
        await feed.append(transaction, entries([image_id]))


async def _mark(image_ids: Sequence[UUID], kind: MarkKind, texts: Sequence[str], *, actor: str) -> None:
    refuse_number(len(image_ids))
    async with in_transaction("default") as transaction:
        await lock(transaction, image_ids)
        pairs = [(image_id, text) for image_id in sorted(set(image_ids)) for text in texts]
        await feed.append(transaction, entries(await make(transaction, pairs, kind, actor=actor)))


async def _unmark(image_ids: Sequence[UUID], kind: MarkKind, texts: Sequence[str], *, actor: str) -> None:
    refuse_number(len(image_ids))
    async with in_transaction("default") as transaction:
        await lock(transaction, image_ids)
        gone = await take_back(transaction, image_ids, kind, actor=actor, texts=texts)
        await feed.append(transaction, entries(gone.values()))


async def existing(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> set[UUID]:
    """Lock images until the transaction ends; return those that there are."""
    rows = await transaction.execute_query_dict(
        f"SELECT id FROM image WHERE id = ANY($1::uuid[]) {IN_ORDER}", [sorted(set(image_ids))]
    )
    return {row["id"] for row in rows}


async def lock(transaction: BaseDBAsyncClient, image_ids: Sequence[UUID]) -> None:
    """Lock images until the transaction ends; raise an `ExceptionGroup` of `NoRecordError` if some are not there."""
    there = await existing(transaction, image_ids)
    missing = [place for place, image_id in enumerate(image_ids) if image_id not in there]
    if missing:
        raise ExceptionGroup(
            "There are no such images.",
            [NoRecordError("image", "image_ids", str(place)) for place in missing],
        )


_MAKE: Final = """
INSERT INTO mark (id, image_id, kind, text, actor)
SELECT fresh.id, fresh.image_id, $4::text, fresh.text, $5::text
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS fresh(id, image_id, text)
ON CONFLICT DO NOTHING RETURNING image_id
"""


async def make(
    transaction: BaseDBAsyncClient, said: Sequence[tuple[UUID, str]], kind: MarkKind, *, actor: str
) -> list[UUID]:
    """Record marks, by image and text; return the images of those that did not stand already."""
    ids, images, texts = [new_id() for _ in said], [own for own, _ in said], [text for _, text in said]
    rows = await transaction.execute_query_dict(_MAKE, [ids, images, texts, kind.value, actor])
    return [row["image_id"] for row in rows]


_TAKE_BACK: Final = """
UPDATE mark SET undone_at = now(), undone_by = $3
WHERE image_id = ANY($1::uuid[]) AND kind = $2 AND undone_at IS NULL
    AND ($4::text[] IS NULL OR lower(text) IN (SELECT lower(unnest($4::text[]))))
RETURNING id, image_id
"""


async def take_back(
    transaction: BaseDBAsyncClient,
    image_ids: Collection[UUID],
    kind: MarkKind,
    *,
    actor: str,
    texts: Sequence[str] | None = None,
) -> dict[UUID, UUID]:
    """Take back what stands of images, of tags those with one of the texts; return the images, by mark."""
    values = [sorted(set(image_ids)), kind.value, actor, None if texts is None else list(texts)]
    rows = await transaction.execute_query_dict(_TAKE_BACK, values)
    return {row["id"]: row["image_id"] for row in rows}


def entries(image_ids: Collection[UUID]) -> list[FeedEntry]:
    """Return an event for each image."""
    return [FeedEntry(kind=FeedKind.IMAGE_MARKED, image_id=own) for own in dict.fromkeys(image_ids)]


async def seen_as_empty(transaction: BaseDBAsyncClient, image_ids: Collection[UUID]) -> dict[UUID, Mark]:
    """Return the word that no animal is on an image, for those of which a person says so, as of the transaction."""
    standing = Mark.filter(image_id__in=list(image_ids), kind=MarkKind.EMPTY, undone_at=None)
    return {row.image_id: row for row in await standing.using_db(transaction)}


async def of_images(image_ids: Sequence[UUID]) -> dict[UUID, list[Mark]]:
    """Return what stands of each image, tags by name."""
    conditions = Conditions()
    conditions.add("mark.image_id = ANY({}::uuid[]) AND mark.undone_at IS NULL", list(image_ids))
    found: dict[UUID, list[Mark]] = {image_id: [] for image_id in image_ids}
    for row in await read_all(MARKS, conditions, order="lower(mark.text), mark.id"):
        found[row.image_id].append(row)
    return found
