"""Whatever a stranger writes for a cursor is BAD_CURSOR, and never an error of Python or PostgreSQL."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from tests.api import Api
from thumper.graphql.refusal import RequestError
from thumper.graphql.relay.cursor import decode_cursor, encode_cursor
from thumper.store.deer.known_deer import DeerSearch
from thumper.store.images.detections import DetectionSearch
from thumper.store.images.images import ARRIVED, TAKEN
from thumper.store.postgres.ids import new_id
from thumper.store.postgres.page import Order

CONFIDENCE, SIGHTINGS = DetectionSearch.sorts[2], DeerSearch.sorts[2]
ORDERS = [sort.descending for sort in (TAKEN, ARRIVED, CONFIDENCE, SIGHTINGS)]
MOMENT, ID = "2024-11-09T12:00:00+00:00", "00000000-0000-7000-8000-000000010001"


def written(order: Order, *values: Any) -> str:
    """Write a cursor of that order, as `encode_cursor` writes values, whatever they are."""
    text = json.dumps([1, order.name, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def refused(word: str, order: Order) -> bool:
    """Return whether it is refused as a cursor; raises whatever else becomes of it."""
    try:
        decode_cursor(word, order)
    except RequestError as error:
        return error.extensions == {"code": "BAD_CURSOR"}
    return False


COUNTS: list[Any] = [int("9" * 900), 2**63, 1.0, True, "1", None, float("nan")]
NUMBERS: list[Any] = [int("9" * 900), float("nan"), float("inf"), -float("inf"), 1, "0.5", True, None, []]
IDS: list[Any] = [5, None, [], ID.upper() + "A", "{" + ID + "}", ID[:-1]]
TEXTS: list[Any] = ["\ud800", "a\udfff", "\0", 5, None, ["a"], {"\0": 1}]
OF_MOMENTS, OF_NUMBERS, OF_COUNTS, OF_TEXTS = ORDERS[1], ORDERS[2], ORDERS[3], ORDERS[0]
ODD: list[tuple[Order, tuple[Any, ...]]] = [
    *((OF_COUNTS, (value, ID)) for value in COUNTS),
    *((OF_NUMBERS, (value, ID)) for value in NUMBERS),
    *(
        (OF_MOMENTS, (value, ID))
        for value in (
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2024-11-09T12:00:00",
            "2024-11-09T12:00:00Z",
            "2024-11-09 12:00:00+00:00",
            "2024-11-09",
            "2024-W45-6",
            "2024-11-09T18:00:00+06:00",
            "\\ud800",
            5,
            None,
        )
    ),
    *((OF_MOMENTS, (MOMENT, value)) for value in IDS),
    *((OF_TEXTS, (MOMENT, value, ID)) for value in TEXTS),
]


@pytest.mark.parametrize(("order", "values"), ODD, ids=range(len(ODD)))
def test_values_that_no_row_has_are_refused(order: Order, values: tuple[Any, ...]) -> None:
    assert refused(written(order, *values), order)


@pytest.mark.parametrize("change", ["={}", "{}==", "{}\n", " {}", "{}A", "{}\ud800", "{}é", "+{}", "{}/"])
def test_a_cursor_is_exactly_as_it_was_given(change: str) -> None:
    word = encode_cursor(ARRIVED.descending, (make.NOON, new_id()))
    assert not refused(word, ARRIVED.descending)
    assert refused(change.format(word), ARRIVED.descending)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
VALUES = JSON | st.just(MOMENT) | st.just(ID)


@given(st.sampled_from(ORDERS), st.lists(VALUES, max_size=4))
def test_whatever_json_a_cursor_holds_it_is_one_of_ours_or_refused(order: Order, values: list[Any]) -> None:
    word = written(order, *values)
    assert refused(word, order) or encode_cursor(order, decode_cursor(word, order)) == word


@given(st.sampled_from(ORDERS), st.text(st.characters(codec=None)) | st.binary().map(lambda raw: raw.hex()))
def test_whatever_text_is_given_for_a_cursor_is_refused(order: Order, word: str) -> None:
    assert refused(word, order)


async def test_odd_cursors_are_refused_over_the_api_and_leave_the_rest_answered(api: Api) -> None:
    await make.make_image(await make.make_dump())
    for values in ((float("nan"), ID), (int("9" * 900), ID)):
        word = written(OF_NUMBERS, *values)
        answer = await api.post(
            "query ($c: String) { detections(after: $c, orderBy: {field: CONFIDENCE}) { nodes { id } } }",
            c=word,
        )
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_CURSOR"]
    query = "query ($c: String) { images(after: $c, orderBy: {field: ARRIVED}) { nodes { id } } }"
    for odd in ("\ud800", "0001-01-01T00:00:00+14:00"):
        word = written(OF_MOMENTS, odd, ID)
        assert await api.refused(query, c=word) == "BAD_CURSOR"
    assert await api.refused(query, c="\ud800") == "BAD_CURSOR"
