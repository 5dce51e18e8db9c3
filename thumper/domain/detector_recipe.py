"""A detector that is several networks, as data: which, how each looks, what its word is worth, and the second look.

The file that says so is TOML. Its identity covers what boxes depend on: the content of every part and every number, and
neither where files lie nor what labels mean. Two recipes of one identity find the same boxes; any other is another
detector. Nothing is guessed: an unknown field is refused, and what is left out has the value that is written here.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NoReturn, Self

from thumper.domain.detection import IMAGE_SIZE, NMS_IOU, STORAGE_FLOOR
from thumper.domain.joined_box import JOIN_IOU, Weighing
from thumper.errors import DetectorError

FORMAT: Final = 1
"""Version of what the fields mean: a number that a reader does not know is refused."""
_STRIDE: Final = 32
"""The longer side of a picture is a multiple of it (see `letterbox`)."""
_SHA256: Final = re.compile("[0-9a-f]{64}")
_NAME: Final = re.compile(r"[^/\\\0]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file beside the recipe, and the hash of its content in hex digits."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPart:
    """A network that finds boxes; its fields are those of `Look` and of `Weighing`, classes by name.

    Boxes with a label of `unasked` need no second look and are not joined.
    """

    part: Part
    longest_px: int
    floor: float
    overlap: float
    weighing: Weighing
    joined: tuple[str, ...]
    unasked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookPart:
    """The classifier of the second look, the side of its crops in pixels, and the head that it was taught, if any."""

    part: Part
    side_px: int
    head: Part | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRecipe:
    """Networks whose boxes are joined where they overlap by more than `overlap`, after a second look.

    `unnamed` is the label of boxes that say no more than that an animal is there, and of every joined class.
    """

    networks: tuple[NetworkPart, ...]
    second_look: LookPart
    unnamed: str
    overlap: float

    @classmethod
    def parse(cls, mapping: Mapping[str, object], *, name: str) -> Self:
        """Read a recipe out of parsed TOML, without the class map; `name` is the file, for messages.

        Raises `DetectorError` naming file and field if anything is unknown, missing or of the wrong kind.
        """
        fields = _Fields(mapping, name)
        if (version := fields.take("format")) != FORMAT:
            fields.refuse("format", version, expected=f"{FORMAT}, which this version of Thumper reads")
        networks = fields.take("network")
        if not isinstance(networks, Sequence) or isinstance(networks, str) or not networks:
            fields.refuse("network", networks, expected="one table [[network]] or more")
        recipe = cls(
            networks=tuple(
                _network(_Fields(each, f"{name}: network {number}"))
                for number, each in enumerate(networks, 1)
            ),
            second_look=_look(_Fields(fields.take("second_look"), f"{name}: second_look")),
            unnamed=fields.text("unnamed"),
            overlap=fields.share("overlap", JOIN_IOU),
        )
        fields.finish()
        return recipe

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every file that it needs."""
        head = self.second_look.head
        return (*(each.part for each in self.networks), self.second_look.part, *((head,) if head else ()))

    @property
    def identity(self) -> bytes:
        """The hash, 32 bytes, of all that boxes depend on."""
        told = json.dumps({"format": FORMAT, **_without_files(asdict(self))}, sort_keys=True)
        return hashlib.sha256(told.encode()).digest()


class _Fields:
    """The fields of a table, each taken once; what is left at the end is unknown."""

    def __init__(self, table: object, where: str) -> None:
        self._where = where
        if not isinstance(table, Mapping):
            raise DetectorError(f"{where}: expected a table, got {table!r}")
        self._left: dict[str, object] = {str(key): value for key, value in table.items()}
        self._known: list[str] = []

    def take(self, key: str, default: object = None) -> object:
        self._known.append(key)
        return self._left.pop(key, default)

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            self.refuse(key, value, expected="a text that is not empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.take(key, ())
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            self.refuse(key, value, expected="a list of labels")
        return tuple(value)

    def share(self, key: str, default: float) -> float:
        value = self.number(key, default)
        if not 0 < value < 1:
            self.refuse(key, value, expected="a number between 0 and 1")
        return value

    def number(self, key: str, default: float) -> float:
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            self.refuse(key, value, expected="a number that is not negative")
        return float(value)

    def side(self, key: str, default: int) -> int:
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value <= 0 or value % _STRIDE:
            self.refuse(key, value, expected=f"pixels, a multiple of {_STRIDE}")
        return value

    def part(self, prefix: str = "") -> Part:
        file, sha256 = self.text(f"{prefix}file"), self.text(f"{prefix}sha256").lower()
        if not _NAME.fullmatch(file) or file in {".", ".."}:
            self.refuse(f"{prefix}file", file, expected="the name of a file in the folder of the recipe")
        if not _SHA256.fullmatch(sha256):
            self.refuse(f"{prefix}sha256", sha256, expected="64 hex digits")
        return Part(file=file, sha256=sha256)

    def has(self, key: str) -> bool:
        return key in self._left

    def refuse(self, key: str, got: object, *, expected: str) -> NoReturn:
        raise DetectorError(f"{self._where}, field {key}: expected {expected}, got {got!r}")

    def finish(self) -> None:
        for key in self._left:
            near = difflib.get_close_matches(key, self._known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known fields: {', '.join(self._known)}"
            raise DetectorError(f"{self._where}: unknown field {key!r}; {hint}")


def _network(fields: _Fields) -> NetworkPart:
    network = NetworkPart(
        part=fields.part(),
        longest_px=fields.side("longest_px", IMAGE_SIZE),
        floor=fields.share("floor", STORAGE_FLOOR),
        overlap=fields.share("overlap", NMS_IOU),
        weighing=Weighing(fields.number("power", 1.0), fields.number("veto_power", 0.0)),
        joined=fields.texts("joined"),
        unasked=fields.texts("unasked"),
    )
    fields.finish()
    return network


def _look(fields: _Fields) -> LookPart:
    part, side_px = fields.part(), fields.side("side_px", 224)
    head = fields.part("head_") if fields.has("head_file") or fields.has("head_sha256") else None
    fields.finish()
    return LookPart(part=part, side_px=side_px, head=head)


def _without_files(told: dict[str, Any]) -> dict[str, Any]:
    """Return the same without the names of files, at any depth."""
    return {
        key: [_without_files(each) if isinstance(each, dict) else each for each in value]
        if isinstance(value, list | tuple)
        else _without_files(value)
        if isinstance(value, dict)
        else value
        for key, value in told.items()
        if key != "file"
    }
