from __future__ import annotations

import pytest

from tests.api import Api


@pytest.mark.parametrize("wrong", [100, 101, 400])
async def test_of_more_than_100_errors_a_client_reads_the_first(
    api: Api, wrong: int, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "{ images { " + " ".join(f"wrong{n}" for n in range(wrong)) + " } }"
    answer = await api.http.post(
        "/graphql", json={"query": query}, headers={"accept": "application/graphql-response+json"}
    )
    assert answer.status_code == 400
    told = answer.json()
    assert "data" not in told
    errors = told["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"BAD_QUERY"}
    assert "wrong0" in errors[0]["message"]
    assert len(errors) == min(wrong, 100) + (wrong > 100)
    if wrong > 100:
        assert errors[-1]["message"] == "The query has more errors: these are the first ones."
    assert "a request failed" not in capsys.readouterr().err


async def test_fragments_that_nest_too_deeply_are_refused_as_such(api: Api) -> None:
    """Each field is in a fragment of its own, so that no rule but the nesting of fragments sees how deep it is."""
    chain = " ".join(
        f"fragment f{n} on Deer {{ bestPhoto {{ deer {{ ...f{n + 1} }} }} }}" for n in range(130)
    )
    answer = await api.post(f"{{ allDeer {{ nodes {{ ...f0 }} }} }} {chain} fragment f130 on Deer {{ name }}")
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"TOO_DEEP"}
