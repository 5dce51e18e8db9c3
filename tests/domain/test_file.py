"""What the watcher, ingestion and the store hand on of one file."""

from __future__ import annotations

from uuid import uuid4

import pytest

from thumper.domain.file import RESTLESS_NS, UNKNOWN_NS, FileRow, Found, Outcome, StableFile
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason

FOUND = Found(b"card/a.jpg", 5, 1, 7, 2)
ROW = FileRow(uuid4(), uuid4(), FOUND.path, FOUND.size_bytes, FOUND.mtime_ns, FileState.SEEN)


def test_what_is_recorded_is_no_look_though_size_and_time_are_the_same() -> None:
    assert ROW.recorded != FOUND
    assert ROW.recorded[:3] == FOUND[:3]


def test_a_settled_file_is_touched_when_only_its_change_time_is_known_to_be_another() -> None:
    settled = ROW._replace(state=FileState.STORED, changed_ns=2)
    assert not settled.is_touched(FOUND)
    assert settled.is_touched(FOUND._replace(changed_ns=3))
    assert not settled.is_touched(FOUND._replace(changed_ns=3, size_bytes=6)), "it is changed"
    assert not settled.is_touched(FOUND._replace(changed_ns=FOUND.mtime_ns)), "FAT has no other time"
    assert not settled.is_touched(FOUND._replace(changed_ns=UNKNOWN_NS))
    for changed_ns in (UNKNOWN_NS, RESTLESS_NS):
        assert not settled._replace(changed_ns=changed_ns).is_touched(FOUND)
    assert not ROW._replace(changed_ns=2).is_touched(FOUND._replace(changed_ns=3)), "it still waits"


@pytest.mark.parametrize(("root", "absolute"), [(b"/photos", b"/photos/card/a.jpg"), (b"/", b"/card/a.jpg")])
def test_a_stable_file_lies_below_its_root_and_is_compared_with_the_look(
    root: bytes, absolute: bytes
) -> None:
    grown = FOUND._replace(size_bytes=6)
    file = StableFile.of(ROW, grown, root=root)
    assert (file.file_id, file.dump_id, file.absolute, file.name) == (
        ROW.file_id,
        ROW.dump_id,
        absolute,
        b"card/a.jpg",
    )
    assert (file.size_bytes, file.mtime_ns, file.inode, file.root) == (6, 1, 7, root)


def test_a_rejection_names_the_file_and_says_what_is_wrong_in_the_reasons_words_or_in_given_ones() -> None:
    file = StableFile.of(ROW, FOUND, root=b"/photos")
    in_its_words = Outcome.rejected(file, Reason.VANISHED)
    assert (in_its_words.state, in_its_words.reason) == (FileState.REJECTED, Reason.VANISHED)
    assert in_its_words.message == f"card/a.jpg: {Reason.VANISHED.sentence}"
    assert Outcome.rejected(file, Reason.VANISHED, detail="Gone.").message == "card/a.jpg: Gone."
