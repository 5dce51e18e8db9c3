from __future__ import annotations

import pytest

from tests.api import Api

LONG = "9" * 4301


@pytest.mark.parametrize(
    "query",
    [
        "{ images(first: %s) { totalCount } }",
        "{ node(id: -%s) { id } }",
        "{ nodes(ids: [%s]) { id } }",
        "query ($id: ID = %s) { node(id: $id) { id } }",
        "query ($least: Float = %s) { detections(where: {minConfidence: $least}) { totalCount } }",
        "{ __typename @skip(if: %s) }",
    ],
)
async def test_an_integer_that_cannot_be_read_is_refused_wherever_it_stands(api: Api, query: str) -> None:
    answer = await api.post(query % LONG)
    assert "data" not in answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_QUERY"}


async def test_one_that_can_be_read_is_judged_by_its_field(api: Api) -> None:
    assert await api.refused(f"{{ node(id: {LONG[1:]}) {{ id }} }}") == "BAD_ID"
