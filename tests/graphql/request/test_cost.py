"""What is reckoned before an operation runs is never less than what it then takes."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    parse,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests.api import UNKNOWN_WORD, Api
from tests.generated_operations import Drawing, Operation
from tests.graphql.test_loaders import counted_statements
from tests.live import subscribed
from tests.small_library import Ids, small_library
from thumper.graphql.relay.price import FEW, PRICE
from thumper.graphql.request.cost import Reckoning, reckon
from thumper.graphql.request.limits import MOST_COST, fragments_of
from thumper.graphql.schema import schema

ROOT: Final = Path(__file__).parents[3]
SCHEMA: Any = schema._schema  # as strawberry's own extensions read it
MOST_QUERIES: Final = 100
COUNTS = re.compile(r"\bcount\s*\(", re.IGNORECASE)

RELATED: Final = "location { name } camera { model } dump { id } job { detector { name } }"


def objects_in(answer: Any) -> int:
    """Count the objects of an answer, `data` itself not among them."""
    if isinstance(answer, dict):
        return 1 + sum(map(objects_in, answer.values()))
    return sum(map(objects_in, answer)) if isinstance(answer, list) else 0


def reckoned(operation: Operation) -> int:
    """Return what is reckoned before anything is read."""
    document = parse(operation.text)
    (definition,) = (node for node in document.definitions if node.kind == "operation_definition")
    told = reckon(SCHEMA, document, definition, operation.variables)  # type: ignore[arg-type]
    assert told is not None
    return told.objects


@pytest_asyncio.fixture
async def ids(api: Api) -> Ids:
    """A small library behind the API."""
    return await small_library()


@pytest.fixture
def asked() -> Iterator[Counter[str]]:
    """What became of the generated queries; fails when too few were answered with anything to prove something."""
    counter: Counter[str] = Counter()
    yield counter
    assert counter["answered"] > MOST_QUERIES // 3, counter
    assert counter["too costly"] > 0, counter


@settings(max_examples=MOST_QUERIES, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
async def test_reckoned_is_never_less_than_objects_and_counting_statements(
    api: Api, ids: Ids, asked: Counter[str], random: Any
) -> None:
    operation = Drawing(SCHEMA, random, ids).query()
    before = reckoned(operation)
    with pytest.MonkeyPatch.context() as patch, counted_statements(patch) as statements:
        answer = await api.post(operation.text, **operation.variables)
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert not codes & {"INTERNAL", "BAD_QUERY", "BAD_SYNTAX"}, operation
    asked["too costly"] += "TOO_COSTLY" in codes
    assert ("TOO_COSTLY" in codes) == (before > MOST_COST)
    if "data" in answer:
        taken = objects_in(answer["data"]) - 1 + sum(bool(COUNTS.search(each)) for each in statements)
        assert taken <= before == answer["extensions"]["cost"]["requested"], operation
        asked["answered"] += taken > 1


LIVE: Final = {"imageProcessed": "images", "detectionAdded": "detections", "deerSeen": "sightings"}


@pytest.mark.parametrize("name", [*LIVE, "status"])
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
async def test_a_live_message_is_reckoned_as_well(api: Api, ids: Ids, name: str, random: Any) -> None:
    operation = Drawing(SCHEMA, random, ids).subscription(name)
    before = reckoned(operation)
    if before <= MOST_COST:
        with pytest.MonkeyPatch.context() as patch, counted_statements(patch) as statements:
            async with subscribed(api.url, operation.text, **operation.variables) as subscriber:
                message = await subscriber.next()
        taken = objects_in(message) + sum(bool(COUNTS.search(each)) for each in statements)
        assert taken <= before, operation


@pytest.mark.parametrize("name", LIVE)
async def test_lists_of_live_messages_are_reckoned_with_as_many_items_as_one_may_have(
    api: Api, name: str
) -> None:
    await small_library()
    query = f"subscription {{ {name} {{ {LIVE[name]} {{ id }} }} }}"
    assert reckoned(Operation(query, {})) >= 251
    async with subscribed(api.url, query) as subscriber:
        assert len((await subscriber.next())[LIVE[name]]) > FEW


def _lists() -> Iterator[tuple[str, str]]:
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                if is_list_type(get_nullable_type(field.type)) and not is_leaf_type(
                    get_named_type(field.type)
                ):
                    yield kind.name, name


def test_every_list_says_how_long_it_is_beside_its_field() -> None:
    """A new list has takes=price(items=…), or metadata=price(items=…), or is a connection."""
    silent = []
    for kind, name in _lists():
        declared = SCHEMA.type_map[kind].fields[name].extensions["strawberry-definition"]
        of_page = kind.endswith("Connection") and name in {"edges", "nodes"}
        if not of_page and PRICE not in declared.metadata:
            silent.append(f"{kind}.{name}")
    assert silent == []


def test_every_connection_takes_the_arguments_of_pages() -> None:
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                if get_named_type(field.type).name.endswith("Connection"):
                    assert {"first", "after", "last", "before"} <= set(field.args), f"{kind.name}.{name}"


async def test_what_got_around_the_limit_does_not(api: Api) -> None:
    ids = (await small_library())["Image"]
    hundred = json.dumps((ids * 5)[:100])
    pages = "... on Image { detections { deer { sightings { nodes { id } } } } }"
    assert await api.refused(f"{{ nodes(ids: {hundred}) {{ {pages} }} }}") == "TOO_COSTLY"
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {pages} }} }}"
    assert await api.refused(query, ids=json.loads(hundred)) == "TOO_COSTLY"
    counted = await api.post("{ images { " + " ".join(f"t{n}: totalCount" for n in range(60)) + " } }")
    assert counted["extensions"]["cost"]["requested"] == 61
    deep = "query ($n: Int) { allDeer(first: $n) { nodes { sightings(first: 100) { nodes { id } } } } }"
    assert await api.refused(deep, n=100.0) == "TOO_COSTLY"


async def test_boxes_beyond_the_usual_are_counted_as_they_are_returned(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    await make.make_boxed_image(dump, detector, boxes=4 * FEW)
    query = "{ images(first: 1) { nodes { detections { box { x } } } } }"
    answer = await api.post(query)
    assert reckoned(Operation(query, {})) < objects_in(answer["data"]) - 1
    # The connection, nodes asked for, image, detections asked for, and two objects a box.
    assert answer["extensions"]["cost"]["requested"] == 1 + 1 + 1 + 1 + 2 * 4 * FEW


async def test_an_answer_that_turns_out_too_long_is_refused_where_it_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.graphql.request.metered_execution.MOST_COST", 30)
    detector, dump = await make.make_detector(), await make.make_dump()
    await make.make_boxed_image(dump, detector, boxes=40)
    answer = await api.post(
        "{ images(first: 1) { nodes { detections { ordinal } } } locations { totalCount } }"
    )
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"TOO_COSTLY"}
    assert "images.nodes.detections" in answer["errors"][0]["message"]


async def test_a_change_that_was_made_is_told_however_long_its_answer_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thumper.graphql.request.metered_execution.MOST_COST", 3)
    made: Any = {}
    for name in ("Ridgeland", "Ridgelans", "Ridgelant", "Ridgelanz", "Ridgelanx", "Ridgelanq"):
        made = await api.ask(
            "mutation ($name: String!) { createLocation(input: {name: $name}) { didYouMean { name } } }",
            name=name,
        )
    assert len(made["createLocation"]["didYouMean"]) > 3


@pytest.mark.parametrize(
    ("query", "names", "cheaper"),
    [
        (
            "{ a: images(first: 100) { nodes { detections { deer { sightings(first: 90) { nodes { id } } } } } } }",
            "a.nodes.detections.deer.sightings takes",
            "fewer than 90 items with first, or a for fewer",
        ),
        (
            "{ dumps(first: 100) { nodes { clockFixes { id } } } }",
            "dumps.nodes.clockFixes takes",
            "ask dumps for fewer items with first",
        ),
        (
            "{ dumps(first: 4) { nodes { receipt { wipe { safe } } } } }",
            "dumps.nodes.receipt.wipe takes",
            "a request of its own",
        ),
        (
            "{ __schema { types { "
            + " ".join(f"a{n}: fields {{ type {{ kind }} }}" for n in range(9))
            + " } } }",
            "__schema takes",
            "__type(name:)",
        ),
        (
            "{ nodes(ids: [" + '"x" ' * 100 + "]) { ... on Dump { relocations { id } } } }",
            "nodes.relocations takes",
            "in a request of its own",
        ),
        (
            "{ "
            + " ".join(f"a{n}: images(first: 100) {{ nodes {{ {RELATED} }} }}" for n in range(19))
            + " }",
            "The query asks for",
            "Send its fields in several requests.",
        ),
    ],
)
async def test_a_refusal_names_the_field_and_the_cheaper_way(
    api: Api, query: str, names: str, cheaper: str
) -> None:
    (error,) = (await api.post(query))["errors"]
    assert error["extensions"] == {"code": "TOO_COSTLY"}
    assert names in error["message"]
    assert cheaper in error["message"]


def documented() -> list[str]:
    """Return every example of the documentation but those that show a refusal."""
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    return [
        text
        for page in pages
        for text, refusal in re.findall(
            r"^```graphql\n(.*?)^```(?=(\n\n```json\n\{\n  \"errors\")?)",
            page.read_text(),
            re.MULTILINE | re.DOTALL,
        )
        if not refusal
    ]


async def test_every_documented_example_is_within_the_limits(api: Api) -> None:
    examples = documented()
    assert len(examples) > 50
    for text in examples:
        document = parse(text)
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                told = Reckoning(SCHEMA, fragments_of(document), definition, {})
                assert told.objects <= MOST_COST, text
        for error in (await api.post(text)).get("errors", ()):
            assert not error["extensions"]["code"].startswith("TOO_"), (text, error)
            assert not UNKNOWN_WORD.search(error["message"]), (text, error)


async def test_introspection_has_a_cost_and_one_schema_is_all_that_an_operation_may_ask(api: Api) -> None:
    answer = await api.post(get_introspection_query(input_value_deprecation=True, specified_by_url=True))
    cost = answer["extensions"]["cost"]["requested"]
    assert objects_in(answer["data"]) - 1 == cost
    assert cost < 0.8 * MOST_COST, "the schema has grown: tools must be able to ask for the whole of it"
    twenty = " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(20))
    assert await api.refused(f"{{ {twenty} }}") == "TOO_MANY_FIELDS"
    spread = (
        "{ __schema { types { name } } ...again } fragment again on Query { b: __schema { types { name } } }"
    )
    assert await api.refused(spread) == "TOO_MANY_FIELDS"
    often = " ".join(f"a{n}: types {{ fields {{ args {{ name }} }} }}" for n in range(50))
    assert await api.refused(f"{{ __schema {{ {often} }} }}") == "TOO_COSTLY"
    told = await api.post(
        '{ a: __type(name: "Image") { fields { type { kind } } } b: __type(name: "None") { name } }'
    )
    assert objects_in(told["data"]) - 1 == told["extensions"]["cost"]["requested"]
