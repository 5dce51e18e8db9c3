"""The command line's own token: a file in the home that only the user can read to whom the home belongs.

Who can read the home could read its database as well, so the file protects nothing that was open otherwise. It is
never printed and in no backup; the API makes it anew at its start when it is missing or does not count any more.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from thumper.domain.secret import is_token
from thumper.errors import SignedOutError

NAME: Final = "owner-token"
_LONGEST: Final = 200
"""Bytes that are read; a token has 68."""


def owner_token_path(home: Path) -> Path:
    """Return where the token of a home is."""
    return home / NAME


def read_owner_token(home: Path) -> str:
    """Return the token. Raises `SignedOutError` that says what to do when there is none that can be read."""
    path = owner_token_path(home)
    try:
        token = _read(path)
    except FileNotFoundError as error:
        raise SignedOutError(
            f"There is no {path}, with which commands sign in. Thumper writes it when it starts: start it again"
            " (`thumper up`). If it runs with another home, name that with THUMPER_HOME."
        ) from error
    except OSError as error:
        raise SignedOutError(
            f"{path}, with which commands sign in, cannot be read ({error.strerror or error}). Run this as the user"
            " whose home that is."
        ) from error
    if not is_token(token):
        raise SignedOutError(
            f"{path} holds no token, with which commands sign in. Remove it and start Thumper again: it writes"
            " a new one."
        )
    return token


def kept_owner_token(home: Path) -> str | None:
    """Return the token; None if there is none that can be read."""
    try:
        return read_owner_token(home)
    except SignedOutError:
        return None


def write_owner_token(home: Path, token: str) -> None:
    """Write the token so that there is the old file or the new one, and no other user can read either."""
    home.mkdir(parents=True, exist_ok=True)
    path = owner_token_path(home)
    draft = path.with_name(f"{NAME}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, f"{token}\n".encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(path)


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LONGEST).decode("ascii", "replace").strip()
