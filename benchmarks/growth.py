"""What a home grows by for every 100,000 photos: rows and indexes of each table, the feed's share, small pictures.

    python -m benchmarks.growth FOLDER_OF_JPEGS [--images 100000] [--boxes 4.2] [--pictures]

Real code registers and admits copies of the photos with new bytes, card by card, and writes made-up boxes: as many an
image as `--boxes` says, which is what the packaged detector leaves, those below the threshold included. Thumbnails and
views are those of up to 200 of the photos. Nothing is timed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from PIL import Image

from benchmarks.copies import repeated, write_card
from benchmarks.live_watcher import embedded
from benchmarks.unit_costs import SIZES
from thumper.domain.box import Box
from thumper.domain.detection import Detection
from thumper.domain.file import StableFile
from thumper.domain.keep import Keep
from thumper.domain.label import ClassMap
from thumper.domain.progress import SourceKind
from thumper.imaging.rendition import THUMBNAIL_PX, VIEW_PX, render
from thumper.ingest.admit import admit, chunks
from thumper.ingest.context import IngestContext
from thumper.ingest.walk import look_at
from thumper.settings import Settings
from thumper.store.files import registration, sources
from thumper.store.images import detectors
from thumper.store.postgres.connect import open_database
from thumper.store.queue import jobs, results
from thumper.store.queue.results import Origin, Result
from thumper.weights import resolve

CARD: Final = 1000
"""Photos on a card."""
BATCH: Final = 64
"""Images that a worker has at a time."""
PER: Final = 100_000
"""Photos that the table speaks of."""
SAMPLE: Final = 200
"""Photos of which small pictures are made."""
MB: Final = 1_000_000
_COUNTS: Final = """
SELECT relname::text, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
"""As VACUUM has just counted them."""


async def grow(settings: Settings, photos: Sequence[Path], *, images: int, boxes: float) -> dict[str, Any]:
    """Fill a database with as many images; return how large everything has become."""
    settings = settings.model_copy(update={"drop": settings.home / "drop"})
    settings.drop_dir.mkdir()
    context = IngestContext.of(settings)
    many = _boxes(boxes)
    async with open_database(settings.postgres_url, pool_size=4):
        detector_id = await detectors.register(resolve(settings), make_current=True)
        for number in range(images // CARD):
            card = write_card(repeated(photos, CARD), f"card{number:04}", folder=settings.drop_dir)
            await _admit(context, card)
            await _detect(detector_id, many)
            shutil.rmtree(card)  # the photos are not what is measured
            print(f"\r{(number + 1) * CARD:,} images", end="", flush=True)
    print()
    await context.wakeup.close()
    return await _sizes(settings, images=images // CARD * CARD)


async def _admit(context: IngestContext, card: Path) -> None:
    """Find and admit a card as the watcher does."""
    root = os.fsencode(context.settings.drop_dir)
    looks = [look_at(root, os.fsencode(path.relative_to(card.parent))) for path in sorted(card.iterdir())]
    found = {look.path: look for look in looks if look is not None}
    source_id = await sources.open_source(SourceKind.DROP, root)
    rows = await registration.register(source_id, list(found.values()))
    for chunk in chunks([StableFile.of(row, found[row.path], root=root, final=True) for row in rows]):
        await admit(context, chunk, keep=Keep.IN_PLACE)


def _boxes(mean: float) -> Iterator[int]:
    """Yield numbers of boxes with that mean, to a tenth, again and again."""
    low, tenths = divmod(round(10 * mean), 10)
    return itertools.cycle(low + (number < tenths) for number in range(10))


async def _detect(detector_id: UUID, many: Iterator[int]) -> None:
    """Complete all images that wait, as a worker does."""
    origin = Origin(device="cpu", engine="ncnn", class_map=ClassMap.parse({}, name="none"))
    while lease := await jobs.claim(detector_id, limit=jobs.ClaimLimit(BATCH), lease_s=60, busy=False):
        seen = [
            Result(
                job_id=claim.job_id,
                duration_ms=55.6,
                detections=tuple(
                    Detection(
                        ordinal=ordinal,
                        label="deer",
                        confidence=0.95 / (ordinal + 1),
                        box=Box(x=0.1 + ordinal / 100, y=0.2, width=0.31, height=0.27),
                    )
                    for ordinal in range(next(many))
                ),
            )
            for claim in lease.claims
        ]
        await results.write(lease, seen, origin)


async def _sizes(settings: Settings, *, images: int) -> dict[str, Any]:
    """Return megabytes for every `PER` images."""
    sql = await asyncpg.connect(settings.postgres_url)
    try:
        await sql.execute("VACUUM (ANALYZE)")
        rows = await sql.fetch(SIZES)
        counted = dict(await sql.fetch(_COUNTS))
        database = await sql.fetchval("SELECT pg_database_size(current_database())")
    finally:
        await sql.close()
    times = PER / images
    tables = {
        row["name"]: {
            "rows": round(counted[row["name"]] * times),
            "rows_mb": round(row["rows"] * times / MB, 1),
            "indexes_mb": round(row["indexes"] * times / MB, 1),
        }
        for row in rows
        if row["rows"] + row["indexes"] > MB
    }
    log = sum(path.stat().st_size for path in (settings.postgres_dir / "pg_wal").rglob("*") if path.is_file())
    return {
        "images": images,
        "tables": tables,
        "database_mb": round(database * times / MB, 1),
        "log_of_changes_mb": round(log / MB, 1),
    }


def small_pictures(photos: Sequence[Path]) -> dict[str, Any]:
    """Return what thumbnails and views take for every `PER` images, all of them made."""
    chosen = photos[:: max(len(photos) // SAMPLE, 1)][:SAMPLE]
    sizes: dict[str, list[int]] = {"thumbnails": [], "views": []}
    for path in chosen:
        with Image.open(path) as photo:
            upright = photo.convert("RGB")
        sizes["thumbnails"].append(len(render(upright, THUMBNAIL_PX)))
        sizes["views"].append(len(render(upright, VIEW_PX)))
    return {
        "photos": len(chosen),
        "photo_bytes": round(statistics.mean(path.stat().st_size for path in chosen)),
        **{
            name: {"bytes": round(statistics.mean(own)), "mb": round(statistics.mean(own) * PER / MB)}
            for name, own in sizes.items()
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="Folder of JPEGs.")
    parser.add_argument("--images", type=int, default=PER)
    parser.add_argument("--boxes", type=float, default=4.2)
    parser.add_argument("--pictures", action="store_true", help="Only small pictures.")
    options = parser.parse_args()
    photos = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})
    print(json.dumps(small_pictures(photos), indent=2))
    if not options.pictures:
        print(json.dumps(asyncio.run(_grow(options, photos)), indent=2))


async def _grow(options: argparse.Namespace, photos: Sequence[Path]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        async with embedded(Path(home)) as settings:
            return await grow(settings, photos, images=options.images, boxes=options.boxes)


if __name__ == "__main__":
    main()
