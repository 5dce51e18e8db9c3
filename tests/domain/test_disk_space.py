from __future__ import annotations

import pytest

from thumper.domain.disk_space import MB, Space

GB = 1000 * MB


@pytest.mark.parametrize(
    ("total_bytes", "free_bytes", "is_full"),
    [
        (20_000 * GB, 501 * MB, False),  # 500 MB at most are left alone
        (20_000 * GB, 499 * MB, True),
        (10 * GB, 201 * MB, False),  # 2 %
        (10 * GB, 199 * MB, True),
        (200 * MB, 18 * MB, False),  # one more segment of PostgreSQL's log
        (200 * MB, 16 * MB, True),
    ],
)
def test_a_disk_is_full_when_only_the_reserve_is_left(
    total_bytes: int, free_bytes: int, *, is_full: bool
) -> None:
    assert Space(total_bytes, free_bytes, None).is_full is is_full


def test_a_disk_that_takes_no_more_files_is_full_however_much_is_free() -> None:
    assert Space(500 * GB, 100 * GB, 999).is_full
    assert not Space(500 * GB, 100 * GB, 1000).is_full
