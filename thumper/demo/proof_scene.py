"""The scene in which every detector proves itself, as the program that drew it.

Why: the picture ships as a file, `thumper/models/proof-scene.png`, since it must not change when a
library draws a line differently; this says what is in it, and draws it again for a comparison. A buck
and a doe stand far enough apart that no box is a matter of taste.
"""

from __future__ import annotations

from typing import Final

from PIL import Image

from thumper.demo.animal import Animal, Facing
from thumper.demo.deer import Kind, Pose
from thumper.demo.footer import Footer
from thumper.demo.place import Landmark, Place, perspective_scale
from thumper.demo.scene import SceneSpec, draw_scene

BUCK: Final = Animal(Kind.BUCK, x=0.32, y=0.78, scale=perspective_scale(0.78), facing=Facing.RIGHT)
DOE: Final = Animal(
    Kind.DOE, x=0.72, y=0.74, scale=perspective_scale(0.74), facing=Facing.LEFT, pose=Pose.GRAZING
)
SPEC: Final = SceneSpec(
    seed=1, animals=(BUCK, DOE), place=Place(3, Landmark.CREEK), footer=Footer("PROOF SCENE")
)


def draw_proof_scene() -> Image.Image:
    """Draw it, RGB, 640 by 480 pixels."""
    return draw_scene(SPEC)
