"""The file of a detector that is several networks: read, and every part of it known by its content.

The parts lie in the folder of the file and nowhere else, so that a detector is a folder that can be copied. One that
was damaged or replaced is refused before anything is loaded: a detector is what its hash says (see `weights`). The
class map stands in the same file. Imports no model library.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thumper.domain.detector_recipe import DetectorRecipe, Part
from thumper.domain.label import ClassMap
from thumper.errors import DetectorError

_CLASS_MAP: Final = ("default_threshold", "labels")


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """A recipe, what the labels of its boxes mean, what it is called, and the folder of its parts."""

    recipe: DetectorRecipe
    class_map: ClassMap
    name: str
    folder: Path

    def path_of(self, part: Part) -> Path:
        """Return where a part lies."""
        return self.folder / part.file


def read_recipe(path: Path) -> RecipeFile:
    """Read a recipe and check its parts; takes as long as reading them.

    Raises `DetectorError` if a file is missing, unreadable or malformed, or a part is another than the recipe says.
    """
    table = _table(path)
    class_map = ClassMap.parse({key: table.pop(key) for key in _CLASS_MAP if key in table}, name=str(path))
    name = table.pop("name", path.stem)
    if not isinstance(name, str) or not name.strip():
        raise DetectorError(f"{path}, field name: expected a text that is not empty, got {name!r}")
    told = RecipeFile(DetectorRecipe.parse(table, name=str(path)), class_map, name, path.parent)
    for part in told.recipe.parts:
        _check(told.path_of(part), part, path)
    return told


def _table(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DetectorError(f"The recipe {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DetectorError(f"The recipe {path} is no valid TOML: {error}.") from error


def _check(path: Path, part: Part, recipe: Path) -> None:
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DetectorError(
            f"{path}, a part of the detector {recipe}, cannot be read ({error.strerror}). Copy the whole folder."
        ) from error
    if actual != part.sha256:
        raise DetectorError(
            f"{path} has SHA-256 {actual}, but {recipe} is for {part.sha256}: it was damaged or replaced. Copy the"
            " whole folder again, or correct the recipe."
        )
