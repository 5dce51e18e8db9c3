"""Where profiles are found: those that come with Thumper, and the user's own in a folder of the home.

A profile decides which time a photo gets. One that cannot be used therefore stops the
program with a sentence: going on without it would date photos differently, silently.
"""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from thumper.cameras.profile import Profile, read_profile
from thumper.domain.path_text import readable
from thumper.errors import SettingError

MOST_BYTES: Final = 1_000_000
"""Largest profile that is read; real ones have a few thousand bytes."""
_GENERIC: Final = "generic.toml"


@lru_cache(maxsize=1)
def packaged_profiles() -> tuple[Profile, ...]:
    """Return the profiles that come with Thumper, brands by name and the generic one last."""
    folder = resources.files("thumper.cameras") / "profiles"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    files.sort(key=lambda file: file.name == _GENERIC)
    return tuple(read_profile(file.read_text("utf-8"), file_name=file.name) for file in files)


def own_profiles(folder: Path) -> tuple[tuple[Path, Profile], ...]:
    """Return the user's profiles in a folder with their files, by file name.

    Raises `SettingError` that names the file, the field and what is wrong. A folder that does not exist
    holds none.
    """
    return tuple((path, _read(path)) for path in _files(folder))


def profiles_of(folder: Path) -> tuple[Profile, ...]:
    """Return the user's profiles in a folder, and after them the packaged ones.

    A packaged profile whose name one of the user's bears is replaced by it. Raises `SettingError`.
    """
    own = tuple(profile for _, profile in own_profiles(folder))
    replaced = {profile.name for profile in own}
    return (*own, *(profile for profile in packaged_profiles() if profile.name not in replaced))


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SettingError(
            f"The folder of your camera profiles, {folder}, cannot be read: {error.strerror or error}. "
            "Correct its permissions, or move it away to use the packaged profiles only."
        ) from error


def _read(path: Path) -> Profile:
    name = readable(os.fsencode(path))
    try:
        there = path.stat()
        if not stat.S_ISREG(there.st_mode):  # a pipe would be waited for
            raise SettingError(f"Camera profile {name} cannot be read: it is no file.")
        if there.st_size > MOST_BYTES:
            raise SettingError(f"Camera profile {name} has more than {MOST_BYTES:,} bytes: it is no profile.")
        return read_profile(path.read_text("utf-8"), file_name=name)
    except OSError as error:
        problem = f"Camera profile {name} cannot be read: {error.strerror or error}."
    except UnicodeDecodeError:
        problem = f"Camera profile {name} is not written in UTF-8."
    except SettingError as error:
        problem = str(error)
    raise SettingError(
        f"{problem} Correct it or move it away; nothing starts without it, since it decides times."
    )
