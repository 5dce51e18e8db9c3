"""Names that are asked for again: what was never sent or was rejected is settled once, and by none but who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from tests.factories import NOON
from tests.ingest.conftest import settle, small_jpeg, verdict
from tests.people import Asker, make_asker
from thumper.domain.access import Actor, Role, Scope
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.domain.refusal import InvalidValueError
from thumper.domain.wipe import WipeVerdict
from thumper.domain.wipe_messages import WipeCode
from thumper.ingest.context import IngestContext
from thumper.ingest.upload import (
    Asked,
    UploadClosedError,
    cancel_uploads,
    continue_uploads,
    create_uploads,
    receive_upload,
)
from thumper.store.access.credentials import present_actors
from thumper.store.feed import feed
from thumper.store.files import receipts, uploads, wipe_rows
from thumper.store.models import Dump, File, Token, Upload


async def body(content: bytes) -> AsyncIterator[bytes]:
    yield content


def obstacles(found: WipeVerdict) -> dict[WipeCode, int]:
    return {obstacle.code: obstacle.files for obstacle in found.obstacles}


async def actor_of(asker: Asker) -> Actor:
    return (await present_actors([asker.token_id]))[asker.token_id]


async def expire() -> None:
    """Let every address that is open be over."""
    await Upload.filter(file_id=None, replaced_at=None).update(expires_at=NOON)
    for dump in await Dump.all():
        await settle(dump)


async def test_only_who_began_an_upload_or_an_owner_takes_away_what_was_never_sent(
    context: IngestContext,
) -> None:
    ann, ben, owner = await make_asker("Ann"), await make_asker("Ben"), await make_asker("Eve", Role.OWNER)
    made = await create_uploads(context, ["a.jpg", "b.jpg", "c.jpg"], credential_id=ann.token_id)
    dump_id = made[0][0].dump_id
    await cancel_uploads(dump_id)

    async def missed(asker: Asker, name: str) -> int:
        await continue_uploads(context, dump_id, Asked(names=[name]), actor=await actor_of(asker))
        return (await wipe_rows.tally(dump_id)).never_sent.files

    assert await missed(ben, "a.jpg") == 3, "it is not his card"
    with pytest.raises(InvalidValueError, match="Only who began"):
        await continue_uploads(
            context, dump_id, Asked(names=["a.jpg"], again=True), actor=await actor_of(ben)
        )
    assert await missed(ann, "a.jpg") == 2
    assert await missed(await ann.with_fewer(Scope.INGEST), "b.jpg") == 1, (
        "with another token she is the same"
    )
    assert await missed(owner, "c.jpg") == 0
    await Token.filter(id=ann.token_id).delete()
    await cancel_uploads(dump_id)
    before = (await wipe_rows.tally(dump_id)).never_sent.files
    assert await missed(await ann.with_fewer(Scope.INGEST), "a.jpg") == before, (
        "nobody knows any more who began it"
    )


async def test_somebody_else_settles_no_rejected_file_of_a_card(context: IngestContext) -> None:
    ann, ben = await make_asker("Ann"), await make_asker("Ben")
    ((upload, token),) = await create_uploads(context, ["a.jpg"], credential_id=ann.token_id)
    await receive_upload(context, token, body(b"words"))
    for asker, left in ((ben, 1), (ann, 0)):
        ((_, more),) = await continue_uploads(
            context, upload.dump_id, Asked(names=["a.jpg"]), actor=await actor_of(asker)
        )
        await receive_upload(context, more, body(small_jpeg(left)))
        assert obstacles(await verdict(upload.dump_id)) == ({WipeCode.REJECTED: left} if left else {})


async def test_an_open_address_stands_for_another_file_unless_it_is_said_to_be_the_same(
    context: IngestContext,
) -> None:
    ((first, old),) = await create_uploads(context, ["a.jpg"])
    ((_, second),) = await continue_uploads(context, first.dump_id, Asked(names=["a.jpg"]))
    await receive_upload(context, second, body(small_jpeg(1)))
    await expire()
    assert obstacles(await verdict(first.dump_id)) == {WipeCode.NEVER_SENT: 1}, (
        "a card may have two of a name"
    )
    ((_, third),) = await continue_uploads(context, first.dump_id, Asked(names=["a.jpg"]))
    ((_, fourth),) = await continue_uploads(context, first.dump_id, Asked(names=["a.jpg"], again=True))
    for over in (old, third):
        with pytest.raises(UploadClosedError, match="was used or has expired"):
            await receive_upload(context, over, body(small_jpeg(2)))
    await receive_upload(context, fourth, body(small_jpeg(2)))
    await expire()
    assert obstacles(await verdict(first.dump_id)) == {}
    assert (await receipts.itemised(first.dump_id)).counts.found == 2


async def test_of_a_name_that_is_said_again_one_address_is_closed_and_the_one_that_is_over_first(
    context: IngestContext,
) -> None:
    (over, _), (open_, token) = await create_uploads(context, ["a.jpg", "a.jpg"])
    await Upload.filter(id=over.id).update(expires_at=NOON)
    await continue_uploads(context, over.dump_id, Asked(names=["a.jpg"], again=True))
    assert (await Upload.get(id=open_.id)).replaced_at is None
    assert (await receive_upload(context, token, body(small_jpeg()))).state is FileState.STORED


async def test_of_what_comes_at_the_old_address_while_another_is_asked_for_one_is_still_missed_and_no_other(
    context: IngestContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((upload, old), (other, _)) = await create_uploads(context, ["a.jpg", "a.jpg"])
    finish = uploads.finish

    async def overtaken(*args: object) -> None:
        await continue_uploads(context, upload.dump_id, Asked(names=["a.jpg"], again=True))
        await finish(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(uploads, "finish", overtaken)
    await receive_upload(context, old, body(small_jpeg()))
    assert (await Upload.get(id=other.id)).replaced_at is None, "the other file of that name is still to come"
    await expire()
    assert obstacles(await verdict(upload.dump_id)) == {WipeCode.NEVER_SENT: 2}


async def test_a_rejected_file_that_is_sent_again_is_settled_and_the_receipt_says_so(
    context: IngestContext,
) -> None:
    made = await create_uploads(context, ["a.jpg", "a.jpg", "b.jpg"])
    dump_id = made[0][0].dump_id
    cut = small_jpeg(3)[:80]
    for (_, token), content in zip(made, (cut, small_jpeg(1), cut), strict=True):
        await receive_upload(context, token, body(content))
    assert obstacles(await verdict(dump_id)) == {WipeCode.REJECTED: 2}, "the other a.jpg was asked for before"
    for content, left in ((cut, 2), (small_jpeg(3), 1)):
        ((_, token),) = await continue_uploads(context, dump_id, Asked(names=["a.jpg"]))
        await receive_upload(context, token, body(content))
        assert obstacles(await verdict(dump_id)) == {WipeCode.REJECTED: left}
    before = (await Dump.get(id=dump_id)).changed_at
    ((_, token),) = await continue_uploads(context, dump_id, Asked(names=["b.jpg"]))
    await receive_upload(context, token, body(small_jpeg(4)))
    found = await verdict(dump_id)
    assert found.safe, found
    assert (found.to_check, found.checked) == (3, 3)
    assert "3 files had been rejected; what was sent under their names later counts" in found.sentence
    receipt = await receipts.itemised(dump_id)
    counts = receipt.counts
    assert (counts.found, counts.stored, counts.rejected, counts.waiting) == (6, 3, 3, 0)
    assert counts.reasons == ((Reason.SENT_AGAIN, 3),)
    (told,) = {one.message.rpartition("picture does. ")[2] for one in receipt.rejected}
    assert told == "It was sent again, and what came then counts."
    assert (await Dump.get(id=dump_id)).changed_at > before
    assert [event.dump_id for event in await feed.read_after(0)][-1] == dump_id


async def test_a_name_that_was_never_sent_is_promised_anew_before_a_rejected_one_is_sent_again(
    context: IngestContext,
) -> None:
    (_, token), _ = await create_uploads(context, ["a.jpg", "a.jpg"])
    dump_id = (await receive_upload(context, token, body(b"words"))).file.dump_id
    await expire()
    for shade, left in ((1, {WipeCode.REJECTED: 1}), (2, {})):
        ((_, token),) = await continue_uploads(context, dump_id, Asked(names=["a.jpg"]))
        await receive_upload(context, token, body(small_jpeg(shade)))
        assert obstacles(await verdict(dump_id)) == left


async def test_one_file_that_is_asked_for_twice_settles_one_rejected_file(context: IngestContext) -> None:
    made = await create_uploads(context, ["a.jpg", "a.jpg"])
    dump_id = made[0][0].dump_id
    for _, token in made:
        await receive_upload(context, token, body(b"words"))
    await continue_uploads(context, dump_id, Asked(names=["a.jpg"]))
    ((_, token),) = await continue_uploads(context, dump_id, Asked(names=["a.jpg"], again=True))
    await receive_upload(context, token, body(small_jpeg()))
    assert obstacles(await verdict(dump_id)) == {WipeCode.REJECTED: 1}
    assert await File.filter(state=FileState.REJECTED, reason=Reason.SENT_AGAIN).count() == 1


async def test_what_was_never_sent_is_said_however_long_ago_it_was(context: IngestContext) -> None:
    (first, _), (second, _) = await create_uploads(context, ["a.jpg", "b.jpg"])
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=400)
    await Upload.all().update(expires_at=long_ago)
    await continue_uploads(context, first.dump_id, Asked(names=["a.jpg"]))
    assert await uploads.count_unused() == 1
    assert await uploads.forget_unused() == 1
    assert not await Upload.filter(id=first.id).exists()
    assert (await wipe_rows.tally(second.dump_id)).never_sent.names == ("b.jpg",)
