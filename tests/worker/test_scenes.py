"""Whether a camera was moved, told from its photos: of real cameras, and through the database."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest
from PIL import Image as Picture

from tests import factories as make
from thumper.domain.progress import ImageState
from thumper.domain.scene_change import SceneMemory, take
from thumper.imaging.rendition import THUMBNAIL_PX, render
from thumper.imaging.scene import scene_of
from thumper.store import models
from thumper.store.disk.library import thumbnail_path
from thumper.store.places.scenes import Seen
from thumper.worker.scenes import compare_next, count_same

MOVED: Final = {
    "BARN FEED": ["2018:09:23 19:01:47"],
    "CANE CREEK FEED": ["2018:09:23 19:19:08", "2018:09:24 18:40:58", "2018:09:27 17:10:39"],
    "TURKEY FEED": ["2018:09:23 18:24:46"],
}
"""Where the cameras of these photos were moved or turned, as a person sees: nothing tells of it but the pictures."""
FEW: Final = 20
SPLICED: Final = 10
EVERY: Final = 7

Run = list[tuple[str, Seen]]
"""Photos of a camera in order: when each was taken, and what it shows."""


@pytest.fixture(scope="session")
def wildgame(shared_data: Path) -> Path:
    return shared_data / "images" / "trailcam-deer" / "wildgame"


@pytest.fixture(scope="module")
def runs(wildgame: Path) -> dict[str, Run]:
    found: dict[str, Run] = {}
    with (wildgame / "index.csv").open(encoding="utf-8") as index:
        rows = sorted(csv.DictReader(index), key=lambda row: row["datetime_original"])
    for row in rows:
        seen = Seen(uuid4(), scene_of(thumbnail(wildgame / "images" / row["file"])).tobytes())
        found.setdefault(row["camera_name"], []).append((row["datetime_original"], seen))
    return {name: run for name, run in found.items() if len(run) >= FEW}


def thumbnail(photo: Path) -> bytes:
    with Picture.open(photo) as picture:
        return render(picture.convert("RGB"), THUMBNAIL_PX)


def changes(run: Run, memory: SceneMemory[Seen]) -> Iterator[UUID]:
    """Yield the first photo of each other scene, as soon as it is noticed."""
    for _, seen in run:
        memory, first = take(memory, seen, same=count_same)
        if first is not None:
            yield first.image_id


def remembered(run: Run) -> SceneMemory[Seen]:
    memory: SceneMemory[Seen] = SceneMemory()
    for _, seen in run:
        memory, _ = take(memory, seen, same=count_same)
    return memory


@pytest.mark.slow
def test_real_moves_are_noticed_and_nothing_else(runs: dict[str, Run]) -> None:
    for name, run in runs.items():
        taken = {seen.image_id: at for at, seen in run}
        found = [taken[first] for first in changes(run, SceneMemory())]
        assert found == MOVED.get(name, []), name


@pytest.mark.slow
def test_photos_of_another_camera_are_noticed_within_ten(runs: dict[str, Run]) -> None:
    tried, missed = 0, []
    for name, run in runs.items():
        memory = remembered(run)
        for other, theirs in runs.items():
            for start in range(0, len(theirs) - SPLICED, len(theirs) // EVERY) if other != name else ():
                tried += 1
                if not any(changes(theirs[start : start + SPLICED], memory)):
                    missed.append((name, other, start))
    assert tried > 300
    # Two feeders of the same make stand in the middle of both.
    assert {tuple(sorted(each[:2])) for each in missed} <= {("BARN FEED", "RIDE FEED")}
    assert len(missed) <= tried // 100


async def test_a_camera_that_shows_another_scene_is_asked_about_once(
    database: str, wildgame: Path, tmp_path: Path
) -> None:
    (tmp_path / "library").mkdir()
    photos = sorted((wildgame / "images").glob("*.jpg"))
    images = await _taken(tmp_path / "library", [photos[0]] * 12 + [photos[-1]] * 8)
    while await compare_next(tmp_path / "library"):
        pass
    (change,) = await models.SceneChange.all()
    assert (change.image_id, change.before_image_id) == (images[12].id, images[11].id)
    assert change.deployment_id == images[0].deployment_id
    assert not await compare_next(tmp_path / "library")


async def test_a_photo_whose_thumbnail_is_gone_holds_up_nothing(
    database: str, wildgame: Path, tmp_path: Path
) -> None:
    (tmp_path / "library").mkdir()
    images = await _taken(tmp_path / "library", [min((wildgame / "images").glob("*.jpg"))] * 3)
    thumbnail_path(tmp_path / "library", images[1].sha256).unlink()
    assert await compare_next(tmp_path / "library")
    memory = await models.SceneMemory.get(deployment_id=images[0].deployment_id)
    assert memory.image_id == images[2].id
    assert not await models.SceneChange.all()


async def test_photos_are_looked_at_after_a_clock_was_put_right_and_a_disk_came_back(
    database: str, wildgame: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    images = await _taken(library, [min((wildgame / "images").glob("*.jpg"))] * 4)
    year = dt.timedelta(days=365)
    last = images[2]
    await models.Image.filter(id=images[3].id).update(deployment_id=None)
    assert await compare_next(library)
    for image in images:
        moved = image.sort_at - year
        await models.Image.filter(id=image.id).update(taken_at=moved, sort_at=moved)
    assert not await compare_next(library)
    await models.Image.filter(id=images[3].id).update(deployment_id=last.deployment_id)
    (library / "thumbs").rename(library / "away")
    with pytest.raises(FileNotFoundError):
        await compare_next(library)
    (library / "away").rename(library / "thumbs")
    assert await compare_next(library)
    memory = await models.SceneMemory.get(deployment_id=last.deployment_id)
    assert memory.image_id == images[3].id


async def _taken(library: Path, photos: Sequence[Path]) -> list[models.Image]:
    """Record photos of one camera at one place, one a minute, with their thumbnails."""
    dump = await make.make_dump(await make.make_location())
    images = await make.make_images(dump, len(photos), state=ImageState.COMPLETED)
    camera = await models.Camera.create(make="CUDDEBACK", model="G-3+", name="FEED")
    stay = await models.Deployment.create(camera=camera, location_id=dump.location_id)
    for number, (image, photo) in enumerate(zip(images, photos, strict=True)):
        at = dt.datetime(2018, 9, 20, 12, number, tzinfo=dt.UTC)
        await models.Image.filter(id=image.id).update(deployment_id=stay.id, taken_at=at, sort_at=at)
        place = thumbnail_path(library, image.sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(thumbnail(photo))
    return [await models.Image.get(id=image.id) for image in images]
