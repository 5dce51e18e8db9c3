"""The places of the drawn ranch: what a camera that is strapped to a tree looks at.

Why: a trail camera sees the same trees night after night, so a place has a seed of
its own and is painted once. Refuses to know about animals and dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from PIL import Image

from thumper.demo.canvas import SCENE_PX, WIDTH_PX, Brush, Canvas, Light, Pixels, Stuff

HORIZON_PX = 178
# How near feeder and fence stand: behind the animals.
LANDMARK_NEAR = 0.19


class Landmark(StrEnum):
    """What makes a place recognisable."""

    NONE = "none"
    FEEDER = "feeder"
    CREEK = "creek"
    FENCE = "fence"


@dataclass(frozen=True, slots=True)
class Place:
    """A place: its seed decides the trees, its landmark what stands or flows there."""

    seed: int = 0
    landmark: Landmark = Landmark.NONE


def nearness(row_px: float) -> float:
    """How near the ground at that row of the scene is: 0 at the horizon, 1 at the lower edge."""
    return min(max((row_px - HORIZON_PX) / (SCENE_PX - HORIZON_PX), 0.0), 1.0)


def perspective_scale(y_frac: float) -> float:
    """The shoulder height, as a fraction of the scene's height, of a deer whose feet are at y_frac."""
    return 0.12 + 0.20 * nearness(y_frac * SCENE_PX)


@lru_cache(maxsize=8)
def backdrop(place: Place, light: Light) -> Pixels:
    """The empty place in that light, (SCENE_PX, WIDTH_PX, 3) float32, 0 to 1; not to be written to."""
    rng = np.random.default_rng([place.seed, 1])
    canvas = Canvas()
    _far_woods(canvas, rng)
    _ground(canvas, rng)
    if place.landmark is Landmark.CREEK:
        _creek(canvas, rng)
    _standing(canvas, rng, landmark=place.landmark)
    _weeds(canvas, rng)
    _leaves(canvas, rng)
    picture = canvas.lit(light)
    picture.setflags(write=False)
    return picture


def cloud(rng: np.random.Generator, cells: tuple[int, int], *, size: tuple[int, int]) -> Pixels:
    """Smooth noise of cells (rows, columns) stretched to size (height, width), about -1 to 1."""
    coarse = rng.uniform(-1, 1, cells).astype(np.float32)
    stretched = Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return np.asarray(stretched, dtype=np.float32)


def _far_woods(canvas: Canvas, rng: np.random.Generator) -> None:
    size = (SCENE_PX, WIDTH_PX)
    rows = np.arange(SCENE_PX, dtype=np.float32)[:, None]
    edge = HORIZON_PX - 92 + 26 * cloud(rng, (1, 14), size=(1, WIDTH_PX))
    edge = edge + 9 * cloud(rng, (1, 90), size=(1, WIDTH_PX))
    everywhere = np.ones(size, dtype=np.bool_)
    canvas.cover(
        everywhere, tone=np.full(size, 0.9, np.float32), near=np.zeros(size, np.float32), stuff=Stuff.SKY
    )
    leaves = 0.42 + 0.13 * cloud(rng, (40, 60), size=size) + 0.10 * cloud(rng, (110, 150), size=size)
    canvas.cover(rows > edge, tone=leaves, near=np.full(size, 0.03, np.float32), stuff=Stuff.LEAF)
    for x in rng.uniform(0, WIDTH_PX, 26):
        width, top = rng.uniform(2, 6), HORIZON_PX - rng.uniform(60, 170)
        brush = Brush(float(rng.uniform(0.35, 0.6)), Stuff.BARK, 0.06)
        canvas.line([(x, HORIZON_PX + 6), (x + rng.uniform(-6, 6), top)], brush, width_px=width)


def _ground(canvas: Canvas, rng: np.random.Generator) -> None:
    size = (SCENE_PX, WIDTH_PX)
    rows = np.arange(SCENE_PX, dtype=np.float32)[:, None]
    edge = HORIZON_PX + 5 * cloud(rng, (1, 9), size=(1, WIDTH_PX))
    depth = np.clip((rows - HORIZON_PX) / (SCENE_PX - HORIZON_PX), 0, 1)
    near = np.asarray(np.broadcast_to(depth, size), dtype=np.float32)
    patches = 0.10 * cloud(rng, (9, 7), size=size) + 0.07 * cloud(rng, (60, 30), size=size)
    litter = 0.11 * cloud(rng, (170, 150), size=size)
    across = np.linspace(-1, 1, WIDTH_PX, dtype=np.float32)[None, :]
    tone = (0.46 + patches + litter) * (1 - 0.35 * across**2)
    canvas.cover(rows > edge, tone=tone, near=near, stuff=Stuff.GROUND)


def _standing(canvas: Canvas, rng: np.random.Generator, *, landmark: Landmark) -> None:
    """Trees, landmark and grass from far to near; the middle is kept free, where the animals walk."""
    depth, stood = 0.02, False
    for tree in [*np.sort(rng.uniform(0.02, 0.30, 6)).tolist(), 0.52]:
        if tree > LANDMARK_NEAR and not stood:
            _grass(canvas, rng, depths=(depth, LANDMARK_NEAR))
            depth, stood = LANDMARK_NEAR, True
            _landmark(canvas, landmark)
        _grass(canvas, rng, depths=(depth, tree))
        depth = tree
        reach = (0.36, 0.46) if tree > 0.5 else (0.10, 0.50)
        side = rng.choice([-1, 1])
        _trunk(canvas, rng, x_px=WIDTH_PX * float(0.5 + side * rng.uniform(*reach)), near=tree)
    _grass(canvas, rng, depths=(depth, 1.05))


def _landmark(canvas: Canvas, landmark: Landmark) -> None:
    if landmark is Landmark.FENCE:
        _fence(canvas)
    elif landmark is Landmark.FEEDER:
        _feeder(canvas)


def _trunk(canvas: Canvas, rng: np.random.Generator, *, x_px: float, near: float) -> None:
    """One tree: strips across its width, darker to the edges, each with its own bark."""
    foot = HORIZON_PX + near * (SCENE_PX - HORIZON_PX)
    half, lean = 4 + 62 * near, rng.uniform(-14, 14)
    strips = max(5, int(half))
    for strip in range(strips):
        left, right = (2 * strip / strips - 1, 2 * (strip + 1) / strips - 1)
        round_off = 1 - 0.62 * ((left + right) / 2) ** 2
        bark = Brush(
            float(np.clip((0.44 + rng.uniform(-0.10, 0.10)) * round_off, 0, 1)), Stuff.BARK, 0.10 + near
        )
        flare = 1.25
        canvas.polygon(
            [
                (x_px + left * half * flare, foot),
                (x_px + right * half * flare, foot),
                (x_px + right * half * 0.95, foot - 40 - 90 * near),
                (x_px + lean + right * half * 0.8, -4),
                (x_px + lean + left * half * 0.8, -4),
                (x_px + left * half * 0.95, foot - 40 - 90 * near),
            ],
            bark,
        )


def _creek(canvas: Canvas, rng: np.random.Generator) -> None:
    """A band of still water that crosses behind the middle of the scene."""
    xs = np.linspace(-10, WIDTH_PX + 10, 30)
    middle = HORIZON_PX + 34 + 9 * np.sin(xs / 95 + rng.uniform(0, 6)) + 0.02 * xs
    bank = [(float(x), float(y - 9)) for x, y in zip(xs, middle, strict=True)]
    shore = [(float(x), float(y + 11)) for x, y in zip(xs, middle, strict=True)]
    canvas.polygon([*bank, *reversed(shore)], Brush(0.16, Stuff.WATER, 0.2))
    for _ in range(90):
        at = int(rng.integers(0, len(xs)))
        x, y = xs[at] + rng.uniform(-10, 10), middle[at] + rng.uniform(-6, 9)
        glint = Brush(float(rng.uniform(0.25, 0.8)), Stuff.WATER, 0.25)
        canvas.line([(x, y), (x + rng.uniform(4, 18), y)], glint)


def _fence(canvas: Canvas) -> None:
    """Posts and three wires along the ridge."""
    for wire in (0.30, 0.60, 0.88):
        points = [(x, 212 - 48 * wire + 0.03 * x) for x in (-5.0, WIDTH_PX + 5.0)]
        canvas.line(points, Brush(0.75, Stuff.METAL, 0.22))
    for x in range(24, WIDTH_PX, 98):
        top = 160 + 0.03 * x
        canvas.polygon(
            [(x, top), (x + 7, top - 2), (x + 8, top + 56), (x - 1, top + 56)], Brush(0.62, Stuff.WOOD, 0.26)
        )


def _feeder(canvas: Canvas) -> None:
    """A barrel on a tripod, far enough back to stand behind the animals."""
    x, top = WIDTH_PX * 0.58, 62.0
    for foot in (-44, 2, 48):
        canvas.line(
            [(x + foot * 0.35, top + 78), (x + foot, top + 168)], Brush(0.5, Stuff.METAL, 0.22), width_px=4
        )
    for strip in range(12):
        left, right = strip / 6 - 1, (strip + 1) / 6 - 1
        shade = Brush(0.62 * (1 - 0.7 * ((left + right) / 2) ** 2), Stuff.METAL, 0.26)
        canvas.polygon(
            [
                (x + left * 34, top),
                (x + right * 34, top),
                (x + right * 34, top + 72),
                (x + left * 34, top + 72),
            ],
            shade,
        )
    canvas.ellipse((x - 34, top - 8, x + 34, top + 8), Brush(0.7, Stuff.METAL, 0.26))
    canvas.polygon(
        [(x - 34, top + 72), (x + 34, top + 72), (x + 9, top + 96), (x - 9, top + 96)],
        Brush(0.4, Stuff.METAL, 0.26),
    )
    canvas.polygon(
        [(x - 13, top + 96), (x + 13, top + 96), (x + 13, top + 108), (x - 13, top + 108)],
        Brush(0.55, Stuff.METAL, 0.26),
    )


def _grass(canvas: Canvas, rng: np.random.Generator, *, depths: tuple[float, float]) -> None:
    """Blades between two depths, taller the nearer they stand."""
    low, high = depths
    for depth in np.sort(rng.uniform(low, high, int(1500 * (high - low)))).tolist():
        x, foot = rng.uniform(-5, WIDTH_PX + 5), HORIZON_PX + depth * (SCENE_PX - HORIZON_PX)
        tall = (2 + 15 * depth) * rng.uniform(0.5, 1.3)
        blade = Brush(float(rng.uniform(0.38, 0.74)), Stuff.LEAF, min(depth, 1.0))
        canvas.line([(x, foot), (x + rng.uniform(-0.5, 0.5) * tall, foot - tall)], blade)


def _weeds(canvas: Canvas, rng: np.random.Generator) -> None:
    """A few stems right before the lens, which the flash burns out."""
    for _ in range(int(rng.integers(3, 7))):
        side = rng.choice([0.02, 0.78])
        x, y = WIDTH_PX * float(side + rng.uniform(0, 0.2)), float(SCENE_PX + 4)
        lean = rng.uniform(-2.5, 2.5)
        for _ in range(int(rng.integers(5, 11))):
            brush = Brush(float(rng.uniform(0.7, 0.95)), Stuff.LEAF, 1.0)
            x2, y2 = x + lean + rng.uniform(-2, 2), y - rng.uniform(7, 12)
            canvas.line([(x, y), (x2, y2)], brush, width_px=2)
            out, up = rng.choice([-1, 1]) * rng.uniform(6, 13), rng.uniform(2, 8)
            canvas.polygon(
                [(x2, y2), (x2 + out * 0.5, y2 - up), (x2 + out, y2 - up * 0.6), (x2 + out * 0.5, y2 + 1)],
                brush,
            )
            x, y = x2, y2


def _leaves(canvas: Canvas, rng: np.random.Generator) -> None:
    """A twig or two that hang into the upper corners, close enough to glare."""
    for corner in (0.0, float(WIDTH_PX)):
        inward = 1 if corner == 0 else -1
        for _ in range(int(rng.integers(1, 4))):
            x, y = corner, rng.uniform(-10, 60)
            for _ in range(int(rng.integers(8, 20))):
                x, y = x + inward * rng.uniform(3, 11), y + rng.uniform(-5, 8)
                brush = Brush(float(rng.uniform(0.35, 0.8)), Stuff.LEAF, float(rng.uniform(0.4, 0.75)))
                for _ in range(3):
                    dx, dy, r = rng.uniform(-9, 9), rng.uniform(-8, 8), rng.uniform(2, 5)
                    canvas.ellipse((x + dx - r, y + dy - r * 0.6, x + dx + r, y + dy + r * 0.6), brush)
