from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from thumper.web.entity_tag import has_part_of_same, has_same, tag_of

TAG = '"abc"'


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (TAG, True),
        (f"W/{TAG}", True),
        (f'"x", W/"y",{TAG}', True),
        ("*", True),
        (" * ", True),
        ('"abcd"', False),
        ('"a", "c"', False),
        ("abc", False),
        ("", False),
    ],
)
def test_a_client_has_what_it_names(known: str, expected: bool) -> None:
    assert has_same(Headers({"if-none-match": known}), TAG) is expected


def test_a_range_is_joined_only_to_exactly_the_same() -> None:
    assert not has_same(Headers({}), TAG)
    assert has_part_of_same(Headers({}), TAG)
    assert has_part_of_same(Headers({"if-range": TAG}), TAG)
    for other in (f"W/{TAG}", '"x"', "Sat, 29 Oct 1994 19:43:31 GMT", "*"):
        assert not has_part_of_same(Headers({"if-range": other}), TAG)


def test_each_media_type_of_a_content_has_its_own_tag() -> None:
    assert tag_of(b"{}", "application/json") == tag_of(b"{}", "application/json")
    assert len({tag_of(b"{}", "application/json"), tag_of(b"{}", "x"), tag_of(b"[]", "x")}) == 3
