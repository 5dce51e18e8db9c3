from __future__ import annotations

import json
import time

from graphql import get_introspection_query
from websockets.asyncio.client import connect

from tests.api import Api
from tests.sign_in import headers_at
from thumper.graphql.request.limits import MOST_COST


def _nested(depth: int) -> str:
    """Deer inside detections inside deer …, as deep as asked."""
    query = "name"
    for _ in range(depth // 2):
        query = f"bestPhoto {{ deer {{ {query} }} }}"
    return f"{{ allDeer {{ nodes {{ {query} }} }} }}"


def _bomb(levels: int) -> str:
    """Fragments of which each spreads the next twice: small to write, exponential to follow."""
    spreads = "".join(
        f" fragment f{level} on Deer {{ a: bestPhoto {{ deer {{ ...f{level + 1} }} }}"
        f" b: bestPhoto {{ deer {{ ...f{level + 1} }} }} }}"
        for level in range(levels)
    )
    return f"{{ allDeer {{ nodes {{ ...f0 }} }} }}{spreads} fragment f{levels} on Deer {{ name }}"


_ALIASED = " ".join(
    f"a{n}: images(first: 100) {{ nodes {{ dump {{ folder }} camera {{ make }} job {{ state }} location {{ name }}"
    " urls { thumb } } }"
    for n in range(20)
)
_SPREAD = """query { allDeer(first: 100) { ...d } }
fragment d on DeerConnection { nodes { sightings(last: 100) { nodes { image { fileName } } } } }"""

REFUSED = {
    "TOO_DEEP": [_nested(16), _nested(400), _bomb(20), "{ a" * 900],
    "TOO_MANY_ALIASES": ["{ images { nodes { " + " ".join(f"a{n}: fileName" for n in range(61)) + " } } }"],
    "TOO_MANY_FIELDS": ["{ images { totalCount } " + " ".join(f"a{n}: __typename" for n in range(20)) + " }"],
    "TOO_MANY_DIRECTIVES": ["{ __typename " + "@skip(if: false) " * 21 + "}"],
    "TOO_COSTLY": [
        "{ images(first: 100) { nodes { detections { deer { sightings(first: 100) { nodes { id } } } } } } }",
        f"{{ {_ALIASED} }}",
        _SPREAD,
    ],
    "TOO_MANY_TOKENS": ["{ __typename " + "x " * 2000 + "}"],
}


async def test_what_is_too_much_is_refused_at_once_with_a_code(api: Api) -> None:
    for code, queries in REFUSED.items():
        for query in queries:
            answer = await api.post(query)
            assert "data" not in answer, query
            assert code in {error["extensions"]["code"] for error in answer["errors"]}, answer["errors"]


async def test_fragments_cost_no_exponential_time(api: Api) -> None:
    begun_at = time.process_time()
    await api.post(_bomb(24))
    assert time.process_time() - begun_at < 5  # followed spread by spread it takes minutes


async def test_the_cost_depends_on_variables_and_is_told(api: Api) -> None:
    query = """query ($n: Int = 3) { images(first: $n) { nodes { detections { deer { sightings(first: $n) {
      nodes { image { fileName } } } } } } } }"""
    answer = await api.post(query)
    assert answer["extensions"]["cost"]["maximum"] == MOST_COST
    small = answer["extensions"]["cost"]["requested"]
    large = (await api.post(query, n=10))["extensions"]["cost"]["requested"]
    assert small < large
    assert await api.refused(query, n=100) == "TOO_COSTLY"
    empty = await api.post("{ images(first: 0) { totalCount } }")
    assert empty["extensions"]["cost"]["requested"] == 2  # the connection, and counting


async def test_lists_of_a_hundred_and_previews_cost_what_they_take(api: Api) -> None:
    suspects = (
        "clockSuspects { imageCount dump { folder } camera { make } deployment { id location { name } } }"
    )
    await api.ask(f"{{ {suspects} dumps(first: 20) {{ nodes {{ clockFixes {{ id }} }} }} }}")
    assert await api.refused("{ clockSuspects { dump { clockFixes { id } } } }") == "TOO_COSTLY"
    preview = "p{}: fixClockPreview(input: {{offsetSeconds: 1}}) {{ offsetSeconds }}"
    assert (await api.ask(f"{{ {preview.format(1)} {preview.format(2)} }}"))["p2"] == {"offsetSeconds": None}
    assert await api.refused(f"{{ {' '.join(map(preview.format, range(4)))} }}") == "TOO_COSTLY"


async def test_what_people_really_ask_is_allowed(api: Api) -> None:
    query = """{ images(first: 100) { totalCount edges { node { fileName location { name } camera { make }
      job { detector { name } }
      detections { shown { label } deer { name locations { name } } reviews { verdict } } } } } }"""
    await api.ask(query)
    await api.ask(get_introspection_query(input_value_deprecation=True))


async def test_which_of_several_operations_is_meant_must_be_said(api: Api) -> None:
    both = "query a { a: __typename } query b { b: __typename }"
    assert await api.refused(both) == "BAD_OPERATION"
    answer = await api.http.post("/graphql", json={"query": both, "operationName": "b"})
    assert answer.json()["data"] == {"b": "Query"}
    missing = await api.http.post("/graphql", json={"query": both, "operationName": "c"})
    assert missing.status_code == 400


async def test_the_same_limits_hold_over_a_websocket(api: Api) -> None:
    async with connect(
        api.url.replace("http", "ws") + "/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        additional_headers=headers_at(api.url),
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        for number, (code, query) in enumerate(
            (
                ("TOO_DEEP", _nested(16)),
                ("TOO_COSTLY", REFUSED["TOO_COSTLY"][0]),
                ("BAD_QUERY", "{ unicorns }"),
            )
        ):
            message = {"id": str(number), "type": "subscribe", "payload": {"query": query}}
            await socket.send(json.dumps(message))
            answer = json.loads(await socket.recv())
            assert answer["type"] == "error"
            assert answer["payload"][0]["extensions"]["code"] == code
