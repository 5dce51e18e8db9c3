"""Fifty questions to the API whose answers must survive a backup: lists in every order and with every filter, single
records, receipts, relations. None is about the present moment or about this server's address."""

from __future__ import annotations

from typing import Any, Final

from tests.api import Api

Question = tuple[str, dict[str, Any]]

_IMAGE: Final = """id fileName sha256 sizeBytes mediaType widthPx heightPx takenAt cameraClock timeSource clockSource
    clockOffsetSeconds clockDoubt clockSuspect dstEdge temperatureCelsius batteryPercent batteryVolts moonPhase damaged
    state arrivedAt processedAt coordinates { latitude longitude } sequence { number length } error { code }
    job { attemptCount } location { name } camera { make model serial name }
    dump { id folder number } deployment { id } clockFix { id offsetSeconds note }"""
_SPECIES: Final = "species { id scientificName commonName origin }"
_DECISION: Final = "identityDecisions { id verdict note standing actor { name } createdAt deer { id name } }"
_DETECTION: Final = f"""id ordinal counted duplicateOf {{ ordinal }} verdict shown {{ label sex lifeStage {_SPECIES} }}
    predicted {{ label confidence sex lifeStage {_SPECIES} }} box {{ x y width height }} image {{ id fileName }}
    detector {{ name sha256 }} deer {{ id name }} sighting {{ id actor {{ name }} createdAt }} {_DECISION}
    reviews {{ id verdict {_SPECIES} sex lifeStage note actor {{ name }} createdAt }}"""
_DEER: Final = """id name sex status notes createdAt firstSeen lastSeen locations { name }
    bestPhoto { id predicted { confidence } }
    sightings { totalCount nodes { actor { name } createdAt image { fileName } } }"""
_LOCATION: Final = """id name description coordinates { latitude longitude } timeZone active shared createdAt
    imageCount effectiveTimeZone timeZoneSource
    deployments { nodes { id camera { model } openedAt closedAt imageCount firstTakenAt lastTakenAt } }"""
_RECEIPT: Final = """found stored duplicate rejected videoCount sizeBytes waiting rejections { reason fileCount }
    timeSources { source imageCount } clockWarnings { code imageCount } clockQuestion { sentence }"""
_DUMP: Final = f"""id number folder arrivedAt changedAt settledAt source {{ kind state path lastScanAt }}
    location {{ name }} receipt {{ {_RECEIPT} }} imageCounts {{ total pending completed failed }}
    files(first: 100) {{ totalCount nodes {{ id path sizeBytes state reason message whatToDo seenAt settledAt
        image {{ id }} firstDelivery {{ path }} }} }}
    clockFixes {{ id offsetSeconds note undoneAt shownAfter shownBefore }}"""
_PAGE: Final = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"


def _images(words: str, **values: Any) -> Question:
    return f"{{ images({words}) {{ {_PAGE} nodes {{ {_IMAGE} }} }} }}", values


def _detections(words: str) -> Question:
    return f"{{ detections({words}) {{ {_PAGE} nodes {{ {_DETECTION} }} }} }}", {}


def _lists() -> list[Question]:
    """Ask for every list in every order, a page from either end, and with filters."""
    orders = [
        f"orderBy: {{field: {field}, direction: {direction}}}"
        for field in ("TAKEN", "ARRIVED")
        for direction in ("ASC", "DESC")
    ]
    return [
        *(_images(f"first: 100, {order}") for order in orders),
        _images("first: 5"),
        _images("last: 5"),
        *(_images(f"first: 100, where: {{state: {state}}}") for state in ("PENDING", "COMPLETED", "FAILED")),
        *(
            _images(f"first: 50, where: {{{where}}}")
            for where in (
                "clockSuspect: true", "withoutDetections: false, minConfidence: 0.5", "timeSource: EXIF_ORIGINAL",
                'takenAfter: "2025-11-08T12:00:00Z", takenBefore: "2025-11-10T12:00:00Z"', "sex: FEMALE",
                'species: "Odocoileus virginianus"',
            )
        ),
        *(
            _detections(f"first: 100, orderBy: {{field: {field}, direction: {direction}}}")
            for field in ("TAKEN", "CREATED", "CONFIDENCE")
            for direction in ("ASC", "DESC")
        ),
        *(
            _detections(f"first: 50, where: {{{where}}}")
            for where in ("reviewed: true", "withoutDeer: false", "verdict: CORRECTED", "includeDuplicates: true")
        ),
    ]  # fmt: skip


def _other_lists() -> list[Question]:
    """Ask for the lists of deer, places, cameras and dumps."""
    return [
        *(
            (f"{{ allDeer(orderBy: {{field: {field}, direction: DESC}}) {{ {_PAGE} nodes {{ {_DEER} }} }} }}", {})
            for field in ("LAST_SEEN", "NAME", "SIGHTING_COUNT")
        ),
        *(
            (f"{{ locations({words}) {{ {_PAGE} nodes {{ {_LOCATION} }} }} }}", {})
            for words in (
                "orderBy: {field: NAME, direction: ASC}",
                "where: {withoutCoordinates: false}", "where: {withoutCoordinates: true}",
            )
        ),
        (f"{{ allSpecies {{ {_PAGE} nodes {{ id scientificName commonName origin actor {{ name }} }} }} }}", {}),
        (f"{{ identityDecisions {{ {_PAGE} nodes {{ id verdict standing createdAt }} }} }}", {}),
        ("{ cameras { totalCount nodes { id make model serial name createdAt imageCount } } }", {}),
        *(
            (f"{{ dumps({words}) {{ {_PAGE} nodes {{ {_DUMP} }} }} }}", {})
            for words in ("first: 10", "orderBy: {direction: ASC}, first: 3", "first: 10, where: {settled: true}")
        ),
    ]  # fmt: skip


_WHOLE: Final = """{ clockSuspects { doubt imageCount deployment { id } dump { id } }
    detectors { id name current createdAt sha256
    labels { name species { scientificName } sex lifeStage shown threshold } }
    status { heldImageCount queueDepth filesArrivingCount
    imageCounts { total pending processing completed failed } sources { kind state path watchMode lastScanAt }
    lastDumps { dump { id } } } }"""


async def questions(api: Api) -> list[Question]:
    """Return fifty questions about what is recorded now."""
    found = await api.ask(
        """{ images(first: 4) { edges { cursor node { id location { name } } } } detections(first: 2) { nodes { id } }
        allDeer { nodes { id } } dumps { nodes { id clockFixes { id } } }
        locations { nodes { name deployments { nodes { id } } } } }"""
    )
    edges = found["images"]["edges"]
    dumps = found["dumps"]["nodes"]
    fixes = [fix["id"] for dump in dumps for fix in dump["clockFixes"]]
    stays = [stay["id"] for place in found["locations"]["nodes"] for stay in place["deployments"]["nodes"]]
    one = "query ($id: ID!) {{ {} (id: $id) {{ {} }} }}"
    return [
        *_lists(),
        *_other_lists(),
        (f"query ($after: String) {{ images(first: 3, after: $after) {{ {_PAGE} nodes {{ {_IMAGE} }} }} }}",
         {"after": edges[1]["cursor"]}),
        *((one.format("image", f"{_IMAGE} detections(includeRejected: true) {{ {_DETECTION} }}"),
           {"id": edge["node"]["id"]}) for edge in edges),
        *((one.format("detection", _DETECTION), {"id": node["id"]}) for node in found["detections"]["nodes"]),
        (one.format("deer", _DEER), {"id": found["allDeer"]["nodes"][0]["id"]}),
        *((one.format("dump", _DUMP), {"id": dump["id"]}) for dump in dumps[:3]),
        (one.format("clockFix", "id offsetSeconds note createdAt shownAfter shownBefore imageCount"), {"id": fixes[0]}),
        (one.format("deployment", "id openedAt closedAt imageCount clockFixes { id } camera { id } location { id }"),
         {"id": stays[0]}),
        (f"query ($name: String) {{ location(name: $name) {{ {_LOCATION} }} }}", {"name": "north ridge"}),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
         {"ids": [stays[0], *fixes, dumps[0]["id"], edges[0]["node"]["id"]]}),
        (_WHOLE, {}),
    ]  # fmt: skip


async def answers(api: Api, asked: list[Question]) -> list[bytes]:
    """Return the answers to the byte; none of them may be an error."""
    given = []
    for query, variables in asked:
        answer = await api.http.post("/graphql", json={"query": query, "variables": variables})
        assert "errors" not in answer.json(), (query, answer.text)
        given.append(answer.content)
    return given
