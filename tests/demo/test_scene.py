from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thumper.demo.animal import Animal, Facing
from thumper.demo.canvas import FOOTER_PX, HEIGHT_PX, SCENE_PX, WIDTH_PX, Light
from thumper.demo.deer import Kind, Pose
from thumper.demo.footer import Footer
from thumper.demo.place import Landmark, Place, perspective_scale
from thumper.demo.scene import SceneSpec, draw_scene, true_boxes

ANIMALS = st.builds(
    Animal,
    kind=st.sampled_from(Kind),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    scale=st.floats(0.02, 0.8),
    facing=st.sampled_from(Facing),
    pose=st.sampled_from(Pose),
    step=st.floats(0, 1),
)


def deer(*, kind: Kind = Kind.BUCK, x: float = 0.5, facing: Facing = Facing.RIGHT) -> Animal:
    return Animal(kind, x=x, y=0.72, scale=perspective_scale(0.72), facing=facing)


@pytest.mark.parametrize("light", Light)
def test_equal_specs_give_equal_pixels_and_another_seed_gives_others(light: Light) -> None:
    spec = SceneSpec(4, (deer(),), light=light, place=Place(9, Landmark.CREEK))
    other = SceneSpec(5, (deer(),), light=light, place=Place(9, Landmark.CREEK))
    assert draw_scene(spec).tobytes() == draw_scene(spec).tobytes()
    assert draw_scene(spec).tobytes() != draw_scene(other).tobytes()


def test_a_picture_has_the_size_of_a_small_trail_camera_photo() -> None:
    picture = draw_scene(SceneSpec(1))
    assert picture.size == (WIDTH_PX, HEIGHT_PX) == (640, 480)
    assert picture.mode == "RGB"


def test_a_night_scene_is_dark_and_without_colour_and_its_deer_is_bright() -> None:
    spec = SceneSpec(1, (deer(),))
    scene = np.asarray(draw_scene(spec))[:SCENE_PX]
    assert scene.mean() < 60
    assert np.array_equal(scene[:, :, 0], scene[:, :, 2])
    (box,) = true_boxes(spec)
    middle = scene[int((box.y + box.height * 0.5) * HEIGHT_PX), int((box.x + box.width * 0.5) * WIDTH_PX)]
    assert middle.mean() > 120


def test_every_picture_says_in_its_footer_that_it_is_drawn() -> None:
    with_words = draw_scene(SceneSpec(1, footer=Footer("BARN FEED - 002", "11/07/2025  06:12 PM", "53 F")))
    for picture in (draw_scene(SceneSpec(1)), with_words):
        strip = np.asarray(picture)[HEIGHT_PX - FOOTER_PX :, WIDTH_PX // 2 :].astype(int)
        amber = (strip[:, :, 0] > 180) & (strip[:, :, 2] < strip[:, :, 0] - 90)
        assert amber.sum() > 150


def test_an_animal_changes_pixels_inside_its_true_box_only() -> None:
    empty = np.asarray(draw_scene(SceneSpec(1))).astype(int)
    spec = SceneSpec(1, (deer(facing=Facing.LEFT),), light=Light.INFRARED)
    (box,) = true_boxes(spec)
    changed = np.abs(np.asarray(draw_scene(spec)).astype(int) - empty).max(axis=2) > 90
    rows, columns = np.nonzero(changed)
    assert columns.min() >= box.x * WIDTH_PX - 2
    assert columns.max() <= (box.x + box.width) * WIDTH_PX + 2
    assert rows.min() >= box.y * HEIGHT_PX - 2
    assert rows.max() <= (box.y + box.height) * HEIGHT_PX + 2
    assert np.ptp(columns) > 0.8 * box.width * WIDTH_PX
    assert np.ptp(rows) > 0.8 * box.height * HEIGHT_PX


@given(st.lists(ANIMALS, max_size=3))
def test_true_boxes_lie_inside_the_scene(animals: list[Animal]) -> None:
    for box in true_boxes(SceneSpec(0, tuple(animals))):
        assert box.x >= 0
        assert box.y >= 0
        assert box.width > 0
        assert box.height > 0
        assert box.x + box.width <= 1 + 1e-9
        assert box.y + box.height <= SCENE_PX / HEIGHT_PX + 1e-9


@given(ANIMALS, st.sampled_from(Facing))
def test_turning_an_animal_round_mirrors_its_box(animal: Animal, facing: Facing) -> None:
    middle = Animal(animal.kind, 0.5, 0.7, min(animal.scale, 0.3), facing, animal.pose, animal.step)
    other_way = Facing.LEFT if facing is Facing.RIGHT else Facing.RIGHT
    turned = Animal(animal.kind, 0.5, 0.7, min(animal.scale, 0.3), other_way, animal.pose, animal.step)
    (box,), (mirrored,) = true_boxes(SceneSpec(0, (middle,))), true_boxes(SceneSpec(0, (turned,)))
    assert mirrored.x == pytest.approx(1 - box.x - box.width)
    assert (mirrored.y, mirrored.width, mirrored.height) == pytest.approx((box.y, box.width, box.height))


@settings(max_examples=15)
@given(ANIMALS)
def test_any_valid_animal_can_be_drawn_even_half_outside(animal: Animal) -> None:
    assert draw_scene(SceneSpec(0, (animal,))).size == (WIDTH_PX, HEIGHT_PX)


def test_a_buck_reaches_higher_than_a_doe_by_its_antlers() -> None:
    (buck,), (doe,) = true_boxes(SceneSpec(0, (deer(),))), true_boxes(SceneSpec(0, (deer(kind=Kind.DOE),)))
    assert buck.y < doe.y
    assert buck.y + buck.height == pytest.approx(doe.y + doe.height)


@pytest.mark.parametrize(("x", "scale"), [(-0.1, 0.2), (1.1, 0.2), (0.5, 0.0), (0.5, 2.0)])
def test_an_animal_that_could_not_be_seen_is_refused(x: float, scale: float) -> None:
    with pytest.raises(ValueError, match="lie"):
        Animal(Kind.DOE, x=x, y=0.5, scale=scale, facing=Facing.LEFT)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        SceneSpec(-1)
