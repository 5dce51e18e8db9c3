"""What every client is asked, and which refusals it must understand: one table for all of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

IMAGES: Final = """query Images($first: Int!, $after: String) { images(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { ...Seen } } }
  fragment Seen on Image { id fileName takenAt sizeBytes
    detections { shown { label } predicted { confidence } box { x y width height } } }"""
TWO: Final = (
    """query One { one: locations { totalCount } } query Other { other: allDeer { nodes { name } } }"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request, and the codes of the errors that it must bring."""

    name: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation: str | None = None
    codes: tuple[str, ...] = ()
    kind: str = "query"

    def request(self) -> dict[str, Any]:
        """Return the request as GraphQL clients take it."""
        asked: dict[str, Any] = {"query": self.query, "variables": self.variables}
        return asked if self.operation is None else asked | {"operationName": self.operation}


QUERIES: Final = (
    Case(name="page", query=IMAGES, variables={"first": 2}),
    Case(name="next page", query=IMAGES, variables={"first": 2, "after": "END_CURSOR"}),
    Case(
        name="nothing there", query="query ($id: ID!) { node(id: $id) { id } }", variables={"id": "UNKNOWN"}
    ),
    Case(name="null", query="{ location(name: null) { id } }", codes=("BAD_ARGUMENTS",)),
    Case(name="introspection", query='{ __type(name: "Image") { name kind description } }'),
    Case(name="unknown field", query="{ unicorns }", codes=("BAD_QUERY",)),
    Case(name="bad id", query='{ node(id: "zzz") { id } }', codes=("BAD_ID",)),
    Case(name="bad cursor", query='{ images(after: "zzz") { totalCount } }', codes=("BAD_CURSOR",)),
    Case(name="missing variable", query=IMAGES, codes=("BAD_QUERY",)),
    Case(
        name="costly",
        query="{ images(first: 100) { nodes { deployment { camera { deployments(first: 100) { nodes { id }}}}}}}",
        codes=("TOO_COSTLY",),
    ),
)
CHOSEN: Final = (
    Case(name="chosen operation", query=TWO, operation="Other"),
    Case(name="unknown operation", query=TWO, operation="None", codes=("BAD_OPERATION",)),
    Case(name="no operation chosen", query=TWO, codes=("BAD_OPERATION",)),
    Case(name="syntax", query="{ images {", codes=("BAD_SYNTAX",)),
)
"""What clients that take documents, and not text, do not send."""
MUTATIONS: Final = (
    Case(
        name="refused change",
        kind="mutation",
        query="""mutation ($name: String!) { createLocation(input: {name: $name}) {
            location { name } errors { __typename code message path } } }""",
        variables={"name": "Oak Stand"},
    ),
    Case(
        name="change without input",
        kind="mutation",
        query="mutation { createDeer { errors { code } } }",
        codes=("BAD_QUERY",),
    ),
)
SUBSCRIPTIONS: Final = (
    Case(
        name="dump",
        kind="subscription",
        query="subscription ($id: ID!) { dumpProgress(dumpId: $id) { snapshot dump { id receipt { found } } } }",
        variables={"id": "DUMP"},
    ),
    Case(
        name="images",
        kind="subscription",
        query="subscription { imageProcessed { snapshot images { id fileName } } }",
    ),
    Case(
        name="dump of a bad id",
        kind="subscription",
        query='subscription { dumpProgress(dumpId: "zzz") { snapshot } }',
        codes=("BAD_ID",),
    ),
    Case(
        name="unknown subscription",
        kind="subscription",
        query="subscription { unicorns }",
        codes=("BAD_QUERY",),
    ),
)


def with_ids(case: Case, ids: dict[str, str]) -> Case:
    """Return a case whose variables hold real ids and cursors in place of the words for them."""
    variables = {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in case.variables.items()
    }
    return Case(**asdict(case) | {"variables": variables})
