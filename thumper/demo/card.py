"""A memory card full of drawn photos: the files, and the truth about each of them.

Why: a test or a demo compares what Thumper says with what was really drawn. Refuses to
write outside the folder it is given, and to set a file's modification time: that is no
capture time.

The wrong clock: the roaming camera lost its settings when its battery was changed at
North Ridge, so its clock read 2010-01-01 00:00:00 when the true time was 16:00:00 on
the fifth day.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import ExifTags, Image

from thumper.demo.animal import Animal, Facing, TrueBox
from thumper.demo.camera_marks import Camera, Shutter, exif_of, file_name, footer_of
from thumper.demo.canvas import Light
from thumper.demo.deer import Pose
from thumper.demo.place import perspective_scale
from thumper.demo.scene import SceneSpec, draw_scene, true_boxes
from thumper.demo.visits import Guest, Stay, Visit
from thumper.domain.capture_time import TimeSource

# Wall-clock times of one ranch, as its cameras show them: without zone.
FACTORY_CLOCK = datetime.combine(date(2010, 1, 1), time(0, 0, 0))
BATTERY_CHANGED_NIGHT, BATTERY_CHANGED_AT = 4, time(16, 0, 0)
SHOT_GAP_S = 8
# How far a walking deer gets between two shots, as a fraction of the scene's width.
STRIDE = 0.035
JPEG_QUALITY = 88
# A cut file is one sector long: it ends inside its header, so not even its size is known.
CUT_BYTES = 512
CARD_FOLDER = PurePosixPath("DCIM", "100DRAWN")


@dataclass(frozen=True, slots=True)
class DrawnPhoto:
    """One file of a card, and the truth about it.

    `path` is relative to the card's folder, `sha256` that of the file's bytes. `reading` is
    what the camera's clock showed (None when the file keeps no trace of it), `true_local` the
    wall-clock time it really was. Photos of one `visit` show the same animals seconds apart.
    `boxes` are fractions of the upright picture.
    """

    path: PurePosixPath
    sha256: str
    camera: Camera
    visit: int
    light: Light
    reading: datetime | None
    true_local: datetime
    time_source: TimeSource
    boxes: tuple[TrueBox, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One delivery: the files under `folder`, to be copied to `drop_folder` under a drop root.

    `location` is None when `drop_folder` names no location. `clock_error` is true minus shown
    time. `repeats` names the card whose files these are again.
    """

    name: str
    folder: Path
    drop_folder: str
    location: str | None
    photos: tuple[DrawnPhoto, ...]
    clock_error: timedelta = timedelta(0)
    repeats: str | None = None


@dataclass(frozen=True, slots=True)
class _Take:
    """One photo to be made: shot `shot` of visit `number` of a stay."""

    visit: Visit
    number: int
    shot: int
    moment: datetime
    shutter: Shutter
    cut: bool


def fill_card(stay: Stay, folder: Path, *, seed: int, first_day: date) -> Card:
    """Draw all photos of a stay and write them below `folder`; equal arguments give equal bytes."""
    error = _clock_error(first_day) if stay.clock_lost else timedelta(0)
    (folder / CARD_FOLDER).mkdir(parents=True, exist_ok=True)
    takes = _takes(stay, first_day, error=error)
    photos = tuple(_written(stay, take, folder=folder, seed=seed) for take in takes)
    title = stay.spot.title
    return Card(stay.card, folder, title, title, photos, error)


def _clock_error(first_day: date) -> timedelta:
    changed = datetime.combine(first_day + timedelta(days=BATTERY_CHANGED_NIGHT), BATTERY_CHANGED_AT)
    return changed - FACTORY_CLOCK


def _takes(stay: Stay, first_day: date, *, error: timedelta) -> Iterator[_Take]:
    """Every photo of the stay, in order of time."""
    count, last = stay.first_count, len(stay.visits) - 1
    for index, visit in enumerate(stay.visits):
        begun = datetime.combine(first_day + timedelta(days=visit.night), visit.at)
        for shot in range(visit.shots):
            moment = begun + timedelta(seconds=SHOT_GAP_S * shot)
            shutter = Shutter(
                reading=moment - error,
                time_source=visit.traces[shot] if shot < len(visit.traces) else TimeSource.EXIF_ORIGINAL,
                light=visit.light,
                count=count,
                temperature_f=_temperature_f(moment),
                orientation=visit.orientation,
            )
            cut = stay.cut_last and index == last and shot == visit.shots - 1
            yield _Take(visit, stay.first_visit + index, shot, moment, shutter, cut)
            count += 1


def _temperature_f(moment: datetime) -> int:
    """Warmest at three in the afternoon."""
    return round(47 + 9 * math.cos((moment.hour + moment.minute / 60 - 15) / 24 * 2 * math.pi))


def _written(stay: Stay, take: _Take, *, folder: Path, seed: int) -> DrawnPhoto:
    """Draw one photo and write its file."""
    rng = np.random.default_rng([seed, take.number, take.shot])
    spec = SceneSpec(
        seed=int(rng.integers(0, 2**31)),
        animals=tuple(_animal(guest, take.shot, rng=rng) for guest in take.visit.guests),
        light=take.visit.light,
        place=stay.place,
        footer=footer_of(stay.camera, stay.spot, shutter=take.shutter),
    )
    jpeg = _jpeg(draw_scene(spec), exif_of(stay.camera, stay.spot, shutter=take.shutter))
    if take.cut:
        jpeg = jpeg[:CUT_BYTES]
    path = CARD_FOLDER / file_name(stay.camera, stay.spot, shutter=take.shutter)
    (folder / path).write_bytes(jpeg)
    source = take.shutter.time_source
    return DrawnPhoto(
        path=path,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        camera=stay.camera,
        visit=take.number,
        light=spec.light,
        reading=None if source is TimeSource.NONE else take.shutter.reading,
        true_local=take.moment,
        time_source=source,
        boxes=true_boxes(spec),
        truncated=take.cut,
    )


def _animal(guest: Guest, shot: int, *, rng: np.random.Generator) -> Animal:
    """Where the guest is at that shot: those that walk go on, the others shift their weight."""
    ahead = STRIDE * shot if guest.pose is Pose.WALKING else 0.0
    direction = 1.0 if guest.facing is Facing.RIGHT else -1.0
    y = guest.y + float(rng.uniform(-0.004, 0.004))
    return Animal(
        guest.kind,
        x=guest.x + direction * ahead + float(rng.uniform(-0.008, 0.008)),
        y=y,
        scale=perspective_scale(y),
        facing=guest.facing,
        pose=guest.pose,
        step=float(rng.uniform(0, 1)),
    )


def _jpeg(upright: Image.Image, exif: Image.Exif) -> bytes:
    """The file of an upright picture, its pixels turned as a camera at that EXIF orientation stores them."""
    turns = {1: None, 3: Image.Transpose.ROTATE_180}
    turn = turns[exif[ExifTags.Base.Orientation]]
    stored = upright if turn is None else upright.transpose(turn)
    held = io.BytesIO()
    stored.save(held, "JPEG", quality=JPEG_QUALITY, exif=exif.tobytes())
    return held.getvalue()
