"""Equals share an answer, unequals do not, and whether somebody may ask at all is decided before."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.permission import BasePermission
from strawberry.types.base import StrawberryObjectDefinition

import thumper.graphql
from thumper.domain.access import Actor, Role, Scope
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.field import field
from thumper.graphql.schema import schema as thumper_schema
from thumper.graphql.shared.answer_key import PERSONAL
from thumper.graphql.shared.shared_execution import Shared, SharingExecutor

ANN = Actor(name="ann", role=Role.MEMBER, scopes=frozenset({Scope.READ}))
BOB = dataclasses.replace(ANN, name="bob")
HERE, THERE = "http://localhost:8480", "http://127.0.0.1:8480"


@dataclass(frozen=True)
class Asker:
    """What the executor reads of a context."""

    actor: Actor
    base_url: str


Info = strawberry.Info[Asker, None]


class Readers(BasePermission):
    """Allows those who may read."""

    message = "Not for you."

    def has_permission(self, source: object, info: Info, **_: object) -> bool:
        return Scope.READ in info.context.actor.scopes


class NoGuests(SchemaExtension):
    """Refuses guests before anything is executed."""

    def on_execute(self) -> Iterator[None]:
        if self.execution_context.context.actor.role is Role.GUEST:
            raise bad_request("FORBIDDEN", "Not for guests.")
        yield


@strawberry.interface
class Signed:
    """One of the types behind it is personal."""

    @field("Who reads it.")
    def reader(self, info: Info) -> str:
        raise NotImplementedError


@strawberry.type
class Note(Signed):
    """A message."""

    answers: strawberry.Private[Shared] = dataclasses.field(default_factory=Shared, kw_only=True)
    executed_by: strawberry.Private[list[str]] = dataclasses.field(default_factory=list, kw_only=True)

    @field("Where it is.")
    def url(self, info: Info) -> str:
        self.executed_by.append(info.context.actor.name)
        return f"{info.context.base_url}/note"

    @field("Who reads it.", personal=True)
    def reader(self, info: Info) -> str:
        return info.context.actor.name

    @field("The note, as something signed.")
    def signed(self) -> Signed:
        return self


@strawberry.type
class Query:
    """Needed by GraphQL."""

    nothing: str


@strawberry.type
class Subscription:
    """Sends everybody the same message."""

    @strawberry.subscription(permission_classes=[Readers])
    async def note(self, info: strawberry.Info[Any, Note]) -> AsyncGenerator[Note, None]:
        yield info.root_value


schema = strawberry.Schema(
    query=Query,
    subscription=Subscription,
    extensions=[NoGuests],
    execution_context_class=SharingExecutor,
)


async def ask(note: Note, query: str, actor: Actor, base_url: str = HERE) -> Any:
    """Return the first result of a subscription that brings `note`."""
    context = Asker(actor, base_url)
    async with aclosing(await schema.subscribe(query, context_value=context, root_value=note)) as stream:
        return await anext(stream)


URL = "subscription { note { url } }"


async def test_equals_share_an_answer() -> None:
    note = Note()
    answers = [await ask(note, URL, actor) for actor in (ANN, BOB)]
    assert [answer.data for answer in answers] == [{"note": {"url": f"{HERE}/note"}}] * 2
    assert note.executed_by == ["ann"]


@pytest.mark.parametrize(
    ("actor", "base_url", "query"),
    [
        (dataclasses.replace(ANN, role=Role.OWNER), HERE, URL),
        (dataclasses.replace(ANN, scopes=frozenset({Scope.READ, Scope.REVIEW})), HERE, URL),
        (ANN, THERE, URL),
        (ANN, HERE, "subscription Named { note { url } }"),
    ],
    ids=["role", "scopes", "address", "words"],
)
async def test_unequals_do_not_share(actor: Actor, base_url: str, query: str) -> None:
    note = Note()
    await ask(note, URL, ANN)
    answer = await ask(note, query, actor, base_url)
    assert answer.data == {"note": {"url": f"{base_url}/note"}}
    assert len(note.executed_by) == 2


@pytest.mark.parametrize(
    "query",
    [
        "subscription { note { url reader } }",
        "subscription { note { url ... { reader } } }",
        "subscription { note { url ...Read } } fragment Read on Note { reader }",
        "subscription { note { ...All } } fragment All on Note { url ...Read } fragment Read on Note { reader }",
        "subscription { note { url signed { reader } } }",
    ],
    ids=["field", "inline fragment", "fragment", "fragment in a fragment", "interface"],
)
async def test_a_personal_field_is_shared_with_nobody_else(query: str) -> None:
    note = Note()
    for actor in (ANN, BOB, ANN):
        assert f"'reader': '{actor.name}'" in repr((await ask(note, query, actor)).data)
    assert note.executed_by == ["ann", "bob"]


@pytest.mark.parametrize("other", ["person_id", "credential_id"])
async def test_people_of_one_name_and_two_tokens_of_a_person_are_told_apart(other: str) -> None:
    note, query = Note(), "subscription { note { url reader } }"
    ann = dataclasses.replace(ANN, person_id=uuid4(), credential_id=uuid4())
    changed: Any = {other: uuid4()}
    for actor in (ann, ann, dataclasses.replace(ann, **changed)):
        await ask(note, query, actor)
    assert note.executed_by == ["ann", "ann"]


@pytest.mark.parametrize(
    "refused",
    [dataclasses.replace(ANN, role=Role.GUEST), dataclasses.replace(ANN, scopes=frozenset())],
    ids=["extension", "permission"],
)
async def test_who_may_not_ask_neither_makes_nor_gets_a_shared_answer(
    refused: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the key did not tell them apart: what keeps the answer from them comes before it is looked up.
    monkeypatch.setattr("thumper.graphql.shared.shared_execution.answer_key", lambda _: "the same")
    note = Note()
    for executed in ([], ["ann"]):
        answer = await ask(note, URL, refused)
        assert answer.data is None
        assert [error.message[:7] for error in answer.errors] == ["Not for"]
        assert note.executed_by == executed
        await ask(note, URL, ANN)


def test_resolvers_read_only_what_all_who_share_an_answer_have_in_common() -> None:
    """Changes are never shared; of what only differs between actors, a personal field may read more."""
    folder = Path(thumper.graphql.__file__).parent
    read = {
        name
        for path in folder.rglob("*.py")
        if not path.stem.endswith("_change") and path.parent.name != "people"  # whose fields are personal
        for name in re.findall(r"info\.context\b\.?(\w*)", path.read_text(encoding="utf-8"))
    }
    # Where a subscription goes on, and whose upload it may watch, chooses its messages, as the arguments of its root
    # field do, and not their answers. What the role and scopes allow is alike for all who share one, and the doctor is
    # one for the whole process.
    assert read - {"actor"} == {
        "base_url",
        "doctor",
        "live",
        "loaders",
        "permissions",
        "settings",
        "wipes",
    } | {
        "place",
        "watches",
    }


def test_a_field_that_reads_who_asks_is_declared_personal() -> None:
    read = re.compile(r"context\.(actor|address|credentials)\b")
    readers = {
        f"{kind.origin.__name__}.{field.python_name}": PERSONAL in field.metadata
        for kind in map(thumper_schema.get_type_by_name, thumper_schema._schema.type_map)
        if isinstance(kind, StrawberryObjectDefinition) and kind.origin.__name__ != "Mutation"
        for field in kind.fields
        if field.base_resolver
        and read.search(inspect.getsource(cast("Any", field.base_resolver.wrapped_func)))
    }
    assert "Query.viewer" in readers
    assert [name for name, personal in readers.items() if not personal] == []
