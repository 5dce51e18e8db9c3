"""Photos of which a part is missing: waited for, then taken in and looked at, and replaced when the whole one comes."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.api import running_api
from tests.live import subscribed
from tests.watcher.conftest import Watching
from tests.worker.scripted import ScriptedDetector
from thumper.domain.label import ClassMap
from thumper.domain.progress import FileState, ImageState
from thumper.imaging.limits import Limits
from thumper.imaging.sandbox import DecodeSandbox
from thumper.settings import Settings
from thumper.store.files import receipts
from thumper.store.files.receipts import DamageCount
from thumper.store.images import detectors
from thumper.store.models import Detection, File, Image, Job
from thumper.store.queue.results import Origin
from thumper.worker import batch as batches
from thumper.worker.batch import WorkerContext
from thumper.worker.capacity import Capacity

END: Final = b"\xff\xd9"
FOLLOW: Final = """subscription($after: BigInt) {
    detectionAdded(after: $after) { detections { image { damaged } } } }"""


async def detect_all(settings: Settings) -> None:
    """Look at all that waits, as the worker does: real decoding, real writing, made-up boxes."""
    current = await detectors.current()
    assert current is not None
    with DecodeSandbox(Limits(), workers=1) as sandbox, ThreadPoolExecutor(1) as thread:
        context = WorkerContext(
            settings=settings,
            detector=ScriptedDetector(),
            detector_id=current.id,
            origin=Origin(device="cpu", engine="scripted", class_map=ClassMap.parse({}, name="none")),
            sandbox=sandbox,
            thread=thread,
            capacity=Capacity(16),
            scene_s=0.01,
        )
        while (lease := await batches.claim(context, busy=False)) is not None:
            batch = await batches.load(context, lease)
            await batches.write(context, batch, await batches.detect(context, batch))


async def damaged() -> dict[str, bool]:
    """Return of each image whether it is damaged, after checking that it was looked at."""
    images = await Image.all()
    assert {image.state for image in images} <= {ImageState.COMPLETED}
    return {image.file_name: image.damaged for image in images}


def end_first(path: Path, content: bytes) -> None:
    """Write beginning and end of a file, and leave out what lies between."""
    at = len(content) // 2
    with path.open("wb") as file:
        file.seek(at + 4096)
        file.write(content[at + 4096 :])
        file.seek(0)
        file.write(content[:at])


@pytest.mark.slow
async def test_incomplete_photos_are_taken_in_and_replaced_by_the_whole_ones(
    watching: Watching, field_inputs: Path
) -> None:
    watching.change(truncated_hold_s=0.3)
    shutil.copytree(field_inputs / "eoi", watching.drop / "Ridge")
    whole = (field_inputs / "eoi" / "mark.jpg").read_bytes() + END
    end_first(watching.drop / "Ridge" / "gap.jpg", whole)
    watching.start()
    await watching.until_settled(6)
    counts = (await watching.receipt("Ridge")).counts
    assert (counts.found, counts.stored) == (6, 6)
    assert await receipts.damage([counts.dump_id]) == {counts.dump_id: DamageCount(incomplete=6)}
    await detect_all(watching.settings)
    assert await receipts.damage([counts.dump_id]) == {counts.dump_id: DamageCount(damaged=4)}
    assert await damaged() == {
        "trailer.jpg": False,
        "mark.jpg": False,
        "half.jpg": True,
        "zeros.jpg": True,
        "zeros_mark.jpg": True,
        "gap.jpg": True,
    }
    assert await Detection.all().count() == 6
    for name in ("mark", "half", "zeros", "zeros_mark", "gap"):
        (watching.drop / "Ridge" / f"{name}.jpg").write_bytes(whole)

    async def replaced() -> bool:
        return await Image.all().count() == 2

    await watching.until(replaced)
    await watching.until_settled(6)
    counts = (await watching.receipt("Ridge")).counts
    assert (counts.found, counts.stored, counts.duplicate) == (6, 2, 4), "the trailer is no part of the photo"
    await detect_all(watching.settings)
    assert set((await damaged()).values()) == {False}
    assert await Job.all().count() == await Detection.all().count() == 2


async def test_a_copy_that_writes_its_end_first_is_waited_for(watching: Watching, field_inputs: Path) -> None:
    watching.change(truncated_hold_s=3600.0)
    whole = (field_inputs / "eoi" / "mark.jpg").read_bytes() + END
    path = watching.drop / "late.jpg"
    end_first(path, whole)
    watching.start()

    async def held() -> bool:
        return await watching.states() == {"late.jpg": "stable"}

    await watching.until(held)
    with path.open("r+b") as file:
        file.write(whole)
    await watching.until_settled(1)
    assert (await File.get()).state is FileState.STORED
    assert await Image.all().count() == 1


@pytest.mark.slow
async def test_who_follows_detections_goes_on_when_an_image_is_withdrawn(
    watching: Watching, field_inputs: Path
) -> None:
    watching.change(truncated_hold_s=0.0)
    whole = (field_inputs / "eoi" / "mark.jpg").read_bytes() + END
    watching.start()
    async with running_api(watching.settings) as api:
        async with subscribed(api.url, FOLLOW) as subscriber:
            assert (await subscriber.next())["detections"] == []
            watching.put("a.jpg", whole[: len(whole) // 2])
            await watching.until_settled(1)
            half = await Image.get()
            await detect_all(watching.settings)
            assert (await subscriber.next())["detections"] == [{"image": {"damaged": True}}]
            watching.put("a.jpg", whole)

            async def replaced() -> bool:
                return not await Image.filter(id=half.id).exists()

            await watching.until(replaced)
            await watching.until_settled(1)
            await detect_all(watching.settings)
            assert (await subscriber.next())["detections"] == [{"image": {"damaged": False}}]
        async with subscribed(api.url, FOLLOW, after="0") as late:
            assert (await late.next())["detections"] == [{"image": {"damaged": False}}]
