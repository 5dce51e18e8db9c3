"""A library with some of everything, texts in it that guests must not read, and tokens of all who may ask."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
from graphql import GraphQLSchema, build_schema, get_named_type

from tests import factories as make
from tests.api import Api, running_api
from tests.reaching import Reach
from tests.small_library import small_library
from thumper.domain.access import SCOPES_OF, Role, Scope
from thumper.domain.identity import IdentityVerdict
from thumper.domain.mark import MarkKind
from thumper.domain.progress import ImageState
from thumper.graphql.access.permissions import Permissions
from thumper.graphql.access.table import FIELDS
from thumper.graphql.relay.identity import encode
from thumper.graphql.schema import sdl
from thumper.settings import Settings
from thumper.store import models
from thumper.store.access import people, tokens
from thumper.store.postgres.connect import client

SECRET: Final = "sentinel"
"""Begins every text that guests must not read; what follows says where it is."""

SECRETS: Final = {
    "image": ("file_name", "error"),
    "file": ("display_path", "message"),
    "dump": ("display_folder",),
    "camera": ("serial", "name"),
    "deer": ("notes",),
    "location": ("description",),
    "review": ("note", "actor", "undone_by"),
    "mark": ("text", "actor"),
    "sighting": ("actor",),
    "identity_decision": ("note", "actor"),
    "detection": ("drawn_by", "removed_by"),
    "clock_fix": ("note",),
    "deletion": ("note",),
    "source": ("display_path", "watch_note"),
    "species": ("actor",),
}
"""The columns that hold such a text, of each table."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody with a token."""

    name: str
    permissions: Permissions
    http: httpx.AsyncClient
    secret: str

    def may(self, place: str) -> bool:
        """Return whether the table allows a field, read by itself."""
        kind, _, name = place.partition(".")
        rule = FIELDS[kind][name]
        mine = self.permissions
        return mine.role in rule.roles and bool(mine.scopes & rule.scopes)

    async def post(self, text: str, **variables: Any) -> dict[str, Any]:
        """Return the whole answer."""
        answer = await self.http.post("/graphql", json={"query": text, "variables": variables})
        parsed: dict[str, Any] = answer.json()
        return parsed


ASKERS: Final = {
    "owner": (Role.OWNER, SCOPES_OF[Role.OWNER]),
    "member": (Role.MEMBER, SCOPES_OF[Role.MEMBER]),
    "guest": (Role.GUEST, SCOPES_OF[Role.GUEST]),
    "uploader": (Role.OWNER, frozenset({Scope.INGEST})),
    "reader": (Role.OWNER, frozenset({Scope.READ})),
    "reviewer": (Role.MEMBER, frozenset({Scope.REVIEW})),
}


@dataclass(frozen=True, slots=True)
class Walk:
    """An API with some of everything in its library, and all who may ask it."""

    api: Api
    schema: GraphQLSchema
    reach: Reach
    askers: dict[str, Asker]
    ids: dict[str, list[str]]


@contextlib.asynccontextmanager
async def walked(settings: Settings) -> AsyncIterator[Walk]:
    """Serve a library that is there to be asked about."""
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(running_api(settings))
        askers, uploader = await _askers(api, stack)
        ids = await _library()
        await models.Dump.all().update(credential_id=uploader.id)
        await _say(api, ids)
        ids["Person"] = [encode("Person", row.id) for row in await models.Person.all()]
        await _hide()
        schema = build_schema(sdl())
        yield Walk(api, schema, Reach(schema, _arguments(schema, ids)), askers, ids)


async def _askers(api: Api, stack: contextlib.AsyncExitStack) -> tuple[dict[str, Asker], models.Token]:
    askers = {}
    made = {}
    for name, (role, scopes) in ASKERS.items():
        person = await people.add(f"The {name}", role)
        made[name], secret = await tokens.issue(person, name, scopes)
        http = httpx.AsyncClient(base_url=api.url, timeout=60, headers={"authorization": f"Bearer {secret}"})
        await stack.enter_async_context(http)
        askers[name] = Asker(name, Permissions(role, scopes), http, secret)
    return askers, made["uploader"]


async def _library() -> dict[str, list[str]]:
    """Make some of everything; return the ids by type."""
    ids = await small_library()
    image = await models.Image.first()
    box = await models.Detection.first()
    place = await models.Location.first()
    assert image is not None
    assert box is not None
    assert place is not None
    for kind in MarkKind:
        await models.Mark.create(
            image=image, kind=kind, text="text" if kind in {MarkKind.TAG, MarkKind.NOTE} else "", actor="a"
        )
    batch = await models.Batch.create(kind="detect")
    await models.Job.all().update(batch_id=batch.id)
    decision = await make.decide(box, await make.make_deer(), IdentityVerdict.IS_NOT)
    property_map = await models.PropertyMap.create(
        name="Ranch", width_px=1, height_px=1, picture=b"x", sha256=b"x" * 32
    )
    await models.MapSpot.create(map=property_map, location=place, x=0.5, y=0.5)
    stay = await models.Image.exclude(deployment_id=None).first()
    assert stay is not None
    await models.SceneChange.create(deployment_id=stay.deployment_id, image=stay, before_image_id=image.id)
    rows: list[Any] = [
        batch,
        property_map,
        decision,
        await models.Deletion.create(sha256=b"x" * 32, note="note", arrived=[]),
        await models.Relocation.create(dump_id=image.dump_id, location_id=place.id),
        *await models.ClockFix.all(),
        *await models.Camera.all(),
        *(await models.Species.all())[:2],
    ]
    failed = await make.make_image(
        await make.make_dump(place), state=ImageState.FAILED, error_code="TRUNCATED"
    )
    await models.Image.filter(id=failed.id).update(error="error")
    for row in rows:
        ids.setdefault(type(row).__name__, []).append(encode(type(row).__name__, row.id))
    ids["Image"][1:1] = [encode("Image", failed.id)]
    ids["Sighting"] = [encode("Sighting", row.id) for row in await models.Sighting.all()]
    ids["File"] = [encode("File", row.id) for row in await models.File.filter(state="rejected")]
    return ids


async def _say(api: Api, ids: dict[str, list[str]]) -> None:
    """Draw two boxes, remove one of them, and take a review back."""
    draw = "mutation ($input: AddDetectionInput!) { addDetection(input: $input) { detection { id } } }"
    box = {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2}
    drawn = [await api.ask(draw, input={"imageId": each, "box": box}) for each in ids["Image"][2:4]]
    first, second = (each["addDetection"]["detection"]["id"] for each in drawn)
    await api.ask(
        f'mutation {{ removeDetection(input: {{detectionId: "{first}"}}) {{ errors {{ code }} }} }}'
    )
    (review,) = (await api.ask("{ reviews(last: 1) { nodes { id } } }"))["reviews"]["nodes"]
    await api.ask(f'mutation {{ undoReview(input: {{reviewId: "{review["id"]}"}}) {{ errors {{ code }} }} }}')
    listed = 'mutation { addSpecies(input: {scientificName: "Cervus nippon"}) { species { id } } }'
    ids["Species"][:0] = [(await api.ask(listed))["addSpecies"]["species"]["id"]]
    ids["Detection"][:0] = [first, second]
    ids["Review"] = [review["id"]]


_SET_EVERYWHERE: Final = {
    ("camera", "serial"),
    ("camera", "name"),
    ("image", "error"),
    ("source", "watch_note"),
}


async def _hide() -> None:
    """Write a secret into every column that guests must not read."""
    for table, columns in SECRETS.items():
        for column in columns:
            always = (table, column) in _SET_EVERYWHERE
            text = f"'{SECRET} {table} {column} ' || right(id::text, 8)"
            where = "" if always else f" WHERE {column} IS NOT NULL"
            where += f" AND {column} <> ''" if table == "mark" else ""
            await client().execute_query_dict(f"UPDATE {table} SET {column} = {text}{where}")


def _arguments(schema: GraphQLSchema, ids: dict[str, list[str]]) -> dict[str, str]:
    """Return what the arguments of the fields are that have to have some."""
    dump, place, other = ids["Dump"][0], *ids["Location"][:2]
    given = {
        "Query.node": f'(id: "{place}")',
        "Query.nodes": f'(ids: ["{place}"])',
        "Query.image": f'(id: "{ids["Image"][0]}")',
        "Query.setLocationPreview": f'(input: {{dumpId: "{dump}", locationId: "{other}"}})',
        "Query.mergeLocationsPreview": f'(input: {{locationId: "{place}", intoId: "{other}"}})',
        "Query.fixClockPreview": f'(input: {{dumpId: "{dump}", offsetSeconds: 60}})',
        "Query.deleteImagesPreview": f'(input: {{imageIds: ["{ids["Image"][0]}"]}})',
        "Query.imageNeighbours": f'(imageId: "{ids["Image"][0]}")',
        "Query.imageGroups": "(by: [LOCATION])",
        "Query.changes": '(after: "0")',
    }
    root: Any = schema.query_type
    for name, field in root.fields.items():
        kind = get_named_type(field.type).name
        if "id" in field.args and f"Query.{name}" not in given:
            given[f"Query.{name}"] = f'(id: "{ids[kind][0]}")'
    return given
