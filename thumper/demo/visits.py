"""The story of the drawn ranch: which animals walked by which camera, and when.

Why: the story is data, apart from the code that draws and files it. It holds bursts,
a visit across midnight, two animals at once, empty frames, a camera hung upside down
and one that forgets the time. Poses and distances are those that the default detector
names rightly. Refuses to draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from thumper.demo.animal import Facing
from thumper.demo.camera_marks import BARN_CAMERA, ROAMING_CAMERA, Camera, Spot
from thumper.demo.canvas import Light
from thumper.demo.deer import Kind, Pose
from thumper.demo.place import Landmark, Place
from thumper.domain.capture_time import TimeSource


@dataclass(frozen=True, slots=True)
class Guest:
    """An animal at the first shot of a visit: feet at (x, y), fractions of the scene."""

    kind: Kind
    x: float
    y: float
    facing: Facing
    pose: Pose


@dataclass(frozen=True, slots=True)
class Visit:
    """A burst of shots of the same animals; `night` counts days from the first one.

    `traces` says, shot by shot, what is kept of the time; EXIF's original time when it is short.
    """

    night: int
    at: time
    guests: tuple[Guest, ...] = ()
    shots: int = 1
    light: Light = Light.INFRARED
    orientation: int = 1
    traces: tuple[TimeSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """A camera at a spot, from one card to the next.

    `first_count` numbers its first photo and `first_visit` its first visit, so that no two
    cards of a spot share a file name. `clock_lost`: its battery was changed before, so its clock
    began again at the factory's date. `cut_last`: the last file was not written to its end.
    """

    card: str
    camera: Camera
    spot: Spot
    place: Place
    visits: tuple[Visit, ...]
    first_count: int = 1
    first_visit: int = 0
    clock_lost: bool = False
    cut_last: bool = False


def _doe(x: float, y: float, *, facing: Facing, pose: Pose = Pose.ALERT) -> Guest:
    return Guest(Kind.DOE, x, y, facing, pose)


def _buck(x: float, y: float, *, facing: Facing, pose: Pose = Pose.ALERT) -> Guest:
    return Guest(Kind.BUCK, x, y, facing, pose)


LEFT, RIGHT = Facing.LEFT, Facing.RIGHT
WALKING, GRAZING = Pose.WALKING, Pose.GRAZING
DIGITIZED, NAMED, NO_TIME = TimeSource.EXIF_DIGITIZED, TimeSource.FILE_NAME, TimeSource.NONE

BARN_FIRST = (
    Visit(
        0,
        time(18, 12, 40),
        (_doe(0.30, 0.72, facing=RIGHT), _doe(0.66, 0.78, facing=LEFT, pose=GRAZING)),
        shots=3,
    ),
    Visit(0, time(21, 46, 5), (_buck(0.44, 0.70, facing=RIGHT),), shots=3),
    Visit(1, time(5, 2, 11)),
    Visit(1, time(7, 21, 30), (_doe(0.40, 0.74, facing=RIGHT, pose=WALKING),), shots=2, light=Light.DAYLIGHT),
    Visit(
        1,
        time(19, 33, 18),
        (_doe(0.72, 0.70, facing=RIGHT, pose=WALKING), _buck(0.30, 0.74, facing=RIGHT, pose=WALKING)),
        shots=3,
    ),
    Visit(2, time(1, 15, 52), (_doe(0.56, 0.68, facing=LEFT),), shots=2),
    Visit(2, time(23, 59, 55), (_doe(0.36, 0.76, facing=RIGHT, pose=WALKING),), shots=2),
)

CREEK = (
    Visit(0, time(20, 5, 27), (_doe(0.60, 0.74, facing=LEFT, pose=WALKING),), shots=3, orientation=3),
    Visit(1, time(4, 31, 3), traces=(NAMED,)),
    Visit(
        1,
        time(22, 10, 44),
        (_buck(0.64, 0.72, facing=LEFT, pose=WALKING),),
        shots=3,
        traces=(DIGITIZED, NAMED, NAMED),
    ),
    Visit(
        2,
        time(5, 40, 8),
        (_doe(0.28, 0.70, facing=RIGHT), _doe(0.68, 0.76, facing=RIGHT, pose=WALKING)),
        shots=2,
    ),
    Visit(2, time(7, 41, 36), (_doe(0.48, 0.72, facing=LEFT),), light=Light.DAYLIGHT, traces=(DIGITIZED,)),
    Visit(2, time(18, 59, 12), (_buck(0.40, 0.71, facing=RIGHT),), shots=2, traces=(NAMED, NO_TIME)),
)

RIDGE = (
    Visit(4, time(19, 20, 49), (_doe(0.42, 0.70, facing=RIGHT, pose=WALKING),), shots=2),
    Visit(5, time(2, 2, 15), (_buck(0.55, 0.74, facing=LEFT),), shots=3),
    Visit(5, time(21, 15, 20)),
    Visit(
        6,
        time(3, 33, 41),
        (_buck(0.32, 0.72, facing=RIGHT), _doe(0.70, 0.74, facing=LEFT, pose=GRAZING)),
        shots=2,
    ),
)

BARN_SECOND = (
    Visit(3, time(20, 20, 33), (_buck(0.58, 0.74, facing=LEFT, pose=WALKING),), shots=2),
    Visit(4, time(5, 55, 1), (_doe(0.46, 0.72, facing=RIGHT, pose=GRAZING),), shots=2),
    Visit(5, time(0, 40, 57), (_doe(0.60, 0.70, facing=LEFT),)),
    Visit(5, time(22, 11, 19), (_doe(0.44, 0.74, facing=RIGHT),)),
)

BARN, BARN_PLACE = Spot("Barn Feed"), Place(3, Landmark.FEEDER)
CREEK_SPOT, CREEK_PLACE = Spot("Creek Crossing"), Place(5, Landmark.CREEK)
RIDGE_SPOT, RIDGE_PLACE = Spot("North Ridge", (30.91250, -99.78160)), Place(1, Landmark.FENCE)

# In the order in which the cards arrive. The roaming camera moves from the creek to the ridge.
STAYS = (
    Stay("barn-feed-1", BARN_CAMERA, BARN, BARN_PLACE, BARN_FIRST),
    Stay("creek-crossing", ROAMING_CAMERA, CREEK_SPOT, CREEK_PLACE, CREEK, first_visit=100),
    Stay(
        "north-ridge",
        ROAMING_CAMERA,
        RIDGE_SPOT,
        RIDGE_PLACE,
        RIDGE,
        first_count=101,
        first_visit=200,
        clock_lost=True,
    ),
    Stay(
        "barn-feed-2",
        BARN_CAMERA,
        BARN,
        BARN_PLACE,
        BARN_SECOND,
        first_count=101,
        first_visit=300,
        cut_last=True,
    ),
)
