"""The small drawn ranch: memory cards full of drawn photos, as they arrive one after the other.

Why: the demo, the tests and people without photos need dumps with everything that
real ones have (bursts, a wrong clock, a card delivered twice, a file that was cut
short), and the right answer to each. Refuses to write into a drop folder: it makes
the cards, and its caller delivers them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from thumper.demo.card import Card, fill_card
from thumper.demo.visits import STAYS

FIRST_DAY = date(2025, 11, 7)
REPEATED = "creek-crossing"
REPEATED_UNDER = "SD card copy"


@dataclass(frozen=True, slots=True)
class Totals:
    """What the receipts of all cards must add up to: files = distinct_images + duplicates + rejected.

    `rejected` counts the files that were cut short inside their header, of which nothing can be shown.
    """

    files: int
    distinct_images: int
    duplicates: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Ranch:
    """All cards, in the order in which they arrive."""

    folder: Path
    cards: tuple[Card, ...]

    @property
    def totals(self) -> Totals:
        """Counted from the photos of the cards."""
        photos = [photo for card in self.cards for photo in card.photos]
        whole = [photo.sha256 for photo in photos if not photo.truncated]
        distinct = len(set(whole))
        return Totals(
            files=len(photos),
            distinct_images=distinct,
            duplicates=len(whole) - distinct,
            rejected=len(photos) - len(whole),
        )


def build_ranch(folder: Path, *, seed: int = 1, first_day: date = FIRST_DAY) -> Ranch:
    """Draw every card into a folder of its own below `folder`; equal arguments give equal bytes.

    Cards of an earlier build are replaced. The detector's answers were checked for the default seed.
    """
    cards = []
    for stay in STAYS:
        _cleared(folder / stay.card)
        cards.append(fill_card(stay, folder / stay.card, seed=seed, first_day=first_day))
    repeated = next(card for card in cards if card.name == REPEATED)
    return Ranch(folder, (*cards, _delivered_again(repeated, folder)))


def _delivered_again(first: Card, folder: Path) -> Card:
    """The same files in another folder, to be dropped under a name that is no location's."""
    name = f"{first.name}-again"
    _cleared(folder / name)
    shutil.copytree(first.folder, folder / name)
    return replace(
        first,
        name=name,
        folder=folder / name,
        drop_folder=REPEATED_UNDER,
        location=None,
        repeats=first.name,
    )


def _cleared(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
