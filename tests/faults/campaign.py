"""One run of a scenario in which photos come in, card by card, while something goes wrong again and again."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults import evidence
from tests.faults.monitor import Monitor
from tests.faults.scenario import Outcome
from tests.faults.stage import Card, Stage, deal
from tests.faults.subscriber import LATEST_S, Subscriber

CARDS: Final = 6
"""Cards that the photos come on, at least; where there are more faults than that, on one for each if it can."""
LEAST_ON_CARD: Final = 10
LOOK_S: Final = 0.05
LONGEST_S: Final = 60.0
SLOWEST_PER_S: Final = 4
"""A campaign gives up after this, the photos at this rate, and 20 s a fault; until then it deals as many more photos
as its faults need to fall in work."""
SUBSCRIBERS: Final = 3


@dataclass
class Campaign:
    """`disturb` does the next wrong thing and is called until `faults` have been done; it counts them in `done`.

    It is called at seeded moments, which are numbers of photos that have ended, at each moment for `together` faults,
    and again and again while Thumper does not say how many have; `pause_s` are the least and the most seconds between.
    """

    name: str
    seed: int
    size: int
    stage: Stage
    faults: int
    disturb: Callable[[Campaign], None]
    pause_s: tuple[float, float] = (0.2, 2.5)
    together: int = 1
    done: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Deal the photos; nothing is started."""
        self.dice = random.Random(self.seed)
        self.monitor = Monitor(self.stage)
        cards = max(CARDS, min(self.faults, self.size // LEAST_ON_CARD))
        self.cards = deal(self.size, cards=cards, seed=self.seed)
        number = -(-self.faults // self.together)
        # One in each stretch of the photos, so that enough of them are left for the last.
        stretch = self.size * 0.7 / number
        self._moments = [int((place + self.dice.random()) * stretch) for place in range(number)]
        self._before: dict[Path, evidence.Original] = {}

    @property
    def left(self) -> int:
        """How many faults are still to be done."""
        return self.faults - self.done.total()

    @property
    def is_in_flight(self) -> bool:
        """Whether a photo that was dropped has not ended, as far as anybody knows."""
        return self.monitor.dropped > self._ended()

    def worst(self, what: str, value: float) -> None:
        """Keep a figure if it is the largest of its name."""
        self.measured[what] = max(value, self.measured.get(what, value))

    def run(self) -> Outcome:
        """Do all of it."""
        began_s = time.monotonic()
        clients = [Subscriber(self.stage, seed=self.seed * 10 + number) for number in range(SUBSCRIBERS)]
        with ExitStack() as stack:
            stack.enter_context(self.stage)
            stack.enter_context(self.monitor)
            for client in clients:
                stack.enter_context(client)
            self._disturb_all()
            self.violations += self._end(clients)
        if self.monitor.restarted_s:
            self.worst("work restarted after s", max(self.monitor.restarted_s))
        self.worst("standstill s", self.monitor.standstill_s)
        return Outcome(
            scenario=self.name,
            seed=self.seed,
            images=self.size,
            faults=dict(self.done),
            seconds=time.monotonic() - began_s,
            violations=tuple(self.violations),
            measured=self.measured,
        )

    def _disturb_all(self) -> None:
        """Drop one card after the other and disturb in between."""
        began_s = due_s = time.monotonic()
        waiting = list(self.cards)
        longest_s = LONGEST_S + self.size / SLOWEST_PER_S + 20 * self.faults
        while self.left > 0 and time.monotonic() - began_s < longest_s:
            if not waiting and not self.is_in_flight:
                waiting.append(self._another_card())  # the machine was quicker than the faults
            is_due = time.monotonic() >= due_s
            if waiting and self._wants_card(len(self.cards) - len(waiting), is_due=is_due):
                self._drop(waiting.pop(0))
            if is_due and self.is_in_flight and self._is_moment() and self._disturb():
                longest_pause_s = self.pause_s[1] if waiting else self.pause_s[0]
                due_s = time.monotonic() + self.dice.uniform(self.pause_s[0], longest_pause_s)
            time.sleep(LOOK_S)
        for card in waiting:
            self._drop(card)

    def _another_card(self) -> Card:
        """Deal one more card, so that each fault falls while there is work."""
        (card,) = deal(LEAST_ON_CARD, cards=1, seed=self.seed, after=(len(self.cards), self.size))
        self.cards.append(card)
        self.size += LEAST_ON_CARD
        return card

    def _disturb(self) -> bool:
        """Return whether it was of use: what found its victim gone waits for no pause."""
        before = self.done.total()
        self.disturb(self)
        return self.done.total() > before

    def _wants_card(self, dropped: int, *, is_due: bool) -> bool:
        """Whether there is so little work that the next fault might find none; the last cards wait for late faults."""
        if not self.is_in_flight:
            # However fast the photos end: none are used up in a pause, while only the next fault is waited for.
            return is_due or not self._is_moment()
        is_early = dropped <= 1 + len(self.cards) * self.done.total() / self.faults
        return is_early and self.monitor.dropped - self._ended() < self.size / CARDS

    def _is_moment(self) -> bool:
        """Whether as many photos have ended as the dice want before the next fault, or their number is not known."""
        now = min(self.done.total(), self.faults - 1) // self.together
        return self._ended() >= self._moments[now] or self.monitor.in_flight is None

    def _drop(self, card: Card) -> None:
        folder = card.drop(self.stage.settings.drop_dir)
        self._before |= evidence.originals(folder)
        self.monitor.dropped += len(card.sources)

    def _ended(self) -> int:
        counts = self.monitor.counts
        return counts.get("completed", 0) + counts.get("failed", 0)

    def _end(self, clients: list[Subscriber]) -> Iterator[str]:
        """Let everything end, and look."""
        if self.left > 0:
            yield f"only {self.done.total()} of {self.faults} faults fell while there was work"
        if not self.stage.wait_for_end(self.size, timeout_s=120 + self.size / 2):
            yield f"not everything ended: {self.stage.counts()}"
        yield from evidence.violations(self.stage, self.cards, self._before)
        yield from self.monitor.violations()
        names = list(self.stage.sources(self.cards))
        give_up_at = time.monotonic() + LATEST_S
        for client in clients:
            while client.told.total() < self.size and time.monotonic() < give_up_at:
                time.sleep(0.2)
            yield from client.violations(names)
            self.measured["connections of subscribers"] = client.connections + self.measured.get(
                "connections of subscribers", 0
            )
