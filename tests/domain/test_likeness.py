"""A folder is another one, moved, if a sample of its files is there."""

from __future__ import annotations

from thumper.domain.likeness import Likeness, unlike


def test_a_folder_is_the_other_one_when_hardly_a_file_is_missing_and_one_was_read() -> None:
    assert Likeness(looked_for=3, read=1).is_plain
    assert Likeness(looked_for=10, read=8, missing=("a.jpg",)).is_plain
    assert not Likeness(looked_for=0).is_plain
    assert not Likeness(looked_for=9, read=8, missing=("a.jpg",)).is_plain
    assert not Likeness(looked_for=200, read=8, others=("a.jpg",)).is_plain


def test_a_few_files_may_have_been_deleted_since_and_most_may_not() -> None:
    assert unlike(Likeness(looked_for=4, read=2, missing=("a.jpg", "b.jpg"))) is None
    assert unlike(Likeness()) is None
    reason = unlike(Likeness(looked_for=4, missing=("a.jpg", "b.jpg", "c.jpg", "d.jpg")))
    assert reason == "lacks files that were taken in: a.jpg, b.jpg, c.jpg and 1 more"


def test_one_file_that_is_another_is_named() -> None:
    assert unlike(Likeness(looked_for=40, read=8, others=("a.jpg",))) == (
        "does not hold the files that were taken in: others are a.jpg"
    )
