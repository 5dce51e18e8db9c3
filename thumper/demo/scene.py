"""A drawn trail-camera scene: a place, its animals, the light and the camera's footer strip.

Why: people without photos, and tests, need pictures in which the right answer is
known. Every picture says in its footer that it is drawn. By day the default detector
takes drawn bucks for does, so ask for bucks at night. Refuses to write files and to
know any detector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from thumper.demo.animal import Animal, TrueBox, add_animal, true_box
from thumper.demo.canvas import HEIGHT_PX, SCENE_PX, WIDTH_PX, Light, Pixels
from thumper.demo.footer import Footer, draw_footer
from thumper.demo.place import Place, backdrop

OPEN_WOODS, NO_WORDS = Place(), Footer()
# Grain of the sensor (standard deviation, 0 to 1) and its black level; stronger at night.
GRAIN = {Light.INFRARED: 0.030, Light.DAYLIGHT: 0.014}
BLACK = {Light.INFRARED: 0.045, Light.DAYLIGHT: 0.020}
# How much darker the corners are than the middle.
VIGNETTE = {Light.INFRARED: 0.30, Light.DAYLIGHT: 0.12}


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """All that a picture depends on; equal specs give equal pixels. Later animals hide earlier ones."""

    seed: int
    animals: tuple[Animal, ...] = ()
    light: Light = Light.INFRARED
    place: Place = OPEN_WOODS
    footer: Footer = NO_WORDS

    def __post_init__(self) -> None:
        """Refuse a seed that the random generator cannot take."""
        if self.seed < 0:
            raise ValueError(f"a seed is 0 or more, got {self.seed}")


def draw_scene(spec: SceneSpec) -> Image.Image:
    """Draw the picture, RGB, WIDTH_PX by HEIGHT_PX."""
    rng = np.random.default_rng([spec.seed, 2])
    scene = backdrop(spec.place, spec.light).copy()
    for animal in spec.animals:
        add_animal(scene, animal, light=spec.light, rng=rng)
    picture = Image.new("RGB", (WIDTH_PX, HEIGHT_PX))
    picture.paste(_exposed(scene, spec.light, rng=rng), (0, 0))
    picture.paste(draw_footer(spec.footer, night=spec.light is Light.INFRARED), (0, SCENE_PX))
    return picture


def true_boxes(spec: SceneSpec) -> tuple[TrueBox, ...]:
    """The box of every animal that is at least partly in the scene, in the order of the spec."""
    boxes = (true_box(animal) for animal in spec.animals)
    return tuple(box for box in boxes if box is not None)


def _exposed(scene: Pixels, light: Light, *, rng: np.random.Generator) -> Image.Image:
    """What the sensor makes of it: darker corners, grain, a soft lens."""
    rows = np.linspace(-1, 1, SCENE_PX, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, WIDTH_PX, dtype=np.float32)[None, :]
    corners = 1 - VIGNETTE[light] * (rows**2 + columns**2) / 2
    grain = rng.standard_normal((SCENE_PX, WIDTH_PX), dtype=np.float32)[:, :, None]
    exposed = BLACK[light] + scene * corners[:, :, None]
    exposed = exposed + GRAIN[light] * grain * (0.6 + exposed)
    pixels = np.rint(np.clip(exposed, 0, 1) * 255).astype(np.uint8)
    return Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(0.55))
