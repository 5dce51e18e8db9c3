"""Whether a library that lies elsewhere than recorded was moved there, or two machines see it at different paths.

Photos are found by path, so that the second must not work. What cannot be told apart for certain, a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LATELY_S: Final = 600.0
"""Silence after which another machine counts as gone: one that restarts or loses its network is back in minutes."""


class OldPlace(StrEnum):
    """What lies at the recorded path."""

    NOTHING = "nothing"
    """Nothing, or an empty folder."""
    SAME = "same"
    """The same folder, by a link or a second mount."""
    SOMETHING = "something"
    SILENT = "silent"
    """Its file system does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """The latest sign of life of a process."""

    role: str
    host: str
    silent_s: float
    is_alive: bool
    """Whether it must be taken to run still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeMove:
    """A library at another path than the recorded one, and what is known of both."""

    was: str
    now: str
    host: str
    """This machine."""
    claimed_by: str | None
    """The machine that used the library last under the recorded path; None if that was not recorded."""
    is_ours: bool
    """Whether the marker in it is that of the database."""
    old_place: OldPlace
    brings_database: bool
    """Whether the database lies in the same home, so that no other machine can work with it."""
    signs: tuple[Sign, ...] = ()
    looked_for: int = 0
    missing: int = 0
    """How many of the originals that were looked for in it are not there."""


def obstacle(move: HomeMove) -> str | None:
    """Return why the library must not be adopted, even if a person insists; None if it may be."""
    if not move.is_ours:
        return (
            f"{_differs(move)} Make that folder visible here under the same path and set THUMPER_HOME accordingly;"
            f" or, if the home was moved, set THUMPER_HOME to where it is now: {move.now} does not hold the marker of"
            " this database. Is its disk mounted?"
        )
    alive = next((sign for sign in move.signs if sign.is_alive and _counts(sign, move)), None)
    if alive is not None:
        return (
            f"{_differs(move)} A process of Thumper ({alive.role}) works with the former on {alive.host}; its last sign"
            f" of life was {alive.silent_s:.0f} s ago. Set THUMPER_HOME so that the library has that path here too; or,"
            " if the home was moved, stop Thumper there and start again."
        )
    return None


def doubt(move: HomeMove) -> str | None:
    """Return why the library is not adopted unless a person insists; None if it was moved beyond doubt."""
    why = question(move)
    if why is None:
        return None
    return (
        f"{_differs(move)} {why} If the home was moved for good: stop Thumper wherever it runs, and run"
        " `thumper move-home` with this THUMPER_HOME."
    )


def question(move: HomeMove) -> str | None:
    """Return what a person has to decide; None if nothing."""
    if move.old_place is OldPlace.SOMETHING:
        return "Something lies at the former still, and of two copies only one can be the library."
    if move.old_place is OldPlace.SILENT:
        return "The disk or share of the former does not answer."
    if (other := _other_machine(move)) is not None:
        return f"{other} Make the library visible here under that path and set THUMPER_HOME accordingly."
    if move.missing:
        return (
            f"Of the {move.looked_for} latest originals that were kept in the former, {move.missing} are not in the"
            " latter. Has all of it been moved?"
        )
    return None


def _differs(move: HomeMove) -> str:
    return f"The library of this database is {move.was}, but this process would use {move.now}."


def _counts(sign: Sign, move: HomeMove) -> bool:
    """Return whether a process may work with this database: of another machine none that is left over in a home."""
    return sign.host == move.host or not move.brings_database


def _other_machine(move: HomeMove) -> str | None:
    """Return which other machine uses the library at the recorded path, or may do so again when it is on."""
    if move.brings_database:
        return None
    for sign in move.signs:
        if sign.host != move.host and sign.silent_s < LATELY_S:
            minutes = sign.silent_s / 60
            return f"Thumper ({sign.role}) gave a sign of life on {sign.host} {minutes:.0f} minutes ago."
    if move.claimed_by is not None and move.claimed_by != move.host:
        return f"It was {move.claimed_by} that used it last, and not this machine ({move.host})."
    return None
