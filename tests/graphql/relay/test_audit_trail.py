"""A change is there together with its entry in the audit, or neither is."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests import factories as make
from tests.api import Api
from tests.live import asked_over_websocket
from thumper.domain.access import Role, Scope
from thumper.graphql.relay.audit_trail import brought_by, named_in
from thumper.graphql.relay.identity import encode
from thumper.graphql.schema import schema
from thumper.store.access import people, tokens
from thumper.store.models import AuditEntry, Deer
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id

CREATE = (
    """mutation ($input: CreateDeerInput!) { createDeer(input: $input) { deer { id } errors { code } } }"""
)
UPDATE = (
    """mutation ($input: UpdateDeerInput!) { updateDeer(input: $input) { deer { id } errors { code } } }"""
)


async def entries() -> list[tuple[str, str, list[str]]]:
    rows = await AuditEntry.exclude(address="").order_by("created_at", "id")
    return [(row.action, row.outcome, row.records) for row in rows]


async def test_a_change_is_written_with_who_made_it_from_where_and_what_it_touched(api: Api) -> None:
    made = (await api.ask(CREATE, input={"name": "Ajax", "notes": "lives at the SECRET spring"}))[
        "createDeer"
    ]
    told = {"deerId": made["deer"]["id"], "notes": "moved to the SECRET creek"}
    await asked_over_websocket(api.url, UPDATE, input=told)
    first, second = await AuditEntry.exclude(address="").order_by("created_at", "id")
    assert (first.action, first.outcome, first.records) == ("createDeer", "OK", [made["deer"]["id"]])
    assert (first.actor, first.role, first.address) == ("owner", "owner", "127.0.0.1")
    assert (second.action, second.records, second.record_count) == ("updateDeer", [made["deer"]["id"]], 1)
    (whole,) = await client().execute_query_dict("SELECT string_agg(audit::text, '') AS text FROM audit")
    assert "SECRET" not in whole["text"]


async def test_what_was_refused_repeated_or_not_understood_is_written_as_such(api: Api) -> None:
    deer = encode("Deer", (await make.make_deer("Ajax")).id)
    await api.ask(CREATE, input={"name": "ajax"})
    await api.refused(UPDATE, input={"deerId": "no id", "name": "Bess"})
    for _ in range(2):
        await api.ask(UPDATE, input={"deerId": deer, "name": "Bess", "idempotencyKey": "a"})
    await api.ask(CREATE, input={"name": "Cora", "idempotencyKey": "a"})
    await api.ask(CREATE, input={"name": "Cora", "idempotencyKey": ""})
    assert await entries() == [
        ("createDeer", "NAME_TAKEN", []),
        ("updateDeer", "BAD_ID", []),
        ("updateDeer", "OK", [deer]),
        ("updateDeer", "REPEATED", [deer]),
        ("createDeer", "IDEMPOTENCY_KEY_USED", []),
        ("createDeer", "INVALID", []),
    ]


async def test_what_is_not_for_somebody_is_written_the_first_time(api: Api) -> None:
    guest = await people.add("Neighbour", Role.GUEST)
    _, secret = await tokens.issue(guest, "screen", [Scope.READ])
    asked = """mutation {
        a: createDeer(input: {name: "SECRET"}) { errors { code } }
        ...More b: createDeer(input: {name: "B"}) { errors { code } } }
        fragment More on Mutation { deleteDeer(input: {deerId: "x"}) { errors { code } } }"""
    async with httpx.AsyncClient(base_url=api.url, headers={"authorization": f"Bearer {secret}"}) as http:
        for _ in range(3):
            answer = (await http.post("/graphql", json={"query": asked})).json()
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
    assert await entries() == [("createDeer", "FORBIDDEN", []), ("deleteDeer", "FORBIDDEN", [])]
    assert {row.actor for row in await AuditEntry.filter(outcome="FORBIDDEN")} == {"Neighbour"}
    assert await Deer.all().count() == 0


@pytest.mark.parametrize("key", [{}, {"idempotencyKey": "a"}], ids=["without a key", "with a key"])
async def test_no_change_is_made_that_cannot_be_written_to_the_audit(api: Api, key: dict[str, str]) -> None:
    await client().execute_query("ALTER TABLE audit ADD CONSTRAINT broken CHECK (outcome <> 'OK') NOT VALID")
    try:
        assert await api.refused(CREATE, input={"name": "Ajax"} | key) == "INTERNAL"
    finally:
        await client().execute_query("ALTER TABLE audit DROP CONSTRAINT broken")
    assert await Deer.all().count() == 0
    assert await entries() == [("createDeer", "INTERNAL", [])]
    assert (await api.ask(CREATE, input={"name": "Ajax"} | key))["createDeer"]["errors"] == []


async def test_several_mutations_of_a_request_have_an_entry_each(api: Api) -> None:
    await api.post(
        'mutation { a: createDeer(input: {name: "A"}) { errors { code } } __typename'
        ' b: createDeer(input: {name: "a"}) { errors { code } } c: createDeer(input: {name: "C"}) { deer { id } } }'
    )
    assert [(action, outcome) for action, outcome, _ in await entries()] == [
        ("createDeer", "OK"),
        ("createDeer", "NAME_TAKEN"),
        ("createDeer", "OK"),
    ]


async def test_of_many_records_the_first_are_named_and_all_are_counted(api: Api) -> None:
    ids = [encode("Image", new_id()) for _ in range(150)]
    query = "mutation ($input: DeleteImagesInput!) { deleteImages(input: $input) { errors { code } } }"
    await api.ask(query, input={"imageIds": ids, "note": "gone"})
    (entry,) = await AuditEntry.exclude(address="")
    assert (entry.outcome, entry.records, entry.record_count) == ("INVALID", ids[:100], 150)


def test_every_mutation_is_declared_in_the_way_that_writes_the_audit() -> None:
    mutation: Any = schema.get_type_by_name("Mutation")
    for field in mutation.fields:
        assert field.base_resolver.wrapped_func.__qualname__ == "change.<locals>.declare.<locals>.answer" or (
            hasattr(field.base_resolver.wrapped_func, "__wrapped__")
        ), field.name


_IDS = some.builds(encode, some.sampled_from(["Deer", "Image"]), some.uuids())
_VALUES = some.recursive(
    some.none() | some.integers() | some.text() | _IDS,
    lambda inner: (
        some.lists(inner) | some.dictionaries(some.sampled_from(["note", "deerId", "imageIds"]), inner)
    ),
    max_leaves=20,
)


@given(value=_VALUES)
def test_nothing_is_taken_out_of_an_input_but_ids_where_ids_stand(value: Any) -> None:
    for word in named_in({"input": value}):
        assert word.isascii()
        assert f"{word!r}" in repr(value)


def test_ids_are_found_in_lists_and_inner_inputs_and_rows_in_payloads() -> None:
    one, two = encode("Deer", new_id()), encode("Image", new_id())
    given = {"items": [{"deerId": one, "note": two}], "imageIds": [two, "x"], "id": one}
    assert list(named_in(given)) == [one, two]

    class Made:
        def __init__(self) -> None:
            self.errors: list[Any] = []
            self.deer = Deer(name="Ajax")
            self.others: list[Any] = [Deer(name="Bess"), "text"]

    made = Made()
    assert list(brought_by(made)) == [encode("Deer", made.deer.id), encode("Deer", made.others[0].id)]
