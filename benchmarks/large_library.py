"""A database of many images, made by PostgreSQL itself: rows as a worker and a watcher leave them, without photos."""

from __future__ import annotations

import asyncpg

from thumper.domain.progress import SourceKind
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.models import Dump, Location, Source
from thumper.store.postgres.connect import open_database
from thumper.weights import resolve

LOCATIONS = 50
DUMPS = 2000
# Photos come dump by dump, each of one place and some weeks; a third of a percent failed.
IMAGES = """
WITH numbered AS (SELECT id, location_id, row_number() OVER (ORDER BY display_folder) - 1 AS place FROM dump),
moments AS (
    SELECT n, n / {a_dump} AS place,
        '2015-01-01'::timestamptz + n % {a_dump} * interval '7 minutes' + n / {a_dump} * interval '2 days' AS taken
    FROM generate_series(0, {images} - 1) AS n
)
INSERT INTO image (id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px, taken_at, sort_at,
    taken_local, time_source, clock_source, clock_offset_s, location_id, dump_id, exif, damaged, state, error_code,
    created_at, processed_at)
SELECT gen_random_uuid(), sha256(n::text::bytea), 30000 + n % 5000, 'image/jpeg', 'IMG_' || n || '.JPG',
    ('/drop/IMG_' || n || '.JPG')::bytea, 640, 480, taken, taken, taken AT TIME ZONE 'UTC', 'exif_original',
    'exif_original', 0, location_id, numbered.id, '{{}}', FALSE,
    CASE WHEN n % 300 = 7 THEN 'failed' ELSE 'completed' END, CASE WHEN n % 300 = 7 THEN 'CORRUPT' END,
    '2026-01-01'::timestamptz + n * interval '1 second', '2026-01-01'::timestamptz + n * interval '1.5 seconds'
FROM moments JOIN numbered USING (place)
"""
JOBS = """
INSERT INTO job (id, image_id, detector_id, state, held, alone, claimed_alone, attempts, crash_count, queued_at,
    finished_at, error_code)
SELECT gen_random_uuid(), id, $1, state, FALSE, FALSE, FALSE, 1, 0, created_at, processed_at, error_code FROM image
"""
_RUNS = """
INSERT INTO detection_run (id, image_id, detector_id, device, engine, duration_ms, finished_at)
SELECT gen_random_uuid(), id, $1, 'cpu', 'onnxruntime', 35, processed_at FROM image WHERE state = 'completed'
"""
_DETECTIONS = """
INSERT INTO detection (id, run_id, ordinal, image_id, detector_id, label, confidence, x, y, width, height, shown,
    species, sex, life_stage)
SELECT gen_random_uuid(), run.id, box, image_id, $1, CASE WHEN box = 0 THEN 'buck' ELSE 'doe' END,
    0.95 - box * 0.2, 0.1 + box * 0.2, 0.3, 0.2, 0.4, TRUE, 'Odocoileus virginianus',
    CASE WHEN box = 0 THEN 'male' ELSE 'female' END, 'adult'
FROM (SELECT id, image_id, row_number() OVER () AS n FROM detection_run) AS run,
    generate_series(0, (ARRAY[0, 0, 1, 2])[run.n % 4 + 1]) AS box LIMIT {detections}
"""


async def fill(settings: Settings, *, images: int, detections: int) -> None:
    """Fill an empty database that has the schema; takes a minute or two for a million."""
    async with open_database(settings.postgres_url):
        detector = await detectors.register(resolve(settings), make_current=True)
        await detectors.note_labels(detector, ("buck", "doe", "turkey"))
        await _deliver()
    sql = await asyncpg.connect(settings.postgres_url)
    await sql.execute(IMAGES.format(images=images, a_dump=-(-images // DUMPS)))
    await sql.execute(JOBS, detector)
    await sql.execute(_RUNS, detector)
    await sql.execute(_DETECTIONS.format(detections=detections), detector)
    await sql.execute("VACUUM (ANALYZE)")
    await sql.close()


async def _deliver() -> None:
    """Have a drop folder with as many dumps as there are, at as many places."""
    source = await Source.create(kind=SourceKind.DROP, path=b"/drop", display_path="/drop")
    places = [await Location.create(name=f"Stand {number}") for number in range(LOCATIONS)]
    await Dump.bulk_create(
        Dump(
            source=source,
            location=places[number % LOCATIONS],
            folder=f"card{number:06}".encode(),
            display_folder=f"card{number:06}",
            number=1,
        )
        for number in range(DUMPS)
    )
