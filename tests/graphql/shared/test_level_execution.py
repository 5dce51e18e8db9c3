"""Lists completed level by level, or by columns, are as graphql-core completes them, to the last error."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from thumper.graphql.shared.batch_loader import Loader
from thumper.graphql.shared.column_execution import ColumnExecutor
from thumper.graphql.shared.direct_resolvers import call_directly
from thumper.graphql.shared.level_execution import LevelExecutor
from thumper.graphql.shared.together import loaded


@dataclass
class Row:
    """A record; numbers name others."""

    name: Any
    place: int | None = None
    boxes: list[Any] = field(default_factory=list)


@strawberry.type
class Place:
    name: str

    @strawberry.field
    @staticmethod
    @loaded
    async def next(root: strawberry.Parent[Any], info: strawberry.Info) -> Place | None:
        found: Place | None = await info.context["places"].load(root.place)
        return found


@strawberry.type
class Item:
    name: str

    @strawberry.field
    @staticmethod
    @loaded
    async def place(root: strawberry.Parent[Row], info: strawberry.Info, add: int = 0) -> Place | None:
        if root.place is None:
            return None
        found: Place | None = await info.context["places"].load(root.place + add)
        return found

    @strawberry.field
    @staticmethod
    @loaded
    async def sure(root: strawberry.Parent[Row], info: strawberry.Info) -> Place:
        found: Place = await info.context["places"].load(root.place)
        return found

    @strawberry.field(graphql_type=Place | None)
    @staticmethod
    @loaded
    def wanted(root: strawberry.Parent[Row], info: strawberry.Info) -> Any:
        return None if root.place is None else info.context["places"].wanted(root.place)

    @strawberry.field(graphql_type=Place)
    @staticmethod
    @loaded
    def needed(root: strawberry.Parent[Row], info: strawberry.Info) -> Any:
        return info.context["places"].wanted(root.place)

    @strawberry.field
    @staticmethod
    def names(root: strawberry.Parent[Row]) -> list[str | None]:
        return [root.name, None, *(box.name for box in root.boxes)]

    @strawberry.field
    @staticmethod
    @loaded
    async def length(root: strawberry.Parent[Row], info: strawberry.Info) -> int:
        return len((await info.context["places"].load(root.place)).name)

    @strawberry.field
    @staticmethod
    async def slow(root: strawberry.Parent[Row]) -> str:
        await asyncio.sleep(0)
        return str(root.name * 2)

    @strawberry.field
    def boxes(self) -> list[Place]:
        return self.boxes  # type: ignore[return-value]  # the row's

    @strawberry.field
    def maybe(self) -> list[Place | None] | None:
        return self.boxes  # type: ignore[return-value]  # the row's


@strawberry.type
class Query:
    @strawberry.field
    def items(self, info: strawberry.Info) -> list[Item | None]:
        rows: list[Item | None] = info.context["rows"]
        return rows

    @strawberry.field
    def all(self, info: strawberry.Info) -> list[Item]:
        rows: list[Item] = info.context["rows"]
        return rows


async def _read(ids: list[int]) -> dict[int, Row]:
    await asyncio.sleep(0)
    if 13 in ids:
        raise ValueError("thirteen")
    return {number: Row(f"place {number}", number + 1) for number in ids if number in range(5)}


ROWS = [Row("Ajax", 1), Row("Bess", None, [Row("a", 2), Row("b", 1)]), Row("Cora", 4, [Row("c", 3)])]
CASES = [
    ROWS,
    [],
    [Row("x", 9)],
    [Row("ok", 1), Row("x", 13)],
    [Row("y", 1, [Row(None)]), Row("z", 1, [None, Row("d", 1)]), Row("n", 2)],
    [Row("y", 1, "no list"), Row("n", 2)],  # type: ignore[arg-type]
    [Row("y", 1, [ValueError("bad"), Row("d", 1)]), Row("n", 2)],
    [None, Row("n", 2), ValueError("worse")],
]
QUERIES = [
    "{ items { name place { name next { name next { name } } } } }",
    "{ items { sure { name } name } all { place { name } } }",
    "{ all { length } items { length slow __typename } }",
    "{ items { boxes { name next { name } } maybe { name } place { next { name } } } }",
    "{ items { b: maybe { next { name } } p: place(add: 1) { name } q: place(add: 30) { name } } }",
    "{ items { wanted { name next { name } } place { __typename name } names __typename } }",
    "{ items { needed { name } } all { wanted { next { name } } } }",
    "{ items { name @skip(if: true) } all { names wanted { name @skip(if: true) } } }",
    "{ all { needed { next { name } } names } items { wanted { name } boxes { __typename name } } }",
    "query ($add: Int!) { items { place(add: $add) { name ...F } slow } } fragment F on Place { next { name } }",
]


def _schema(executor: type[Any]) -> strawberry.Schema:
    return strawberry.Schema(Query, execution_context_class=executor)


SCHEMA, LEVELS, COLUMNS = map(_schema, (StrawberryGraphQLCoreExecutionContext, LevelExecutor, ColumnExecutor))
call_directly(LEVELS)
call_directly(COLUMNS)
OURS = pytest.mark.parametrize("schema", [LEVELS, COLUMNS], ids=["levels", "columns"])


async def _answer(schema: strawberry.Schema, query: str, rows: list[Any]) -> tuple[str, Any]:
    places = Loader(_read, cache=True)
    told = await schema.execute(
        query, context_value={"rows": rows, "places": places}, variable_values={"add": 1}
    )
    errors = sorted((str(error.path), error.message) for error in told.errors or ())
    return repr(told.data), errors


@OURS
@pytest.mark.parametrize("rows", CASES, ids=range(len(CASES)))
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
async def test_it_answers_as_graphql_core_does(
    schema: strawberry.Schema, query: str, rows: list[Any]
) -> None:
    data, errors = await _answer(schema, query, rows)
    wanted, wanted_errors = await _answer(SCHEMA, query, rows)
    assert data == wanted
    if data == "None":  # graphql-core cancels what it need not know any more, and tells of the first
        assert bool(errors) == bool(wanted_errors)
    else:
        assert errors == wanted_errors


def _counting(executor: type[Any]) -> tuple[strawberry.Schema, list[int]]:
    """Return a schema that counts the objects which its executor admits, and where."""
    counts = [0]

    class Counting(executor):  # type: ignore[misc]  # of any executor
        def admit(self, kind: Any, details: Any, path: Any, objects: int = 1) -> None:
            counts[0] += objects

        def weight(self, kind: Any, details: Any, objects: int) -> int:
            return objects

        def withdraw(self, weight: int) -> None:
            counts[0] -= weight

    schema = _schema(Counting)
    call_directly(schema)
    return schema, counts


@pytest.mark.parametrize("rows", CASES, ids=range(len(CASES)))
@pytest.mark.parametrize("query", QUERIES[:3], ids=range(3))
async def test_objects_that_are_executed_twice_are_counted_once(query: str, rows: list[Any]) -> None:
    (columns, counted), (levels, wanted) = _counting(ColumnExecutor), _counting(LevelExecutor)
    await _answer(columns, query, rows)
    await _answer(levels, query, rows)
    assert counted == wanted


async def test_a_list_of_known_fields_is_not_executed_level_by_level(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("level by level")

    monkeypatch.setattr(LevelExecutor, "_execute", never)
    data, errors = await _answer(COLUMNS, QUERIES[5], ROWS[:2])
    assert "place 1" in data
    assert errors == []


@OURS
@pytest.mark.parametrize("relation", ["place", "wanted"])
async def test_a_relation_of_a_list_takes_no_task_for_each_object(
    schema: strawberry.Schema, relation: str
) -> None:
    tasks: set[Any] = set()

    async def read(ids: list[int]) -> dict[int, Row]:
        await asyncio.sleep(0)
        tasks.update(asyncio.all_tasks())
        return dict.fromkeys(ids, Row("place"))

    rows = [Row("x", number) for number in range(50)]
    told = await schema.execute(
        f"{{ items {{ {relation} {{ name }} }} }}",
        context_value={"rows": rows, "places": Loader(read, cache=True)},
    )
    assert told.errors is None
    assert len(tasks) < 5
