"""Rows of every kind, with defaults for all that a test does not care about."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from pathlib import Path
from typing import Any
from uuid import UUID

from thumper.domain.capture_time import TimeSource
from thumper.domain.identity import Identification, IdentityVerdict
from thumper.domain.progress import FileState, ImageState, SourceKind
from thumper.store import models
from thumper.store.deer import identity_decisions
from thumper.store.models.image import UNTIMED_SORT_AT
from thumper.store.postgres.connect import client
from thumper.store.postgres.ids import new_id

_numbers = itertools.count(1)

NOON = dt.datetime(2024, 11, 9, 12, tzinfo=dt.UTC)


async def make_detector(
    *, current: bool = True, labels: tuple[str, ...] = ("buck", "doe")
) -> models.Detector:
    number = next(_numbers)
    return await models.Detector.create(
        sha256=hashlib.sha256(f"detector {number}".encode()).digest(),
        name=f"detector-{number}.pt",
        labels=list(labels),
        class_map={
            "default_threshold": 0.25,
            "labels": {"buck": {"species": "Odocoileus virginianus", "sex": "male"}},
        },
        current=current,
    )


async def make_location(name: str | None = None, **values: Any) -> models.Location:
    return await models.Location.create(name=name or f"Stand {next(_numbers)}", **values)


async def make_camera(**values: Any) -> models.Camera:
    return await models.Camera.create(**{"make": "BROWNING", "model": f"BTC-{next(_numbers)}"} | values)


async def make_source(path: Path | None = None) -> models.Source:
    """Make a watched folder: the one at that path, or a new one without a folder on disk."""
    path = path or Path(f"/drop/{next(_numbers)}")
    source, _ = await models.Source.get_or_create(
        kind=SourceKind.DROP, path=bytes(path), defaults={"display_path": str(path)}
    )
    return source


async def make_dump(
    location: models.Location | None = None, *, source: models.Source | None = None, **values: Any
) -> models.Dump:
    number = next(_numbers)
    source = source or await make_source()
    folder: dict[str, Any] = {
        "folder": f"card{number}".encode(),
        "display_folder": f"card{number}",
        "number": 1,
    }
    return await models.Dump.create(source=source, location=location, **folder | values)


async def make_image(
    dump: models.Dump, *, taken_at: dt.datetime | None = NOON, **values: Any
) -> models.Image:
    number = next(_numbers)
    timed: dict[str, Any] = {
        "time_source": TimeSource.EXIF_ORIGINAL,
        "taken_at": taken_at,
        "sort_at": taken_at,
    }
    untimed: dict[str, Any] = {"time_source": TimeSource.NONE, "taken_at": None, "sort_at": UNTIMED_SORT_AT}
    row: dict[str, Any] = {
        "sha256": hashlib.sha256(f"image {number}".encode()).digest(),
        "size_bytes": 1000 + number,
        "media_type": "image/jpeg",
        "file_name": f"IMG_{number:04}.JPG",
        "original_path": f"/drop/IMG_{number:04}.JPG".encode(),
        "width_px": 1920,
        "height_px": 1080,
        "dump_id": dump.id,
        "state": ImageState.COMPLETED,
        **(untimed if taken_at is None else timed),
    }
    return await models.Image.create(**row | values)


async def make_images(dump: models.Dump, count: int, **values: Any) -> list[models.Image]:
    """Make images, one a minute from noon on."""
    return [
        await make_image(dump, taken_at=NOON + dt.timedelta(minutes=number), **values)
        for number in range(count)
    ]


async def make_file(
    dump: models.Dump, state: FileState, *, image: models.Image | None = None, **values: Any
) -> models.File:
    number = next(_numbers)
    waiting = state in {FileState.SEEN, FileState.STABLE}
    row: dict[str, Any] = {
        "source_id": dump.source_id,
        "path": f"{number}.jpg".encode(),
        "display_path": f"{number}.jpg",
        "size_bytes": 100,
        "mtime_ns": 0,
        "settled_at": None if waiting else NOON,
        "reason": "TRUNCATED" if state is FileState.REJECTED else None,
        "message": "It ends early." if state is FileState.REJECTED else None,
    }
    return await models.File.create(dump=dump, state=state, image=image, **row | values)


async def make_run(image: models.Image, detector: models.Detector) -> models.DetectionRun:
    return await models.DetectionRun.create(
        image=image, detector=detector, device="cpu", engine="ultralytics 8.4", duration_ms=12.5
    )


async def make_job(image: models.Image, detector: models.Detector, **values: Any) -> models.Job:
    done: dict[str, Any] = {"state": ImageState.COMPLETED, "attempts": 1, "finished_at": NOON}
    return await models.Job.create(image=image, detector=detector, **done | values)


async def make_detection(run: models.DetectionRun, **values: Any) -> models.Detection:
    found = await client().execute_query_dict(
        "SELECT count(*)::int AS boxes FROM detection WHERE run_id = $1", [run.id]
    )
    row: dict[str, Any] = {
        "ordinal": found[0]["boxes"],
        "image_id": run.image_id,
        "detector_id": run.detector_id,
        "label": "buck",
        "confidence": 0.9,
        "x": 0.1,
        "y": 0.2,
        "width": 0.3,
        "height": 0.4,
        "shown": True,
        "species": "Odocoileus virginianus",
        "sex": "male",
        "life_stage": "adult",
    }
    return await models.Detection.create(run=run, **row | values)


async def make_boxed_image(
    dump: models.Dump, detector: models.Detector, *, boxes: int = 1, **values: Any
) -> tuple[models.Image, list[models.Detection]]:
    """Make a completed image with its job, its run and that many boxes."""
    image = await make_image(dump, **values)
    await make_job(image, detector)
    run = await make_run(image, detector)
    return image, [await make_detection(run) for _ in range(boxes)]


async def make_deer(name: str | None = None, **values: Any) -> models.Deer:
    return await models.Deer.create(name=name or f"Deer {next(_numbers)}", **values)


async def make_sighting(detection: models.Detection, deer: models.Deer) -> models.Sighting:
    """Make a sighting with the decision from which it follows."""
    word: dict[str, Any] = {"verdict": "is", "actor": "test"}
    decision = await models.IdentityDecision.create(detection=detection, deer=deer, **word)
    return await models.Sighting.create(
        id=decision.id,
        detection=detection,
        image_id=detection.image_id,
        detector_id=detection.detector_id,
        deer=deer,
        actor="test",
    )


async def decide(
    box: models.Detection | UUID, deer: models.Deer, verdict: IdentityVerdict = IdentityVerdict.IS
) -> models.IdentityDecision:
    """Decide on one box as a person does; return the decision that stands then."""
    detection_id = box if isinstance(box, UUID) else box.id
    word = Identification(detection_ids=[detection_id], deer_id=deer.id, verdict=verdict, actor="test")
    _, (decision,) = await identity_decisions.decide(word)
    return decision


def unknown_id() -> UUID:
    return new_id()
