"""Owners see who did what: filtered, ordered and in pages as every list."""

from __future__ import annotations

import json
from typing import Final

import pytest

from tests.api import Api
from tests.people import make_asker
from thumper.cli import audit as command
from thumper.domain.access import OWNER
from thumper.errors import UsageError
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store.requests import audit
from thumper.store.requests.audit import Deed

CREATE: Final = """mutation ($input: CreateDeerInput!) { createDeer(input: $input) { deer { id } } }"""
ENTRIES: Final = """query ($where: AuditEntryFilter, $first: Int) {
  auditEntries(where: $where, first: $first, orderBy: {field: CREATED, direction: ASC}) {
    nodes { id actor { name } address action outcome recordIds recordCount createdAt } totalCount } }"""


async def test_the_audit_is_a_list_as_others(api: Api) -> None:
    ann = await make_asker("Ann")
    await api.ask(CREATE, input={"name": "Ajax"})
    for name in ("Bess", "bess"):
        body = {"query": CREATE, "variables": {"input": {"name": name}}}
        await api.anonymous.post("/graphql", json=body, headers=ann.headers)
    await api.anonymous.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"authorization": "Bearer x"}
    )
    for where, said in (
        ({"actorName": "ann"}, ["OK", "NAME_TAKEN"]),
        ({"personId": encode("Person", ann.person_id), "refused": True}, ["NAME_TAKEN"]),
        ({"action": "signIn"}, ["UNAUTHENTICATED"]),
        ({"action": "createDeer", "refused": False}, ["OK", "OK"]),
        ({"createdBefore": "2020-01-01T00:00:00Z"}, []),
    ):
        found = (await api.ask(ENTRIES, where=where))["auditEntries"]
        assert [node["outcome"] for node in found["nodes"]] == said, where
        assert found["totalCount"] == len(said)
    (hers, _) = (await api.ask(ENTRIES, where={"actorName": "Ann"}))["auditEntries"]["nodes"]
    assert (hers["actor"], hers["address"], hers["recordCount"]) == ({"name": "Ann"}, "127.0.0.1", 1)
    (nobody,) = (await api.ask(ENTRIES, where={"action": "signIn"}))["auditEntries"]["nodes"]
    assert (nobody["actor"], nobody["recordIds"]) == (None, [])
    node = await api.ask("query ($id: ID!) { node(id: $id) { ... on AuditEntry { action } } }", id=hers["id"])
    assert node["node"] == {"action": "createDeer"}


async def test_the_command_shows_the_last_entries_the_latest_last(api: Api, settings: Settings) -> None:
    for _ in range(105):
        await audit.append(Deed(action="createDeer", actor=OWNER, address="127.0.0.1"))
    settings = settings.model_copy(update={"port": int(api.url.rpartition(":")[2])})
    where = {"createdAfter": command.read_instant("2020-01-01", "--since"), "actorName": "owner"}
    entries = await command._read(settings, where, 103)
    assert len(entries) == 103
    assert [entry["createdAt"] for entry in entries] == sorted(entry["createdAt"] for entry in entries)
    said = command.line(entries[-1])
    assert said.endswith("owner (127.0.0.1)  createDeer")
    refused = entries[-1] | {"outcome": "INVALID", "actor": None, "address": "", "recordCount": 3}
    assert command.line(refused).endswith("nobody (this machine)  createDeer, 3 records: INVALID")
    assert json.dumps(entries)
    with pytest.raises(UsageError, match="--since: 'yesterday' is no time"):
        command.read_instant("yesterday", "--since")
