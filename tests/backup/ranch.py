"""A drawn ranch as years of use leave it: cards that came, detections, failures, words of people, repairs."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.api import Api
from tests.patience import until
from tests.pipeline import detect, fail
from thumper.demo.ranch import build_ranch
from thumper.domain.progress import WAITING
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.models import Dump, File, Source
from thumper.watcher.daemon import watch
from thumper.watcher.root import Health
from thumper.weights import resolve

DROPPED = 4
"""Cards that are dropped; the rest is ingested."""


@contextlib.asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[None]:
    """Watch the drop folder; the database must be open."""
    context, stop = IngestContext.of(settings), asyncio.Event()
    task = asyncio.create_task(watch(context, stop=stop, health=Health()))
    try:
        yield
    finally:
        stop.set()
        await task
        await context.wakeup.close()


async def is_settled() -> bool:
    """Return whether something was found and everything that was is settled."""
    waiting = await File.filter(state__in=WAITING).exists() or await Dump.filter(settled_at=None).exists()
    return await File.exists() and not waiting


async def is_walked() -> bool:
    """Return whether the drop folder was walked from end to end."""
    return await Source.filter(kind="drop", last_scan_at__not_isnull=True).exists()


async def deliver(settings: Settings, folder: Path) -> None:
    """Have cards dropped and ingested, and every file settled."""
    await detectors.register(resolve(settings), make_current=True)
    ranch = build_ranch(folder)
    for card in ranch.cards[:DROPPED]:
        shutil.copytree(card.folder, settings.drop_dir / card.drop_folder, dirs_exist_ok=True)
    async with watching(settings):
        await until(is_settled)
    context = IngestContext.of(settings)
    for card in ranch.cards[DROPPED:]:
        await ingest_path(context, card.folder)
    await context.wakeup.close()


async def use(api: Api) -> None:
    """Detect, fail, name, review, repair: what people and worker do. Two images stay pending."""
    status = await api.ask("{ status { imageCounts { pending } } }")
    await detect(status["status"]["imageCounts"]["pending"] - 4, boxes=2)
    await fail(2)
    found = await api.ask("{ detections(first: 6) { nodes { id } } clockSuspects { dump { id } } }")
    boxes = [node["id"] for node in found["detections"]["nodes"]]
    await _name_deer(api, boxes)
    await _review(api, boxes)
    places = await api.ask("{ locations { nodes { id } } }")
    place = {
        "locationId": places["locations"]["nodes"][0]["id"],
        "coordinates": {"latitude": 30.5, "longitude": -98.4},
    }
    await _mutate(api, "updateLocation", "UpdateLocationInput", "location { id }", **place)
    card = [found["clockSuspects"][0]["dump"]["id"]]
    await _mutate(api, "confirmClocks", "ConfirmClocksInput", "confirmedCount", dumpIds=card)
    for offset_s, note in ((3600, "an hour late"), (86_400, "a day late")):
        fix = {"dumpId": found["clockSuspects"][0]["dump"]["id"], "offsetSeconds": offset_s, "note": note}
        await _mutate(api, "fixClock", "FixClockInput", "clockFix { id }", **fix)


async def _name_deer(api: Api, boxes: list[str]) -> None:
    for number, name in enumerate(("Split Ear", "Old Ten", "Doe of the creek")):
        made = await _mutate(
            api, "createDeer", "CreateDeerInput", "deer { id }", name=name, notes="since 2016"
        )
        words = [(box, "IS", "") for box in boxes[2 * number : 2 * number + number + 1 : 2]]
        for box, verdict, note in (*words, (boxes[-1], "IS_NOT", "too small")):
            word = {"detectionIds": [box], "deerId": made["deer"]["id"], "verdict": verdict, "note": note}
            await _mutate(api, "decideIdentity", "DecideIdentityInput", "decisions { id }", **word)


async def _review(api: Api, boxes: list[str]) -> None:
    words = [
        {"verdict": "CONFIRMED"},
        {
            "verdict": "CORRECTED",
            "sex": "FEMALE",
            "species": "Cervus nippon",
            "note": "no antlers: H\u00f6he 12\n",
        },
    ]
    listed = {"scientificName": "Cervus nippon", "commonName": "sika deer"}
    await _mutate(api, "addSpecies", "AddSpeciesInput", "species { id }", **listed)
    for box, word in zip(boxes, words, strict=False):
        await _mutate(
            api, "reviewDetection", "ReviewDetectionInput", "review { id }", detectionId=box, **word
        )


async def _mutate(api: Api, change: str, kind: str, fields: str, /, **values: Any) -> dict[str, Any]:
    """Change something; fail on errors."""
    query = (
        f"mutation ($input: {kind}!) {{ {change}(input: $input) {{ {fields} errors {{ code message }} }} }}"
    )
    answer: dict[str, Any] = (await api.ask(query, input=values))[change]
    assert answer["errors"] == [], answer
    return answer
