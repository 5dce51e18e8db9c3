"""Photos of which is known what they show: the farm of the packaged detector, and other places.

    ../shared/data/images/trailcam-deer/wildgame  boxes with sex, by camera
    ../shared/data/images/other-species           boxes of other animals, to learn from
    ../shared/data/images/elsewhere/deer          boxes of deer, sex not given
    ../shared/data/images/elsewhere/other         a species a photo, no boxes

`elsewhere` is there to judge by and never to train with. It names no cameras, so each of its photos counts as a place.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from thumper.domain.box import Box
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

FARM_LABELS: Final = ("buck", "doe", "turkey", "deer")
OTHER_LABELS: Final = (
    *("buck", "doe", "deer", "hog", "canid", "raccoon", "turkey", "bear", "bovid", "horse"),
    "other animal",
)
SPECIES: Final = ("deer", "hog", "coyote", "turkey", "other")
"""Kinds of photos of `elsewhere/other`; "other" are raccoons, opossums, birds, people and empty scenes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPhoto:
    """A photo, the place where it was taken, and the boxes in it by label; where none are known, its species."""

    path: Path
    place: str
    species: str = ""
    boxes: tuple[tuple[str, Box], ...] = field(default=())

    def pixels(self) -> NDArray[np.uint8]:
        """Return the upright photo, (height, width, 3) RGB."""
        return np.asarray(decode(self.path.read_bytes(), Limits()).image)


def of_the_farm(images: Path, *, batches: range | None = None) -> list[LabelledPhoto]:
    """Return the photos of the farm; given `batches`, those of cards with these numbers."""
    folder = images / "trailcam-deer" / "wildgame"
    return [
        LabelledPhoto(
            path=folder / "images" / row["file"],
            place=row["camera_name"],
            boxes=tuple(_boxes(folder / "labels" / row["file"], FARM_LABELS)),
        )
        for row in _rows(folder / "index.csv")
        if batches is None or int(row["file"].partition("T")[0]) in batches
    ]


def of_elsewhere(images: Path, kind: str) -> list[LabelledPhoto]:
    """Return the photos of `elsewhere` of a kind: `deer`, with boxes, or `other`, with species."""
    folder = images / "elsewhere"
    return [
        LabelledPhoto(
            path=folder / row["file"],
            place=row["file"],
            species=row["species"],
            boxes=tuple(_boxes(folder / "labels" / Path(row["file"]).name, ("deer",)))
            if kind == "deer"
            else (),
        )
        for row in _rows(folder / "index.csv")
        if row["file"].startswith(f"{kind}/")
    ]


def of_other_species(images: Path) -> list[LabelledPhoto]:
    """Return the photos of animals that are no deer, which may be learned from; its empty ones have no box."""
    folder = images / "other-species"
    return [
        LabelledPhoto(
            path=folder / row["file"],
            place=row["site"] or row["source"],
            species=row["species"],
            boxes=tuple(_boxes(folder / "labels" / Path(row["file"]).name, OTHER_LABELS)),
        )
        for row in _rows(folder / "index.csv")
    ]


def _rows(index: Path) -> list[dict[str, str]]:
    with index.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _boxes(photo: Path, labels: tuple[str, ...]) -> Iterator[tuple[str, Box]]:
    """Yield what a YOLO file beside says: class, centre, width and height in shares of the photo."""
    for line in photo.with_suffix(".txt").read_text("utf-8").splitlines():
        number, *numbers = line.split()
        x, y, width, height = map(float, numbers)
        corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        yield labels[int(number)], Box.from_pixels(corners, width_px=1, height_px=1)
