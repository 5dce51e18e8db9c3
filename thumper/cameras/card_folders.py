"""Which top folders of a source are places, given what makers of cameras call theirs: data, in `card_folders.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

from thumper.domain import card_folder
from thumper.domain.card_folder import FolderPlace


def folder_place(folder: bytes, *, beside_dcim: bool = False) -> FolderPlace | None:
    """Return the location that a top folder stands for, or None when it names no place."""
    return card_folder.folder_place(folder, makers=_makers(), beside_dcim=beside_dcim)


@lru_cache(maxsize=1)
def _makers() -> re.Pattern[bytes]:
    """Return what matches the five characters that known makers write behind the number of a folder."""
    text = (resources.files("thumper.cameras") / "card_folders.toml").read_text("utf-8")
    endings = [ending for maker in tomllib.loads(text)["maker"] for ending in maker["endings"]]
    return re.compile("|".join(endings).encode(), re.IGNORECASE)
