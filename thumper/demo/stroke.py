"""A tapered round brush stroke: the one shape that every drawn animal is made of.

Why: the same circles give both the picture and the true box, so that the two cannot
disagree. Refuses to know what is drawn, or any pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Knots = tuple[tuple[float, float, float], ...]

# Steps between two knots: at 12 even the longest gap of a leg (0.3 shoulder heights)
# is crossed in pieces shorter than the leg is wide, so that edges look smooth.
STEPS = 12
THINNEST = 0.004


@dataclass(frozen=True, slots=True)
class Stroke:
    """Knots of (x, y, radius) that a smooth curve passes through, and the tone (0 dark to 1 bright)."""

    knots: Knots
    tone: float

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if len(self.knots) < 2:
            raise ValueError(f"a stroke needs at least 2 knots, got {len(self.knots)}")
        if not 0.0 <= self.tone <= 1.0:
            raise ValueError(f"a tone lies in 0 to 1, got {self.tone}")

    def circles(self) -> Floats:
        """The stroke as overlapping circles, (n, 3) float64: x, y, radius."""
        knots = np.array(self.knots, dtype=np.float64)
        padded = np.vstack([knots[:1], knots, knots[-1:]])
        t = np.linspace(0.0, 1.0, STEPS, endpoint=False)[:, None]
        pieces = [_curve(padded[i : i + 4], t) for i in range(len(knots) - 1)]
        circles = np.vstack([*pieces, knots[-1:]])
        circles[:, 2] = np.maximum(circles[:, 2], THINNEST)
        return circles

    def turned(self, degrees: float, *, to: tuple[float, float]) -> Stroke:
        """The stroke turned counter-clockwise about (0, 0), then moved there to `to`."""
        angle = np.deg2rad(degrees)
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        knots = tuple(
            (to[0] + cos * x - sin * y, to[1] + sin * x + cos * y, radius) for x, y, radius in self.knots
        )
        return Stroke(knots, self.tone)


def _curve(four: Floats, t: Floats) -> Floats:
    """The Catmull-Rom piece between the middle two of four knots, (len(t), 3) float64."""
    before, start, end, after = four
    straight = 2 * start + (end - before) * t
    bend = (2 * before - 5 * start + 4 * end - after) * t**2
    twist = (3 * start - before - 3 * end + after) * t**3
    return np.asarray(0.5 * (straight + bend + twist), dtype=np.float64)
