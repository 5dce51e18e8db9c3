"""One drawn animal at one spot of a scene: its true box and its pixels.

Why: box and picture come from the same strokes, so a test can trust the box. Pixels
are made in a window around the animal only, which keeps a whole ranch quick to draw.
Refuses to know about places, cameras and files.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from thumper.demo.canvas import HEIGHT_PX, SCENE_PX, WIDTH_PX, Light, Pixels, Stuff, shine
from thumper.demo.deer import Kind, Pose, deer_strokes, eye_of
from thumper.demo.place import cloud, nearness
from thumper.demo.stroke import Floats

# Drawn this many times larger and shrunk, which smooths the edges.
FINER = 3
# Room around an animal for its shadow and the glow of its eye.
MARGIN_PX = 24
# Each stroke is painted twice, the second time narrower and paler, so that it looks round.
# (Three steps from 0.74 up looked rounder still, and halved the detector's confidence.)
ROUNDING = ((1.0, 0.90), (0.7, 1.0))
# Belly, throat, tail and antlers by day.
WHITE = np.array([0.93, 0.90, 0.84], dtype=np.float32)


class Facing(StrEnum):
    """Which edge of the picture an animal looks at."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Animal:
    """One deer: its feet are at (x, y), fractions of the scene from the top left.

    `scale` is its shoulder height as a fraction of the scene's height (`place.perspective_scale`
    gives the one that fits y); `step` is the moment within a stride.
    """

    kind: Kind
    x: float
    y: float
    scale: float
    facing: Facing
    pose: Pose = Pose.ALERT
    step: float = 0.0

    def __post_init__(self) -> None:
        """Refuse animals that could not be seen."""
        if not (0.0 <= self.x <= 1.0 and 0.0 <= self.y <= 1.0):
            raise ValueError(f"x and y lie in 0 to 1, got {self.x} and {self.y}")
        if not 0.02 <= self.scale <= 0.8:
            raise ValueError(f"scale lies in 0.02 to 0.8, got {self.scale}")


@dataclass(frozen=True, slots=True)
class TrueBox:
    """Where an animal is: fractions of width and height of the upright picture, origin top left."""

    kind: Kind
    x: float
    y: float
    width: float
    height: float


def true_box(animal: Animal) -> TrueBox | None:
    """The box of what is inside the scene (the footer strip hides nothing); None when all is outside."""
    left, top, right, bottom = _extent_px(animal)
    left, right = max(left, 0.0), min(right, float(WIDTH_PX))
    top, bottom = max(top, 0.0), min(bottom, float(SCENE_PX))
    if right <= left or bottom <= top:
        return None
    return TrueBox(
        animal.kind,
        x=left / WIDTH_PX,
        y=top / HEIGHT_PX,
        width=(right - left) / WIDTH_PX,
        height=(bottom - top) / HEIGHT_PX,
    )


def add_animal(scene: Pixels, animal: Animal, *, light: Light, rng: np.random.Generator) -> None:
    """Draw the animal into the scene (SCENE_PX, WIDTH_PX, 3), 0 to 1, in place."""
    left, top, right, bottom = _extent_px(animal)
    first_row, last_row = max(int(top) - MARGIN_PX, 0), min(int(bottom) + MARGIN_PX, SCENE_PX)
    first, last = max(int(left) - MARGIN_PX, 0), min(int(right) + MARGIN_PX, WIDTH_PX)
    if first_row >= last_row or first >= last:
        return
    window = scene[first_row:last_row, first:last]
    corner = np.array([first, first_row], dtype=np.float64)
    cover, tone = _silhouette(animal, corner, size=(window.shape[0], window.shape[1]))
    window *= 1 - 0.45 * _shadow(animal, corner, size=cover.shape)[:, :, None]
    window *= 1 - cover[:, :, None]
    window += cover[:, :, None] * _coat(animal, tone, light=light, rng=rng)
    if light is Light.INFRARED:
        _eyeshine(window, animal, corner=corner)


def _extent_px(animal: Animal) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of all strokes, in pixels of the scene; may reach out of it."""
    circles = np.vstack(_circles_px(animal))
    low = (circles[:, :2] - circles[:, 2:]).min(axis=0)
    high = (circles[:, :2] + circles[:, 2:]).max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _circles_px(animal: Animal) -> list[Floats]:
    """The circles (x, y, radius) of each stroke, in pixels of the scene."""
    strokes = deer_strokes(animal.kind, animal.pose, step=animal.step)
    return [_to_px(stroke.circles(), animal) for stroke in strokes]


def _to_px(points: Floats, animal: Animal) -> Floats:
    """Shoulder heights to pixels: mirrored when facing left, y turned to grow downwards."""
    size = animal.scale * SCENE_PX
    sign = 1.0 if animal.facing is Facing.RIGHT else -1.0
    placed: Floats = points * np.array([sign * size, -size, size])[: points.shape[1]]
    placed[:, 0] += animal.x * WIDTH_PX
    placed[:, 1] += animal.y * SCENE_PX
    return placed


def _silhouette(animal: Animal, corner: Floats, *, size: tuple[int, int]) -> tuple[Pixels, Pixels]:
    """How much of each pixel the animal covers, and how pale it is, both of size (h, w), 0 to 1."""
    finer = (size[1] * FINER, size[0] * FINER)
    cover, tone = Image.new("L", finer, 0), Image.new("L", finer, 0)
    cover_pen, tone_pen = ImageDraw.Draw(cover), ImageDraw.Draw(tone)
    strokes = deer_strokes(animal.kind, animal.pose, step=animal.step)
    for stroke, circles in zip(strokes, _circles_px(animal), strict=True):
        circles[:, :2] -= corner
        _paint(cover_pen, circles * FINER, value=255)
        for width, shade in ROUNDING:
            narrower = circles * np.array([1.0, 1.0, width])
            _paint(tone_pen, narrower * FINER, value=round(255 * stroke.tone * shade))
    return _shrunk(cover, size), _shrunk(tone.filter(ImageFilter.GaussianBlur(FINER * 0.9)), size)


def _shrunk(layer: Image.Image, size: tuple[int, int]) -> Pixels:
    small = layer.resize((size[1], size[0]), Image.Resampling.BOX)
    return np.asarray(np.asarray(small) / 255, dtype=np.float32)


def _paint(pen: ImageDraw.ImageDraw, circles: Floats, *, value: int) -> None:
    """Fill circles (n, 3) and the gaps between neighbours."""
    rows = circles.tolist()
    for (x, y, r), (x2, y2, r2) in pairwise(rows):
        pen.ellipse((x - r, y - r, x + r, y + r), fill=value)
        length = float(np.hypot(x2 - x, y2 - y)) or 1.0
        nx, ny = (y - y2) / length, (x2 - x) / length
        one_side = [(x + nx * r, y + ny * r), (x2 + nx * r2, y2 + ny * r2)]
        other_side = [(x2 - nx * r2, y2 - ny * r2), (x - nx * r, y - ny * r)]
        pen.polygon([*one_side, *other_side], fill=value)
    x, y, r = rows[-1]
    pen.ellipse((x - r, y - r, x + r, y + r), fill=value)


def _coat(animal: Animal, tone: Pixels, *, light: Light, rng: np.random.Generator) -> Pixels:
    """What the coat looks like in that light, (h, w, 3)."""
    size = (tone.shape[0], tone.shape[1])
    fur = 1 + 0.07 * cloud(rng, (size[0] // 4 + 1, size[1] // 4 + 1), size=size)
    fur = fur + 0.05 * cloud(rng, (size[0] // 19 + 1, size[1] // 19 + 1), size=size)
    # A coat throws back more of the flash than leaf litter at the same distance does.
    near = np.full(size, 0.45 + 0.55 * nearness(animal.y * SCENE_PX), dtype=np.float32)
    stuff = np.full(size, Stuff.COAT, dtype=np.uint8)
    coat = shine(np.clip(tone * fur, 0, 1), near, stuff=stuff, light=light)
    if light is Light.INFRARED:
        return coat
    white = np.clip((tone - 0.88) / 0.1, 0, 1)[:, :, None]
    return np.asarray(coat * (1 - white) + WHITE * white, dtype=np.float32)


def _shadow(animal: Animal, corner: Floats, *, size: tuple[int, ...]) -> Pixels:
    """How dark the ground under the animal is, (h, w), 0 to 1."""
    tall = animal.scale * SCENE_PX
    rows, columns = np.ogrid[: size[0], : size[1]]
    across = (columns - animal.x * WIDTH_PX + corner[0]) / (0.62 * tall)
    down = (rows - animal.y * SCENE_PX + corner[1]) / (0.07 * tall)
    return np.asarray(np.exp(-((across**2 + down**2) ** 1.5)), dtype=np.float32)


def _eyeshine(window: Pixels, animal: Animal, *, corner: Floats) -> None:
    """The flash comes straight back out of the eye."""
    eye = _to_px(np.array([eye_of(animal.pose)]), animal)[0] - corner
    radius = max(1.1, 0.020 * animal.scale * SCENE_PX)
    rows, columns = np.ogrid[: window.shape[0], : window.shape[1]]
    distance = np.hypot(columns - eye[0], rows - eye[1]) / radius
    glow = np.clip(1.35 - distance, 0, 1) + 0.20 * np.exp(-((distance / 2.6) ** 2))
    np.maximum(window, np.asarray(glow, dtype=np.float32)[:, :, None], out=window)
