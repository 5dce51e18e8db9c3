"""Every field, change and subscription, asked over HTTP, WebSocket and as events by everybody there is.

What the table denies is null or FORBIDDEN, what it allows is answered, and nothing that is withheld from guests stands
in any answer to one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import pytest_asyncio
import websockets
from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_list_type,
    is_required_input_field,
)
from websockets.typing import Subprotocol

from tests.patience import PATIENCE_S
from tests.reaching import Selected, Way, operations
from tests.walked_library import SECRET, SECRETS, Asker, Walk, walked
from thumper.graphql.access.table import FIELDS
from thumper.settings import Settings

FORBIDDEN: Final = "FORBIDDEN"


@pytest_asyncio.fixture
async def walk(settings: Settings) -> AsyncIterator[Walk]:
    async with walked(settings) as walk:
        yield walk


def _asked(walk: Walk, asker: Asker) -> list[Selected]:
    """Return what reaches every field: by the shortest way, and once more by the dump, the only one of some.

    What is refused with an error stands by itself, as nothing else of its root field is answered.
    """
    reach = walk.reach
    own = reach.ways(["dump"], through=walk.askers["uploader"].may)
    ways: list[tuple[str, Way]] = [*reach.ways(reach.roots()).items(), *own.items()]
    asked = [reach.selected("Query", root) for root in reach.roots()]
    for kind, way in ways:
        fields = reach.everything_of(kind)
        loud = [each for each in fields if not asker.may(each.place) and not each.can_be_null]
        asked.append(reach.along(way, [each for each in fields if each not in loud]))
        asked += [reach.along(way, [each]) for each in loud]
    return asked


def _is_refused(asked: Selected, asker: Asker) -> bool:
    """Return whether a field has to be refused with an error."""
    if not asker.may(asked.place):
        return asked.kind == "Query" or not asked.can_be_null
    return any(_is_refused(each, asker) for each in asked.inner)


def _sees_other_rows(asked: Selected, asker: Asker) -> bool:
    """Return whether somebody's rows are not the owner's: fewer, or their own."""
    return asker.name == "guest" or asked.kind in {"Viewer", "Person", "Session", "Token"}


def _check(asked: Selected, answer: Any, full: Any, asker: Asker) -> None:
    """Compare an answer with that of the owner."""
    if not asker.may(asked.place):
        assert answer is None, asked.place
    elif isinstance(answer, list):
        assert _sees_other_rows(asked, asker) or len(answer) == len(full), asked.place
        for each, whole in zip(answer, full, strict=False):
            _check(asked, each, whole, asker)
    elif isinstance(answer, dict) and asked.inner:
        for inner in asked.inner:
            _check(inner, answer[inner.name], full[inner.name] if full else None, asker)
    elif not _sees_other_rows(asked, asker):
        assert (answer is None) == (full is None), asked.place


async def test_every_field_is_answered_withheld_or_refused_as_the_table_says(walk: Walk) -> None:
    owner = walk.askers["owner"]
    seen, texts = set(), {}
    answered: dict[str, Any] = {}
    for asker in walk.askers.values():
        answers = []
        for text, named in operations(_asked(walk, asker)):
            if text not in answered:
                answered[text] = await owner.post(text)
            full = answered[text]
            assert "errors" not in full, (text, full["errors"][:2])
            answer = full if asker is owner else await asker.post(text)
            answers.append(json.dumps(answer))
            _check_answer(answer, full, named, asker)
            seen |= {each.place for _, root in named for each in root.all()}
        texts[asker.name] = "".join(answers)
    assert {place for place in _queried() if place not in seen} == set(_unqueried(walk.schema))
    assert SECRET in texts["member"]
    assert SECRET not in texts["guest"]


async def test_no_text_that_is_withheld_from_guests_is_told_to_one(walk: Walk) -> None:
    texts = ["{ tags { name } status { sources { path watchNote } } }"]
    for kind in sorted(walk.ids):
        fields = " ".join(each.text for each in walk.reach.two_levels(kind))
        texts += [
            f'{{ node(id: "{word}") {{ ... on {kind} {{ {fields} }} }} }}' for word in walk.ids[kind][:3]
        ]
    told, guests = await _told(walk, "owner", texts), await _told(walk, "guest", texts)
    hidden = [f"{SECRET} {table} {column}" for table, columns in SECRETS.items() for column in columns]
    assert [each for each in hidden if each not in told] == []
    assert SECRET not in guests


async def _told(walk: Walk, name: str, texts: list[str]) -> str:
    """Return all that somebody is answered."""
    return "".join([json.dumps(await walk.askers[name].post(text)) for text in texts])


async def test_every_change_is_made_or_refused_as_the_table_says(walk: Walk) -> None:
    root: Any = walk.schema.mutation_type
    errors: Any = walk.schema.type_map["UserError"]
    for asker in walk.askers.values():
        for name, field in root.fields.items():
            payload = get_named_type(field.type).name
            fields = [each for each in walk.reach.everything_of(payload) if asker.may(each.place)]
            asked = " ".join(each.text for each in fields)
            for kind in walk.schema.get_implementations(errors).objects:
                own = (each.text for each in walk.reach.everything_of(kind.name) if asker.may(each.place))
                asked += f" errors {{ ... on {kind.name} {{ {' '.join(own)} }} }}"
            given = _least(field.args["input"].type)
            text = f"mutation ($input: {field.args['input'].type}) {{ {name}(input: $input) {{ {asked} }} }}"
            answer = await asker.post(text, input=given)
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert (FORBIDDEN in codes) is not asker.may(f"Mutation.{name}"), (asker.name, name, answer)
            assert codes <= {FORBIDDEN, "BAD_ID"}, (asker.name, name, answer)


def _least(kind: Any) -> Any:
    """Return the least that an input takes: ids of nothing, and texts."""
    kind = get_nullable_type(kind)
    if is_list_type(kind):
        return [_least(kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        fields = kind.fields.items()
        return {name: _least(own.type) for name, own in fields if is_required_input_field(own)}
    if is_enum_type(kind):
        return next(iter(kind.values))
    likely = {"Int": 1, "Float": 0.5, "Boolean": True, "DateTime": "2024-11-09T06:30:00Z"}
    return likely.get(kind.name, "x")


async def test_every_subscription_is_begun_or_refused_as_the_table_says(walk: Walk) -> None:
    root: Any = walk.schema.subscription_type
    for asker in walk.askers.values():
        messages = {
            name: walk.reach.everything_of(get_named_type(field.type).name)
            for name, field in root.fields.items()
        }
        texts = {
            name: f"subscription {{ {name}{_followed(walk, name)} {{ {' '.join(each.text for each in asked)} }} }}"
            for name, asked in messages.items()
        }
        for told in (await _over_websocket(walk.api.url, asker, texts), await _as_events(asker, texts)):
            for name, answer in told.items():
                allowed = asker.may(f"Subscription.{name}")
                assert (FORBIDDEN not in answer) is allowed, (asker.name, name, answer)
                assert ('"data"' in answer) is allowed, (asker.name, name, answer)


def _followed(walk: Walk, name: str) -> str:
    kind = {"dumpProgress": "Dump", "batchProgress": "Batch"}.get(name)
    return "" if kind is None else f'({kind.lower()}Id: "{walk.ids[kind][0]}")'


async def _over_websocket(url: str, asker: Asker, texts: dict[str, str]) -> dict[str, str]:
    """Return the first message of each subscription."""
    told: dict[str, str] = {}
    async with websockets.connect(
        url.replace("http", "ws", 1) + "/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        close_timeout=1,
        additional_headers={"authorization": f"Bearer {asker.secret}"},
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        for name, text in texts.items():
            await socket.send(json.dumps({"id": name, "type": "subscribe", "payload": {"query": text}}))
        async with asyncio.timeout(PATIENCE_S):
            while len(told) < len(texts):
                message = str(await socket.recv())
                told.setdefault(json.loads(message)["id"], message)
    return told


async def _as_events(asker: Asker, texts: dict[str, str]) -> dict[str, str]:
    """Return the first event of each subscription."""
    told = {}
    for name, text in texts.items():
        headers = {"accept": "text/event-stream"}
        async with asker.http.stream("POST", "/graphql", json={"query": text}, headers=headers) as answer:
            lines = answer.aiter_lines()
            told[name] = await anext(line async for line in lines if line.startswith("data: "))
            await lines.aclose()  # type: ignore[attr-defined]  # it is a generator
    return told


def _check_answer(
    answer: dict[str, Any], full: dict[str, Any], named: list[tuple[str, Selected]], asker: Asker
) -> None:
    refused = {error["path"][0]: error for error in answer.get("errors", ())}
    for name, root in named:
        if _is_refused(root, asker):
            error = refused.pop(name)
            assert answer["data"][name] is None
            assert error["extensions"]["code"] == FORBIDDEN, error
            assert not asker.may(error["extensions"]["field"])
        else:
            assert name not in refused, refused[name]
            _check(root, answer["data"][name], full["data"][name], asker)
    assert refused == {}


def _queried() -> Iterator[str]:
    """Yield the fields that a query can reach."""
    for kind, rules in FIELDS.items():
        if kind not in {"Mutation", "Subscription"} and not kind.endswith(("Payload", "Message")):
            yield from (f"{kind}.{name}" for name in rules)


def _unqueried(schema: GraphQLSchema) -> Iterator[str]:
    """Yield those that are no object's of a query: interfaces, and what only changes and messages have."""
    errors: Any = schema.type_map["UserError"]
    others = {"Node", "Preview", "LiveMessage", "UserError", "Upload", "TakenBack"}
    kinds = others | {kind.name for kind in schema.get_implementations(errors).objects}
    yield from (place for place in _queried() if place.split(".")[0] in kinds)
