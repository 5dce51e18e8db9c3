"""Every released schema, filled with data, migrates; all data is still there, in the tables and by GraphQL."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

import pytest

from tests.api import Api, running_api
from tests.released import SHAPES, make_released, read_columns, read_rows, released_schemas
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store.postgres.connect import migrate_database
from thumper.store.postgres.schema_version import known_migrations

ANSWERS: Final[dict[str, Any]] = json.loads((SHAPES / "answers.json").read_text(encoding="utf-8"))
"""Expected answers for the rows of the released schemas, written by hand."""

ASK: Final = """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename
    ... on Image { fileName sizeBytes mediaType widthPx heightPx takenAt cameraClock timeSource clockSource damaged
        state
        sha256 arrivedAt processedAt coordinates { latitude longitude } error { code } job { attemptCount }
        location { name } camera { make model serial name } dump { folder number }
        detections(includeRejected: true, minConfidence: 0.05) { predicted { label confidence } } }
    ... on Detection { ordinal counted verdict box { x y width height }
        shown { label species { scientificName } sex lifeStage }
        predicted { label confidence species { scientificName } sex lifeStage }
        deer { name } reviews { verdict species { scientificName } sex lifeStage note actor { name } createdAt }
        identityDecisions { verdict note standing actor { name } createdAt deer { name } } detector { name current } }
    ... on Deer { name sex status notes createdAt firstSeen lastSeen locations { name }
        sightings { nodes { actor { name } createdAt image { fileName } } } }
    ... on Location { name description coordinates { latitude longitude } timeZone active imageCount }
    ... on Dump { folder number arrivedAt settledAt location { name } source { path kind }
        receipt { found stored duplicate rejected waiting sizeBytes rejections { reason fileCount } }
        files(first: 10) { nodes { path state reason message sizeBytes image { fileName } } } }
    ... on Batch { kind createdAt progress { total failed } }
} }"""


def image(number: int) -> str:
    return encode("Image", UUID(f"00000000-0000-7000-8000-00000001{number:04}"))


IDS: Final = [
    *(image(number) for number in (1, 2, 3, 4)),
    encode("Detection", UUID("00000000-0000-7000-8000-0000000bb001")),
    encode("Deer", UUID("00000000-0000-7000-8000-0000000dd001")),
    encode("Deer", UUID("00000000-0000-7000-8000-0000000dd002")),
    encode("Location", UUID("00000000-0000-7000-8000-0000000a0002")),
    encode("Dump", UUID("00000000-0000-7000-8000-0000000e0002")),
    encode("Batch", UUID("00000000-0000-7000-8000-0000000ba001")),
]

ASK_TIME: Final = """query ($image: ID!, $dump: ID!) {
    image(id: $image) { takenAt cameraClock timeSource clockSource clockOffsetSeconds clockDoubt
        clockFix { offsetSeconds note }
        temperatureCelsius batteryPercent batteryVolts moonPhase sequence { number length } state
        deployment { openedAt closedAt camera { name } location { name } imageCount } }
    dump(id: $dump) { clockFixes { offsetSeconds note shownAfter shownBefore undoneAt } }
    status { heldImageCount sources { path watchMode watchNote canaryAt } } }"""


@pytest.fixture(params=released_schemas())
def release(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.mark.slow
async def test_a_released_schema_with_data_migrates_and_keeps_every_value(
    release: str, empty_database_url: str, settings: Settings
) -> None:
    await make_released(empty_database_url, release)
    columns = await read_columns(empty_database_url)
    before = await read_rows(empty_database_url, columns)
    assert all(before[table] for table in columns), "every table holds something"
    assert await migrate_database(empty_database_url) == [
        name for name in known_migrations() if name > release
    ]
    after = await read_rows(empty_database_url, columns)
    assert after == before
    async with running_api(settings.model_copy(update={"database_url": empty_database_url})) as api:
        assert (await api.ask(ASK, ids=IDS))["nodes"] == ANSWERS["nodes"]
        if release >= "0003":
            assert await honest_time(api) == ANSWERS["time"]
        assert (await api.ask("{ status { unplacedImageCount } }"))["status"]["unplacedImageCount"] == sum(
            row["location_id"] is None for row in after["image"]
        )


async def honest_time(api: Api) -> dict[str, Any]:
    dump = encode("Dump", UUID("00000000-0000-7000-8000-0000000e0001"))
    return await api.ask(ASK_TIME, image=image(5), dump=dump)


def test_each_file_of_rows_belongs_to_a_schema() -> None:
    assert {path.stem for path in SHAPES.glob("*.sql")} <= set(known_migrations())
