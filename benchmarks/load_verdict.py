"""What the answers of a load amount to: figures by kind, how soon it was as before, and whether that is as promised."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.load_clients import ANSWERED, KINDS, Asked, Tally, is_refusal

LEAST_SHARE: Final = 0.5
"""Of the speed of ingestion alone that must be left under load."""
RECOVERED_WITHIN_S: Final = 10
SLOWER: Final = 2.0
"""How many times the usual p95 a second's may be to count as recovered."""
GOOD_SECONDS: Final = 3
"""As many in a row count: one alone may be luck."""


def p95(seconds: Iterable[float]) -> float:
    """Return the value that 95 % do not exceed; NaN of nothing."""
    ordered = sorted(seconds)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.nan


def figures(asked: Sequence[Asked]) -> dict[str, dict[str, Any]]:
    """Return by kind how many were asked and answered, how many a second, and how long the answers took."""
    told = {}
    for kind in KINDS:
        own = [each for each in asked if each.kind == kind]
        took = [each.took_s for each in own if each.outcome == ANSWERED]
        if took:
            span_s = max(each.began_s + each.took_s for each in own) - min(each.began_s for each in own)
            told[kind] = {
                "asked": len(own),
                "answered": len(took),
                "answered_per_s": round(len(took) / span_s, 1),
                "p50_ms": round(1000 * statistics.median(took), 1),
                "p95_ms": round(1000 * p95(took), 1),
                "longest_ms": round(1000 * max(took), 1),
            }
    return told


def failures(tally: Tally, *, refusals_allowed: bool) -> dict[str, int]:
    """Return what must not happen, with how often it did; refusals count among it unless they are allowed."""
    outcomes = [each.outcome for each in tally.asked if each.outcome != ANSWERED] + tally.ended
    return dict(Counter(each for each in outcomes if not (refusals_allowed and is_refusal(each))))


def refusals(tally: Tally) -> dict[str, int]:
    """Return how often somebody was turned away, by how."""
    outcomes = [each.outcome for each in tally.asked] + tally.ended
    return dict(Counter(filter(is_refusal, outcomes)))


def recovered_s(asked: Sequence[Asked], *, ended_s: float, usual_p95_s: float) -> float:
    """Return how many seconds after the overload all was as usual again; infinity if it was not.

    As usual are seconds of which every request was answered, 95 % of them in twice the usual time.
    """
    good = 0
    last = max((each.began_s for each in asked), default=ended_s)
    for second in range(math.floor(last - ended_s)):
        own = [each for each in asked if second <= each.began_s - ended_s < second + 1]
        as_usual = all(each.outcome == ANSWERED for each in own)
        fast = bool(own) and p95(each.took_s for each in own) <= SLOWER * usual_p95_s
        good = good + 1 if as_usual and fast else 0
        if good == GOOD_SECONDS:
            return second + 1 - GOOD_SECONDS
    return math.inf


@dataclass(slots=True)
class Verdicts:
    """Whether a run was as promised, each with what was found."""

    found: dict[str, tuple[bool, Any]] = field(default_factory=dict)

    def add(self, promise: str, *, kept: bool, found: Any) -> None:
        """Note whether a promise was kept."""
        self.found[promise] = (kept, found)

    def under_load(self, tallies: Sequence[Tally], *, followers: int, images: Sequence[int]) -> None:
        """Judge the rounds: no errors, and every follower told of every image of its round."""
        wrong = [failures(each, refusals_allowed=False) for each in tallies]
        self.add("no errors", kept=not any(wrong), found=wrong)
        least = [min(each.told, default=0) for each in tallies]
        complete = [len(each.told) == followers for each in tallies]
        self.add("every follower sees every image", kept=all(complete) and least == list(images), found=least)

    def ingestion(self, alone: Sequence[float], loaded: Sequence[float]) -> None:
        """Judge the images a second alone and under load, by medians of the rounds."""
        share = statistics.median(loaded) / statistics.median(alone)
        self.add("ingestion keeps half its speed", kept=share >= LEAST_SHARE, found=round(share, 3))

    def overload(self, tallies: Sequence[Tally], *, after_s: float) -> None:
        """Judge an overload: nothing but answers and refusals that say when to come again, and a quick end."""
        wrong: Counter[str] = Counter()
        for tally in tallies:
            wrong.update(failures(tally, refusals_allowed=True))
        self.add("overload is refused with 429 or 503 and Retry-After", kept=not wrong, found=dict(wrong))
        self.add(
            f"as before within {RECOVERED_WITHIN_S} s", kept=after_s <= RECOVERED_WITHIN_S, found=after_s
        )

    @property
    def kept(self) -> bool:
        """Whether all promises were kept."""
        return all(kept for kept, _ in self.found.values())

    def report(self) -> dict[str, Any]:
        """Return them for people."""
        return {
            promise: f"{'kept' if kept else 'NOT KEPT'}: {found}"
            for promise, (kept, found) in self.found.items()
        }
