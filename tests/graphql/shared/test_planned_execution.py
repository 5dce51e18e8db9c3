"""A plan answers as graphql-core does, to the last error."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from thumper.graphql.shared.column_execution import ColumnExecutor
from thumper.graphql.shared.direct_resolvers import call_directly


@dataclass
class Row:
    """A record with values that its type promises, and with others."""

    name: Any
    size: Any = 1


@strawberry.type
class Part:
    size: int | None


@strawberry.type
class Item:
    name: str
    size: int | None

    @strawberry.field
    def shout(self) -> str:
        return self.name.upper()

    @strawberry.field
    @staticmethod
    def whole(root: strawberry.Parent[Row], info: strawberry.Info) -> str:
        return f"{info.context['greeting']} {root.name}"

    @strawberry.field
    @staticmethod
    async def parts(root: strawberry.Parent[Row], info: strawberry.Info, least: int = 0) -> list[Part]:
        await asyncio.sleep(0)
        if root.size == 13:
            raise ValueError("thirteen")
        return [Part(size=size) for size in range(least, root.size)]

    @strawberry.field
    def lists(self, of: list[int]) -> list[int]:
        return of


ROWS = [Row("Ajax", 2), Row("Bess", None), Row("Cora", 3)]
BAD = [[Row(None)], [Row("x", "many")], [Row("x", 13)], [Row("ok"), Row(None), Row("x", 13)]]


@strawberry.type
class Query:
    @strawberry.field
    def items(self, info: strawberry.Info) -> list[Item | None]:
        rows: list[Item | None] = info.context["rows"]
        return rows

    @strawberry.field
    async def sure(self, info: strawberry.Info) -> list[Item]:
        await asyncio.sleep(0)
        rows: list[Item] = info.context["rows"]
        return rows


QUERIES = [
    "{ items { name size } }",
    "{ items { size z: name __typename a: name shout whole } }",
    "{ items { name parts { size } p: parts(least: 1) { size } size } }",
    "query ($least: Int = 1) { sure { parts(least: $least) { size } name lists(of: [1, 2]) } items { name } }",
    """{ sure { ...F } items { ...F size @skip(if: true) name @include(if: true) } }
    fragment F on Item { name size shout }""",
]


def _schema(executor: type[Any]) -> strawberry.Schema:
    return strawberry.Schema(Query, execution_context_class=executor)


SCHEMA, PLANNED = _schema(StrawberryGraphQLCoreExecutionContext), _schema(ColumnExecutor)
call_directly(PLANNED)


async def _answer(schema: strawberry.Schema, query: str, rows: list[Row]) -> tuple[str, Any]:
    told = await schema.execute(query, context_value={"rows": rows, "greeting": "Hello"})
    errors = sorted((str(error.path), error.message) for error in told.errors or ())
    return repr(told.data), errors  # of a dict's text the order of its keys is a part


@pytest.mark.parametrize("rows", [ROWS, [], *BAD])
@pytest.mark.parametrize("query", QUERIES)
async def test_it_answers_as_graphql_core_does(query: str, rows: list[Row]) -> None:
    told = await _answer(PLANNED, query, rows)
    assert told == await _answer(SCHEMA, query, rows)
    assert told == await _answer(PLANNED, query, rows), "with what was kept"
