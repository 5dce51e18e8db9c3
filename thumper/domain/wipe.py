"""The rule whether the card or folder that a dump came from may be wiped, without looking at any disk itself.

Yes only when every file of the dump is stored, a duplicate, or was deleted by a person, what lies at its source now is
covered by it, no photo or video lies there where Thumper does not look, and a byte-identical original of each other
file was just re-read on another device than the dump's own. Whatever stands in the way is named, with what to do. The
facts are gathered by `ingest.wipe_check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from thumper.domain import wipe_messages
from thumper.domain.progress import SourceKind
from thumper.domain.wipe_messages import WipeCode

MOST_EXAMPLES: Final = 10
"""Files named for each obstacle; its count is of all."""


class Checking(StrEnum):
    """How far a check is."""

    CHECKING = "checking"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Named:
    """A number of files, up to `MOST_EXAMPLES` of them by name."""

    files: int = 0
    names: tuple[str, ...] = ()

    def plus(self, name: str, files: int = 1) -> Named:
        """Return the same with `files` more, one of which has this name."""
        names = self.names if len(self.names) >= MOST_EXAMPLES else (*self.names, name)
        return Named(self.files + files, names)

    def and_also(self, other: Named) -> Named:
        """Return both together."""
        return Named(self.files + other.files, (*self.names, *other.names)[:MOST_EXAMPLES])


NO_FILES: Final = Named()


@dataclass(slots=True, kw_only=True)
class Reread:
    """What re-reading the originals of a dump found so far. `size_bytes` is what was read."""

    checked: int = 0
    size_bytes: int = 0
    missing: Named = NO_FILES
    changed: Named = NO_FILES
    unreadable: Named = NO_FILES
    same_device: Named = NO_FILES
    in_place: Named = NO_FILES
    """Originals that are the delivered files themselves, in the watched folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeFacts:
    """Everything that the rule looks at. `place` is where the files came from, for people."""

    kind: SourceKind
    place: str
    found: int
    size_bytes: int
    settled: bool
    waiting: Named = NO_FILES
    never_sent: Named = NO_FILES
    rejected: Named = NO_FILES
    """Without the videos."""
    videos: Named = NO_FILES
    deleted: Named = NO_FILES
    """Files whose photo a person deleted: none of them is wanted any more."""
    links: Named = NO_FILES
    """Links that lead elsewhere or to nothing: wiping does not reach what they lead to."""
    sent_again: Named = NO_FILES
    """Rejected uploads that were sent again under their names: what came then is counted by itself."""
    strange: Named = NO_FILES
    """Files at the source that the receipt does not cover as they are now."""
    others: Named = NO_FILES
    """Files of other deliveries in a watched folder that are kept nowhere else."""
    closed: Named = NO_FILES
    """Folders and files at the source that cannot be opened."""
    not_read: Named = NO_FILES
    """Files at the source where Thumper does not look, that begin like a picture or a film and are kept nowhere."""
    not_read_same_device: Named = NO_FILES
    """Files where Thumper does not look, whose only originals would be wiped with them."""
    device_known: bool = True
    reread: Reread
    overtaken: bool = False
    """Whether the dump went on changing while it was looked at."""

    @property
    def to_check(self) -> int:
        """Files of which an original must be re-read."""
        settled = (self.deleted, self.links, self.sent_again)
        left_out = (self.waiting, self.rejected, self.videos, *settled)
        return self.found - sum(named.files for named in left_out)


@dataclass(frozen=True, slots=True)
class WipeObstacle:
    """One reason why it is not safe: how many files, some of their names, in words, what to do."""

    code: WipeCode
    sentence: str
    advice: str
    files: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardToCompare:
    """What the card that a folder was copied from must hold, so that nothing was left behind on it."""

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeVerdict:
    """The answer. It is safe exactly when there is no obstacle. `size_bytes` is what was re-read."""

    state: Checking
    sentence: str
    obstacles: tuple[WipeObstacle, ...]
    to_check: int
    checked: int
    size_bytes: int
    card: CardToCompare | None = None

    @property
    def safe(self) -> bool:
        """Whether it may be wiped."""
        return not self.obstacles


_ONLY_THE_FOLDER: Final = frozenset(
    {
        WipeCode.FOLDER_IS_THE_ARCHIVE,
        WipeCode.OTHER_DELIVERIES,
        WipeCode.NOT_READ_SAME_DEVICE,
        WipeCode.SAME_DEVICE,
        WipeCode.DEVICE_UNKNOWN,
    }
)
"""Obstacles that concern a watched folder, but not the card that was copied into it."""


def judge(facts: WipeFacts) -> WipeVerdict:
    """Apply the rule to the facts of a finished check."""
    obstacles = tuple(_obstacles(facts))
    codes = {found.code for found in obstacles}
    card = None
    if facts.kind is SourceKind.DROP and codes <= _ONLY_THE_FOLDER:
        card = CardToCompare(facts.found - facts.links.files, facts.size_bytes)
    return WipeVerdict(
        state=Checking.DONE,
        sentence=_sentence(facts, obstacles, card=card),
        obstacles=obstacles,
        to_check=facts.to_check,
        checked=facts.reread.checked,
        size_bytes=facts.reread.size_bytes,
        card=card,
    )


def still_checking(*, to_check: int, checked: int, size_bytes: int) -> WipeVerdict:
    """Return the verdict while originals are being re-read: not safe, since it is not known yet."""
    left = to_check - checked
    sentence, advice = wipe_messages.obstacle(WipeCode.STILL_CHECKING, left, kind=SourceKind.INGEST)
    return WipeVerdict(
        state=Checking.CHECKING,
        sentence=wipe_messages.not_known_yet(checked=checked, to_check=to_check),
        obstacles=(WipeObstacle(WipeCode.STILL_CHECKING, sentence, advice, left),),
        to_check=to_check,
        checked=checked,
        size_bytes=size_bytes,
    )


def _obstacles(facts: WipeFacts) -> Iterator[WipeObstacle]:
    reread = facts.reread
    arriving = not facts.settled and facts.found > 0
    archive = reread.in_place.files > 0
    for code, stands, named in (
        (WipeCode.CHANGED_MEANWHILE, facts.overtaken, NO_FILES),
        (WipeCode.EMPTY, facts.found == facts.links.files, NO_FILES),
        (WipeCode.WAITING, arriving or facts.waiting.files > 0, facts.waiting),
        (WipeCode.NEVER_SENT, facts.never_sent.files > 0, facts.never_sent),
        (WipeCode.REJECTED, facts.rejected.files > 0, facts.rejected),
        (WipeCode.VIDEOS, facts.videos.files > 0, facts.videos),
        (WipeCode.NOT_IN_RECEIPT, facts.strange.files > 0, facts.strange),
        (WipeCode.NOT_READ, facts.not_read.files > 0, facts.not_read),
        (WipeCode.FOLDER_CLOSED, facts.closed.files > 0, facts.closed),
        (WipeCode.ORIGINAL_MISSING, reread.missing.files > 0, reread.missing),
        (WipeCode.ORIGINAL_CHANGED, reread.changed.files > 0, reread.changed),
        (WipeCode.ORIGINAL_UNREADABLE, reread.unreadable.files > 0, reread.unreadable),
        (WipeCode.FOLDER_IS_THE_ARCHIVE, archive, reread.in_place),
        # Nothing new about an archive, which must stay anyway.
        (WipeCode.OTHER_DELIVERIES, facts.others.files > 0 and not archive, facts.others),
        (
            WipeCode.NOT_READ_SAME_DEVICE,
            facts.not_read_same_device.files > 0 and not archive,
            facts.not_read_same_device,
        ),
        (WipeCode.SAME_DEVICE, reread.same_device.files > 0, reread.same_device),
        (WipeCode.DEVICE_UNKNOWN, not facts.device_known, NO_FILES),
    ):
        if stands:
            sentence, advice = wipe_messages.obstacle(code, named.files, kind=facts.kind, place=facts.place)
            yield WipeObstacle(code, sentence, advice, named.files, named.names)


def _sentence(facts: WipeFacts, obstacles: tuple[WipeObstacle, ...], *, card: CardToCompare | None) -> str:
    compare = "" if card is None else wipe_messages.compare(card.files, card.size_bytes)
    if not obstacles:
        safe = wipe_messages.safe(facts.kind, kept=facts.to_check, deleted=facts.deleted.files)
        again = wipe_messages.sent_again(facts.sent_again.files)
        return safe + wipe_messages.links(facts.links.files) + again + compare
    if card is not None:
        return wipe_messages.keep_the_folder(obstacles[0].code) + compare
    return wipe_messages.not_safe(obstacles[0].sentence, more=len(obstacles) - 1)
