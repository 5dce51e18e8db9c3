"""Which photos of a library a faster precision is judged by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from tests.pipeline import ORIGIN, claim, detect, results_of, store_images
from thumper.domain.label import ClassMap
from thumper.domain.precision import Precision
from thumper.store.images import detectors
from thumper.store.models import Image
from thumper.store.queue import results
from thumper.weights import Weights
from thumper.worker.comparison_photos import choose

EXACT = Weights(Path("deer"), b"deer".ljust(32), "deer", ClassMap())
FASTER = replace(EXACT, precision=Precision.BF16)


async def paths(ids: list[UUID]) -> set[str]:
    return {str(row.original_path, "utf-8") for row in await Image.filter(id__in=ids)}


async def test_what_fp32_found_comes_first_and_what_it_has_not_seen_follows(database: str) -> None:
    await detectors.register(EXACT, make_current=True)
    ids = await store_images(9)
    with_boxes = await detect(3, boxes=2)
    without = await detect(2, boxes=0)
    chosen = await choose(EXACT.sha256)
    assert chosen.boxes == 6
    names = [str(path) for path in chosen.photos]
    assert set(names[:3]) == await paths(with_boxes)
    assert set(names[3:]) == await paths([each for each in ids if each not in {*with_boxes, *without}])


async def test_what_the_faster_precision_found_itself_does_not_speak_for_it(database: str) -> None:
    await detectors.register(FASTER, make_current=True)
    await store_images(4)
    lease = await claim(2)
    await results.write(lease, results_of(lease), ORIGIN)
    chosen = await choose(FASTER.sha256)
    assert (len(chosen.photos), chosen.boxes) == (4, 0)
