"""In which order a camera wrote the files of its card, as far as their names tell.

Cameras count: folders from 100 to 999, files mostly from 0001 to 9999 and then from the beginning (DCF,
JEITA CP-3461). A name that holds a date follows the camera's clock and says nothing besides; a folder that a
person named has no place in any order. Such files are told apart, never guessed about.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from thumper.domain.card_folder import counted_folder

T = TypeVar("T")

_YEAR: Final = rb"(?:19|20)\d\d"
_MONTH: Final = rb"(?:0[1-9]|1[0-2])"
_DAY: Final = rb"(?:0[1-9]|[12]\d|3[01])"
_DATED: Final = re.compile(
    b"|".join(
        rb"[-_.]?".join(parts)
        for parts in ((_YEAR, _MONTH, _DAY), (_DAY, _MONTH, _YEAR), (_MONTH, _DAY, _YEAR))
    )
)
"""A date in a name: year, month, day, or the year last. A counter of eight digits looks so beyond a million only."""

_COUNTED: Final = re.compile(rb"(.*?)(\d{4,9})(\D*)", re.DOTALL)
"""The last number of a name, between what stands before and after it. Cameras write four digits or more; who
numbers photos by hand or by a program, as in `Creek (2).jpg`, writes as many as it takes, in whatever order."""

_LONG: Final = re.compile(rb"\d{4,}")
_DIGITS: Final = re.compile("[0-9]+")
_MOST_DIGITS: Final = 9
"""Digits of a number that a sort name holds."""

_NEAR_END: Final = 10
"""A counter that went round has numbers in its first and in its last tenth."""


_LONGEST: Final = 64
"""Characters of folder and of name in a sort name: four bytes each at most, while an index takes 2,700 for a row."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a file stands on its card. Files of one `series` have names that differ in their number only.

    `folder` is the number of the camera's own folder, 0 without one; `counter` is None where the name
    gives no order; `digits` is how long the counter is written.
    """

    card: bytes
    series: bytes
    folder: int
    counter: int | None
    digits: int


def slot_of(path: bytes) -> Slot:
    """Return where a file stands on its card, by its path below the source.

    What many files have in common is kept once: a card may have a hundred thousand.
    """
    folder, _, name = path.rpartition(b"/")
    above, _, last = folder.rpartition(b"/")
    number, free = counted_folder(last) or (0, b"")
    card = folder if number == 0 else above + b"/" + free
    stem, _, ending = name.rpartition(b".")
    match = None if _DATED.search(stem) else _COUNTED.fullmatch(stem)
    if match is None:
        return Slot(_once(card), b"", number, None, 0)
    series = b"\0".join((match[1], match[3], ending.lower()))
    return Slot(_once(card), _once(series), number, int(match[2]), len(match[2]))


@lru_cache(maxsize=1024)
def _once(text: bytes) -> bytes:
    return text


def sort_name(path: str, *, camera: str) -> str:
    """Return what photos of one instant are ordered by: camera, folder of the card, number, name.

    `path` is as it is shown, below the source; `camera` is any word that stands for the device. Long folders and names
    are shortened, so that the text fits into an index and into a cursor. Migration 0015 says the same in SQL.
    """
    folder, _, name = path.rpartition("/")
    number = _number(name.rpartition(".")[0].encode())
    return "\t".join((camera, _short(folder), f"0{number:09}", _natural(_short(name))))


def _number(stem: bytes) -> int:
    """Return the last number of four digits or more, also of a name whose photos are told apart by what follows it.

    It is 0 without one, or where the name holds a date elsewhere: such names are compared as a whole. A number that
    could itself be a date counts, as one counter with those that could not.
    """
    found = next(iter(reversed([*_LONG.finditer(stem)])), None)
    if found is None or len(found[0]) > _MOST_DIGITS:
        return 0
    besides = stem[: found.start()] + b"x" + stem[found.end() :]
    is_date = _DATED.search(stem) and not (_DATED.search(found[0]) and not _DATED.search(besides))
    return 0 if is_date else int(found[0])


def _natural(name: str) -> str:
    """Return a text by which names compare as numbers do: 2 before 10, and `Photo.jpg` before `Photo (1).jpg`.

    Each number has its length, as a letter, in the place of its zeros. A byte below all others sets the ending off.
    """
    stem, dot, ending = name.rpartition(".")
    return _DIGITS.sub(_with_length, f"{stem}\x01{ending}" if dot else name)


def _with_length(digits: re.Match[str]) -> str:
    bare = digits[0].lstrip("0")
    return chr(ord("0") + len(bare)) + bare


def _short(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else text[:half] + text[-half:]


def behind_the_end(sort_name: str, *, begun_anew: bool) -> str:
    """Return the sort name of a photo with a counter that had begun anew within its instant, or had not."""
    place, number, name = sort_name.rsplit("\t", 2)
    return "\t".join((place, f"{int(begun_anew)}{number[1:]}", name))


def begun_anew(slots: Mapping[T, Slot]) -> set[T]:
    """Return of photos of one instant, folder and series those whose counter had gone round: 0001 behind 9999.

    It had when all lie in the first or the last tenth of the numbers, and some in each; else none had.
    """
    low, high = set(), False
    for item, slot in slots.items():
        tenth = 10**slot.digits // _NEAR_END
        if slot.counter is None or tenth < slot.counter < (_NEAR_END - 1) * tenth:
            return set()
        if slot.counter <= tenth:
            low.add(item)
        else:
            high = True
    return low if high else set()


def in_order(
    items: Iterable[T], *, slot: Callable[[T], Slot], jumps: Callable[[list[T]], int]
) -> list[T] | None:
    """Return the items of one series in the order in which the camera wrote them; None when no order is known.

    Where a counter may have gone round within a folder, the order with fewer `jumps` is taken, so that
    a clock is not doubted without need.
    """
    folders: dict[int, list[T]] = {}
    for item in items:
        if slot(item).counter is None:
            return None
        folders.setdefault(slot(item).folder, []).append(item)
    ordered: list[T] = []
    for _, files in sorted(folders.items(), key=lambda entry: entry[0]):
        ordered += _in_folder(files, slot=slot, jumps=jumps)
    return ordered


def _in_folder(files: list[T], *, slot: Callable[[T], Slot], jumps: Callable[[list[T]], int]) -> list[T]:
    counted = sorted(((slot(item).counter or 0, number) for number, item in enumerate(files)))
    straight = [files[number] for _, number in counted]
    counters = [counter for counter, _ in counted]
    tenth = 10 ** max(slot(item).digits for item in files) // _NEAR_END
    if counters[0] > tenth or counters[-1] < (_NEAR_END - 1) * tenth:
        return straight
    gaps = [after - before for before, after in itertools.pairwise(counters)]
    start = gaps.index(max(gaps)) + 1
    turned = straight[start:] + straight[:start]
    return turned if jumps(turned) < jumps(straight) else straight
