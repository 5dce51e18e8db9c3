"""The anatomy of a drawn white-tailed deer, as strokes, before any pixel exists.

Why: proportions belong in one place, measured in shoulder heights: x grows in the
direction the animal faces, y grows upwards, (0, 0) is the ground under its middle.
They were tuned until the default detector found the animals and told the sexes
apart. Refuses to know about light, pixels or cameras.
"""

from __future__ import annotations

import math
from enum import StrEnum

from thumper.demo.stroke import Knots, Stroke


class Kind(StrEnum):
    """What is drawn; antlers and a thicker neck are what tells a buck from a doe."""

    BUCK = "buck"
    DOE = "doe"


class Pose(StrEnum):
    """How the animal stands."""

    ALERT = "alert"
    WALKING = "walking"
    GRAZING = "grazing"


# Where the skull sits in front of the shoulder, and how far the muzzle points down (degrees).
HEADS: dict[Pose, tuple[tuple[float, float], float]] = {
    Pose.ALERT: ((0.545, 1.27), -24.0),
    Pose.WALKING: ((0.66, 1.16), -22.0),
    Pose.GRAZING: ((0.66, 0.35), -62.0),
}

TRUNK: tuple[tuple[Knots, float], ...] = (
    (
        (
            (-0.50, 0.80, 0.120),
            (-0.38, 0.81, 0.185),
            (-0.12, 0.76, 0.180),
            (0.14, 0.75, 0.195),
            (0.34, 0.79, 0.180),
            (0.43, 0.82, 0.120),
        ),
        0.84,
    ),
    (((-0.24, 0.620, 0.028), (-0.02, 0.600, 0.034), (0.20, 0.585, 0.024)), 1.0),
    (((-0.40, 0.80, 0.150), (-0.38, 0.62, 0.110)), 0.86),
    (((0.32, 0.82, 0.120), (0.33, 0.64, 0.085)), 0.87),
)

TAIL: tuple[tuple[Knots, float], ...] = (
    (((-0.57, 0.88, 0.045), (-0.645, 0.78, 0.050), (-0.655, 0.66, 0.015)), 0.62),
    (((-0.585, 0.84, 0.020), (-0.625, 0.74, 0.028), (-0.635, 0.67, 0.010)), 1.0),
)

# In the frame of the head: (0, 0) is the middle of the skull, x points to the muzzle.
FAR_EAR: Knots = ((-0.035, 0.050, 0.022), (-0.125, 0.085, 0.044), (-0.205, 0.080, 0.010))
NEAR_EAR: Knots = ((-0.010, 0.060, 0.022), (-0.065, 0.145, 0.046), (-0.120, 0.200, 0.010))
FACE: tuple[tuple[Knots, float], ...] = (
    (((0.000, 0.000, 0.086), (0.125, -0.005, 0.066), (0.265, -0.015, 0.040)), 0.93),
    (((0.100, -0.055, 0.020), (0.180, -0.050, 0.024), (0.240, -0.045, 0.018)), 1.0),
    (((0.290, -0.005, 0.026), (0.302, -0.018, 0.022)), 0.22),
)
EYE: Knots = ((0.078, 0.026, 0.022), (0.084, 0.024, 0.020))

# One antler: the main beam sweeps back, then up and forward; three points stand on it.
ANTLER: tuple[Knots, ...] = (
    ((0.00, 0.07, 0.026), (-0.11, 0.16, 0.022), (-0.14, 0.32, 0.020), (-0.03, 0.46, 0.010)),
    ((-0.03, 0.11, 0.018), (0.02, 0.25, 0.007)),
    ((-0.13, 0.22, 0.018), (-0.20, 0.40, 0.008)),
    ((-0.13, 0.34, 0.016), (-0.14, 0.52, 0.007)),
)


def deer_strokes(kind: Kind, pose: Pose, *, step: float = 0.0) -> tuple[Stroke, ...]:
    """All strokes of one deer, those farthest from the camera first.

    `step` is the moment within a stride (1.0 is a whole one); it swings the legs of a walking deer.
    """
    swing = 0.13 * math.sin(2 * math.pi * step) if pose is Pose.WALKING else 0.03
    thick = 1.22 if kind is Kind.BUCK else 1.0
    return (
        *_legs(-swing - 0.04, tone=0.45),
        *(Stroke(knots, tone) for knots, tone in (*TAIL, *TRUNK)),
        *_legs(swing, tone=0.80),
        *_neck(pose, thick),
        *_head(kind, pose),
    )


def eye_of(pose: Pose) -> tuple[float, float]:
    """Where the near eye is, which throws the flash back."""
    place, degrees = HEADS[pose]
    eye = Stroke((EYE[0], EYE[1]), 0.0).turned(degrees, to=place)
    return eye.knots[0][0], eye.knots[0][1]


def _legs(swing: float, *, tone: float) -> tuple[Stroke, Stroke]:
    front: Knots = (
        (0.33, 0.66, 0.085),
        (0.335 + swing * 0.5, 0.40, 0.043),
        (0.335 + swing * 0.7, 0.31, 0.036),
        (0.330 + swing, 0.08, 0.026),
        (0.345 + swing, 0.03, 0.030),
    )
    hind: Knots = (
        (-0.40, 0.72, 0.130),
        (-0.345 - swing * 0.3, 0.53, 0.080),
        (-0.455 - swing * 0.7, 0.36, 0.044),
        (-0.440 - swing, 0.08, 0.027),
        (-0.420 - swing, 0.03, 0.030),
    )
    return Stroke(front, tone), Stroke(hind, tone)


def _neck(pose: Pose, thick: float) -> tuple[Stroke, ...]:
    (x, y), _ = HEADS[pose]
    middle = (0.34 + (x - 0.34) * 0.62, 0.82 + (y - 0.82) * 0.50, 0.102 * thick)
    end = (x - 0.01, y - (0.05 if pose is not Pose.GRAZING else -0.02), 0.074 * thick)
    neck = Stroke(((0.33, 0.83, 0.158), middle, end), 0.88)
    if pose is Pose.GRAZING:
        return (neck,)
    throat: Knots = ((x - 0.005, y - 0.21, 0.018), (x + 0.045, y - 0.105, 0.026))
    return (neck, Stroke(throat, 1.0))


def _head(kind: Kind, pose: Pose) -> tuple[Stroke, ...]:
    """Ears, face, eye and antlers, turned to where the pose holds the head."""
    place, degrees = HEADS[pose]
    parts = [Stroke(FAR_EAR, 0.62)]
    if kind is Kind.BUCK:
        parts += [Stroke(knots, 0.70).turned(0.0, to=(-0.055, 0.02)) for knots in ANTLER]
    parts += [Stroke(knots, tone) for knots, tone in FACE]
    parts += [Stroke(EYE, 0.30), Stroke(NEAR_EAR, 0.95)]
    if kind is Kind.BUCK:
        parts += [Stroke(knots, 1.0).turned(0.0, to=(0.04, 0.0)) for knots in ANTLER]
    return tuple(part.turned(degrees, to=place) for part in parts)
