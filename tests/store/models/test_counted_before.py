"""What the migration counts of what was stored before there were counters."""

from __future__ import annotations

import importlib

from tests import factories as make
from tests.pipeline import detect, fail, store_images, use_detector
from thumper.domain.progress import FileState, ProcessRole
from thumper.store.counters import counters
from thumper.store.counters.counters import MOST_LABELS, OTHERS, Counted
from thumper.store.models import Detection, Process
from thumper.store.postgres.connect import client
from thumper.store.queue import batches

MIGRATION = importlib.import_module("thumper.migrations.0017_counters")


async def count_anew() -> dict[tuple[Counted, str], int]:
    await client().execute_query_dict("DELETE FROM counter")
    for statement in MIGRATION.FILL:
        await client().execute_query_dict(statement)
    return {(own.name, own.label): own.count for own in await counters.read()}


async def test_nothing_is_counted_of_an_empty_database(database: str) -> None:
    assert await count_anew() == {}


async def test_what_is_stored_is_what_would_have_been_counted(database: str) -> None:
    dump = await make.make_dump()
    image = await make.make_image(dump)
    for state in (FileState.STORED, FileState.DUPLICATE):
        await make.make_file(dump, state, image=image, sha256=image.sha256)
    await make.make_file(dump, FileState.SEEN)
    await make.make_file(dump, FileState.REJECTED)
    await make.make_file(dump, FileState.REJECTED, reason="VIDEO")
    await store_images(4)
    await detect(2, boxes=3)
    await fail(1)
    await Detection.filter(ordinal=2).update(shown=False)
    await use_detector("another")
    await batches.detect_pending(limit=10)
    await detect(1, boxes=1)
    for restarts in (0, 1, 2):
        await Process.create(role=ProcessRole.WORK, host="ranch", pid=restarts + 1, restarts=restarts)
    assert await count_anew() == {
        (Counted.FILES, "stored"): 1,
        (Counted.FILES, "duplicate"): 1,
        (Counted.FILES, "rejected"): 2,
        (Counted.REJECTIONS, "TRUNCATED"): 1,
        (Counted.REJECTIONS, "VIDEO"): 1,
        (Counted.IMAGES, "completed"): 3,
        (Counted.IMAGES, "failed"): 1,
        (Counted.DETECTIONS, "deer"): 5,
        (Counted.RESTARTS, "work"): 2,
    }


async def test_labels_beyond_the_most_frequent_are_counted_together(database: str) -> None:
    image = await make.make_image(await make.make_dump())
    run = await make.make_run(image, await make.make_detector())
    await make.make_detection(run, label="often")
    await client().execute_query_dict(
        "INSERT INTO detection (id, run_id, ordinal, image_id, detector_id, label, confidence, x, y, width, height,"
        " shown, sex, life_stage) SELECT gen_random_uuid(), run_id, n, image_id, detector_id,"
        " CASE WHEN n > $1 THEN 'often' ELSE 'label ' || lpad(n::text, 3, '0') END, confidence, x, y, width, height,"
        " shown, sex, life_stage FROM detection, generate_series(1, $1 + 5) AS n",
        [MOST_LABELS + 1],
    )
    told = await count_anew()
    assert len(told) == MOST_LABELS + 1
    assert (told[Counted.DETECTIONS, "often"], told[Counted.DETECTIONS, OTHERS]) == (6, 2)
    assert OTHERS in "".join(MIGRATION.FILL)
    assert f"place <= {MOST_LABELS} " in "".join(MIGRATION.FILL)
