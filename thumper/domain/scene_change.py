"""When a camera that stayed at its place shows another scene than before: somebody is asked whether it was moved.

Photos are taken one after the other, as they were captured. One that shows the scene of photos before it is familiar.
A row of photos that are not, and that show one scene among themselves, is another scene. An animal before the lens,
fog or a dark night makes no such row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Look = TypeVar("Look")
"""What a photo shows."""

KEPT: Final = 40
"""How many photos of the scene so far are remembered: those of some days, by night and by day."""
LEAST: Final = 5
"""So many are taken as the scene before anything can be strange."""
AGREEING: Final = 2
"""Photos before it that a familiar photo is like; a single one may be so by chance."""
ROW: Final = 6
"""Strange photos in a row after which one scene among them is another scene."""
LONGEST_ROW: Final = 10
"""Strange photos in a row after which they need not be like each other, if those before them are: the lens looks into
the dark, or at grass."""
_OF_ONE: Final = 0.5
"""Share of a row that shows the scene of another in it, for the row to show one scene."""
_STEADY: Final = 0.8
"""The same of what was before, for a scene that can be lost."""


@dataclass(frozen=True)
class SceneMemory(Generic[Look]):
    """What a camera has shown so far: photos of its scene, and those at the end that are not."""

    known: tuple[Look, ...] = ()
    strange: tuple[Look, ...] = ()


def take(
    memory: SceneMemory[Look], look: Look, *, same: Callable[[Look, Sequence[Look]], int]
) -> tuple[SceneMemory[Look], Look | None]:
    """Take the next photo; return what is remembered then, and the first of another scene if there is one.

    `same` counts which of some photos show the scene of one. Both scenes are remembered after a change, so that a
    camera that is turned back, or swings in the wind, is not asked about again.
    """
    if len(memory.known) < LEAST:
        return SceneMemory((*memory.known, look)), None
    if same(look, memory.known) >= AGREEING:
        # Strange ones before it were of this scene, too.
        return SceneMemory(_latest(*memory.known, *memory.strange, look)), None
    row = (*memory.strange, look)
    if _is_another(memory.known, row, same=same):
        return SceneMemory(_latest(*memory.known, *row)), row[0]
    return SceneMemory(memory.known, row[-2 * LONGEST_ROW :]), None


def _latest(*looks: Look) -> tuple[Look, ...]:
    return looks[-KEPT:]


def _is_another(
    known: Sequence[Look], row: Sequence[Look], *, same: Callable[[Look, Sequence[Look]], int]
) -> bool:
    if len(row) < ROW:
        return False
    if _of_one_scene(row, same=same) >= _OF_ONE:
        return True
    return len(row) >= LONGEST_ROW and _of_one_scene(known, same=same) >= _STEADY


def _of_one_scene(looks: Sequence[Look], *, same: Callable[[Look, Sequence[Look]], int]) -> float:
    """Return the share of photos that show the scene of at least one other."""
    others = ([each for each in looks if each is not look] for look in looks)
    return sum(same(look, rest) > 0 for look, rest in zip(looks, others, strict=True)) / len(looks)
