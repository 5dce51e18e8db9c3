"""A round of housekeeping in words and numbers."""

from __future__ import annotations

from thumper.cli.housekeeping_view import as_object, lines
from thumper.domain.housekeeping import Amount
from thumper.housekeeping.tally import Kind, Tally


def tally_of(**amounts: Amount) -> Tally:
    tally = Tally()
    for name, amount in amounts.items():
        tally.add(Kind(name), amount)
    return tally


def test_each_kind_has_a_line_and_only_room_on_the_disk_counts_as_freed() -> None:
    tally = tally_of(
        events=Amount(2000, 200_000),
        views=Amount(1, 1_500_000),
        orphans_set_aside=Amount(2, 14_000),
        exports=Amount(3, 3_000_000),
    )
    tally.views_kept = 2
    tally.problems.append("/a/file: Permission denied")
    assert list(lines(tally, dry_run=False)) == [
        "2000 events of the live feed, whose room the database uses again (0.2 MB)",
        "1 view, which is made again when somebody looks (1.5 MB)",
        "2 small pictures of no image, set aside (0.0 MB)",
        "3 prepared models that no worker uses (3.0 MB)",
        "2 views stay: the original is not there to make it from.",
        "Not done: /a/file: Permission denied",
        "4.5 MB of the disk are free again.",
    ]
    assert list(lines(tally, dry_run=True))[-1] == "That would free 4.5 MB of the disk; nothing was changed."


def test_programs_are_told_of_every_kind() -> None:
    told = as_object(tally_of(orphans_removed=Amount(1, 7)), dry_run=False)
    assert told["freedBytes"] == 7
    assert set(told["amounts"]) == {
        "events",
        "auditEntries",
        "idempotencyKeys",
        "signIns",
        "uploads",
        "views",
        "orphansSetAside",
        "orphansPutBack",
        "orphansRemoved",
        "halfWritten",
        "exports",
    }
    assert told["amounts"]["orphansRemoved"] == {"items": 1, "bytes": 7}


def test_nothing_to_do_is_said_and_not_when_something_could_not_be_done() -> None:
    assert list(lines(Tally(), dry_run=True)) == ["Nothing to tidy up."]
    assert list(lines(Tally(problems=["a disk is away"]), dry_run=True)) == ["Not done: a disk is away"]
