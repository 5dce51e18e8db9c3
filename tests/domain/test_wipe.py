"""A card may be wiped only when there is no obstacle; each obstacle comes with advice."""

from __future__ import annotations

from typing import Any

import pytest

from thumper.domain.progress import SourceKind
from thumper.domain.wipe import (
    MOST_EXAMPLES,
    CardToCompare,
    Checking,
    Named,
    Reread,
    WipeFacts,
    judge,
    still_checking,
)
from thumper.domain.wipe_messages import WipeCode

ONE = Named(1, ("a.jpg",))
MANY = Named(1500, ("a.jpg", "b.jpg"))


def facts(kind: SourceKind = SourceKind.INGEST, **changes: Any) -> WipeFacts:
    """Return the facts of three files without any obstacle."""
    well: dict[str, Any] = {"place": "/card", "found": 3, "size_bytes": 900, "settled": True}
    return WipeFacts(kind=kind, **{**well, "reread": Reread(checked=3, size_bytes=900), **changes})


@pytest.mark.parametrize("kind", SourceKind)
def test_without_obstacles_it_is_safe(kind: SourceKind) -> None:
    verdict = judge(facts(kind))
    assert verdict.safe
    assert verdict.state is Checking.DONE
    assert verdict.sentence.startswith("Safe to wipe")
    assert (verdict.to_check, verdict.checked, verdict.size_bytes) == (3, 3, 900)


@pytest.mark.parametrize("kind", SourceKind)
def test_files_that_a_person_deleted_are_no_obstacle_and_are_said(kind: SourceKind) -> None:
    verdict = judge(facts(kind, deleted=ONE))
    assert (verdict.safe, verdict.to_check) == (True, 2)
    assert verdict.sentence.startswith(
        "Safe to wipe: a person deleted the photo of 1 file, which is kept nowhere; every other file is stored or was"
        " known already, and an identical original of each was just re-read"
    )
    many = judge(facts(kind, found=1600, deleted=MANY)).sentence
    assert many.startswith(
        "Safe to wipe: a person deleted the photos of 1,500 files, which are kept nowhere; every other file is"
    )


@pytest.mark.parametrize("kind", SourceKind)
def test_of_a_card_of_deleted_photos_alone_nothing_is_said_to_be_stored_or_re_read(kind: SourceKind) -> None:
    one = judge(facts(kind, found=1, deleted=ONE, reread=Reread()))
    many = judge(facts(kind, found=1500, deleted=MANY, reread=Reread()))
    assert "a person deleted the photo of its 1 file, and there is nothing else to keep." in one.sentence
    assert (
        "a person deleted the photos of all its 1,500 files, and there is nothing else to keep."
        in many.sentence
    )
    for verdict in (one, many):
        assert (verdict.safe, verdict.to_check) == (True, 0)
        assert "stored" not in verdict.sentence
        assert "re-read" not in verdict.sentence


@pytest.mark.parametrize("kind", SourceKind)
def test_links_that_were_not_followed_are_no_obstacle_and_are_said(kind: SourceKind) -> None:
    verdict = judge(facts(kind, links=ONE))
    assert (verdict.safe, verdict.to_check) == (True, 2)
    assert " 1 link was not followed" in verdict.sentence
    assert verdict.card in {None, CardToCompare(2, 900)}
    assert [obstacle.code for obstacle in judge(facts(kind, found=1, links=ONE)).obstacles] == [
        WipeCode.EMPTY
    ]


@pytest.mark.parametrize("kind", SourceKind)
@pytest.mark.parametrize("named", [ONE, MANY])
@pytest.mark.parametrize(
    ("code", "where"),
    [
        (WipeCode.WAITING, "waiting"),
        (WipeCode.NEVER_SENT, "never_sent"),
        (WipeCode.REJECTED, "rejected"),
        (WipeCode.VIDEOS, "videos"),
        (WipeCode.NOT_IN_RECEIPT, "strange"),
        (WipeCode.NOT_READ, "not_read"),
        (WipeCode.FOLDER_CLOSED, "closed"),
    ],
)
def test_each_obstacle_is_named_with_what_to_do(
    kind: SourceKind, named: Named, code: WipeCode, where: str
) -> None:
    verdict = judge(facts(kind, found=2000, **{where: named}))
    assert not verdict.safe
    assert verdict.card is None
    (obstacle,) = verdict.obstacles
    assert (obstacle.code, obstacle.files, obstacle.examples) == (code, named.files, named.names)
    assert obstacle.sentence.startswith(f"{named.files:,} ")
    assert obstacle.advice
    assert "{" not in obstacle.sentence + obstacle.advice + verdict.sentence
    assert obstacle.sentence in verdict.sentence


@pytest.mark.parametrize("kind", SourceKind)
@pytest.mark.parametrize(
    ("code", "where"),
    [
        (WipeCode.ORIGINAL_MISSING, "missing"),
        (WipeCode.ORIGINAL_CHANGED, "changed"),
        (WipeCode.ORIGINAL_UNREADABLE, "unreadable"),
        (WipeCode.SAME_DEVICE, "same_device"),
        (WipeCode.FOLDER_IS_THE_ARCHIVE, "in_place"),
    ],
)
def test_what_re_reading_found_is_named(kind: SourceKind, code: WipeCode, where: str) -> None:
    found: dict[str, Any] = {where: ONE}
    verdict = judge(facts(kind, reread=Reread(checked=3, **found)))
    (obstacle,) = verdict.obstacles
    assert (obstacle.code, obstacle.examples) == (code, ("a.jpg",))
    assert "{" not in obstacle.sentence + obstacle.advice


def test_a_dump_that_is_empty_or_still_open_or_was_overtaken_is_not_safe() -> None:
    (empty,) = judge(facts(found=0, settled=False)).obstacles
    assert empty.code is WipeCode.EMPTY
    (open_still,) = judge(facts(settled=False)).obstacles
    assert open_still.code is WipeCode.WAITING
    assert "More files may still arrive" in open_still.sentence
    (overtaken,) = judge(facts(overtaken=True)).obstacles
    assert overtaken.code is WipeCode.CHANGED_MEANWHILE
    (unknown,) = judge(facts(device_known=False)).obstacles
    assert unknown.code is WipeCode.DEVICE_UNKNOWN


def test_the_card_that_a_watched_folder_was_copied_from_can_be_compared_when_all_else_is_well() -> None:
    archive = judge(facts(SourceKind.DROP, reread=Reread(checked=3, in_place=Named(3, ("a", "b", "c")))))
    assert not archive.safe
    assert archive.card == CardToCompare(3, 900)
    assert "it is the archive" in archive.sentence
    assert "3 files with 900 bytes" in archive.sentence
    beside = judge(facts(SourceKind.DROP, reread=Reread(checked=3, same_device=ONE)))
    assert beside.card == CardToCompare(3, 900)
    with_others = judge(facts(SourceKind.DROP, others=ONE))
    assert not with_others.safe
    assert with_others.card == CardToCompare(3, 900)
    assert "files of other deliveries in it are kept nowhere else" in with_others.sentence
    rescued = judge(facts(SourceKind.DROP, not_read_same_device=ONE))
    assert not rescued.safe
    assert rescued.card == CardToCompare(3, 900)
    safe = judge(facts(SourceKind.DROP))
    assert safe.card == CardToCompare(3, 900)


def test_no_card_is_compared_with_a_folder_in_which_something_is_wrong() -> None:
    reread = Reread(checked=3, in_place=Named(2, ("a", "b")), missing=ONE)
    verdict = judge(facts(SourceKind.DROP, reread=reread))
    assert verdict.card is None
    assert verdict.sentence.startswith("Not safe to wipe. 1 original is not where it should be.")
    assert "one more reason" in verdict.sentence
    assert judge(facts(SourceKind.INGEST, reread=Reread(same_device=ONE))).card is None


def test_while_it_is_checked_nobody_knows() -> None:
    verdict = still_checking(to_check=5000, checked=120, size_bytes=7)
    assert not verdict.safe
    assert verdict.state is Checking.CHECKING
    assert "120 of 5,000" in verdict.sentence
    assert verdict.obstacles[0].code is WipeCode.STILL_CHECKING
    assert verdict.obstacles[0].files == 4880


def test_rejected_files_and_videos_need_no_original() -> None:
    assert facts(found=10, rejected=ONE, videos=Named(2), waiting=ONE).to_check == 6


def test_only_some_files_are_kept_by_name_and_all_are_counted() -> None:
    named = Named()
    for number in range(25):
        named = named.plus(f"{number}.jpg", files=2)
    assert (named.files, len(named.names)) == (50, MOST_EXAMPLES)
    both = ONE.and_also(named)
    assert (both.files, len(both.names), both.names[0]) == (51, MOST_EXAMPLES, "a.jpg")


def test_every_code_has_a_meaning() -> None:
    assert all(code.meaning.endswith(".") for code in WipeCode)
