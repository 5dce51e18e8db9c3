"""What people say is kept: killed right after the answer, and looked at anew by another detector."""

from __future__ import annotations

import contextlib
import http.client
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from tests.conftest import SHARED_DATA
from tests.faults.ledger import Ledger, RefusedError
from tests.faults.scenario import Outcome
from tests.faults.stage import Stage, deal

OTHER_MODEL: Final = SHARED_DATA / "models" / "yolov8n-coco.pt"
VICTIMS: Final = (("API",), ("PostgreSQL",), ("API", "PostgreSQL"))
BACK_S: Final = 60.0
"""How long to wait until a killed Thumper answers again."""

BOXES: Final = """{ dumps(first: 1) { nodes { id } }
    detections(first: 100, where: {includeDuplicates: false}) { nodes { id image { id } } } }"""
COUNTS: Final = """query ($detector: ID) {
    detections(where: {detectorId: $detector, reviewed: true}) { totalCount }
    allDeer(where: {minSightingCount: 1}) { totalCount } }"""
DETECTORS: Final = "{ detectors { id name current } }"
DETECT: Final = "mutation { detectPending(input: {}) { errors { message } batch { id } } }"
SEEN_AGAIN: Final = """SELECT count(*) AS runs FROM detection_run JOIN detector ON detector.id = detector_id
    WHERE detector.current"""


class NoAnswerError(Exception):
    """Raised if the API did not answer, or PostgreSQL was away."""


@dataclass(frozen=True, slots=True)
class PeoplesWork:
    """Four people change things at once; at the first answer the API, PostgreSQL or both are killed; `kills` times."""

    kills: int = 200

    name: ClassVar[str] = "people's work"
    words: ClassVar[str] = (
        "the API, PostgreSQL or both are killed right after reviews, sightings, deer, places and clock repairs were"
        " answered; then another detector looks at everything"
    )
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run it once."""
        began_s = time.monotonic()
        trial = _Trial(random.Random(seed), scratch)
        cards = deal(size, cards=1, seed=seed)
        cards[0].drop(trial.stage.settings.drop_dir)
        with trial.stage as stage:
            assert stage.wait_for_end(size, timeout_s=120 + size), stage.counts()
            trial.open_ledger()
            violations = [v for _ in range(self.kills) for v in trial.kill_after_an_answer()]
            violations += trial.all_missing("after all kills")
            trial.count()
        violations += trial.look_with_another_model(size)
        return Outcome(
            scenario=self.name,
            seed=seed,
            images=size,
            faults=trial.faults,
            seconds=time.monotonic() - began_s,
            violations=tuple(violations),
            measured={
                "changes answered": float(sum(trial.made.values())),
                "facts": float(len(trial.ledger.facts)),
            },
        )


class _Trial:
    """One stage, what was said there, and how often what was killed."""

    def __init__(self, rng: random.Random, scratch: Path) -> None:
        self.stage = Stage(scratch)
        self.faults: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self.ledger: Ledger
        self._first: str
        self._counted: dict[str, Any]
        self._rng = rng
        self._doubtful: set[str] = set()

    def open_ledger(self) -> None:
        """Have something to talk about: a box of each of many photos, and a dump."""
        found = self._ask(BOXES)
        self._first = self._current()
        one_each = {node["image"]["id"]: node["id"] for node in found["detections"]["nodes"]}
        self.ledger = Ledger(
            self._rng, detections=list(one_each.values()), dump=found["dumps"]["nodes"][0]["id"]
        )

    def kill_after_an_answer(self) -> Iterator[str]:
        """Make four changes at once, kill at the first answer, and say what of the answered is not there."""
        victims = self._rng.choice(VICTIMS)
        changes = self.ledger.changes()
        with ThreadPoolExecutor(len(changes)) as people:
            calls = {people.submit(change.make, self._ask): change for change in changes}
            wait(calls, return_when=FIRST_COMPLETED)
            for victim in victims:
                self.faults[victim] += self.stage.kill(victim)
        for call, change in calls.items():
            try:
                answer = call.result()
            except NoAnswerError:
                self._doubtful |= {change.subject} if change.subject is not None else set()
            except RefusedError as refused:
                yield str(refused)
            else:
                self.made[change.what] += 1
                change.note(answer)
        yield from self.all_missing(f"after a kill of {' and '.join(victims)}")

    def all_missing(self, when: str) -> Iterator[str]:
        """Yield what of all that was answered is not there, once Thumper answers again."""
        doubtful, self._doubtful = frozenset(self._doubtful), set()
        for fact in self.ledger.missing(self._ask_patiently, doubtful=doubtful):
            yield f"{when}: {fact}"

    def count(self) -> None:
        """Take down how many boxes were reviewed and how many deer were seen."""
        self._counted = self._ask_patiently(COUNTS, detector=self._first)

    def look_with_another_model(self, size: int) -> Iterator[str]:
        """Start anew with another model, let it look at everything, and say what became of people's words."""
        before = self.stage.settings
        self.stage.ranch.settings = before.model_copy(update={"model": OTHER_MODEL})
        with self.stage as stage:
            give_up_at = time.monotonic() + 120 + size
            while self._current() == self._first:
                assert time.monotonic() < give_up_at, "the other model does not become the current one"
                time.sleep(0.2)
            sent = self._ask(DETECT)["detectPending"]
            assert not sent["errors"], sent
            while stage.query(SEEN_AGAIN)[0]["runs"] < size:
                assert time.monotonic() < give_up_at, "the other model does not look at everything"
                time.sleep(0.3)
            yield from self.all_missing("after another detector")
            again = self._ask_patiently(COUNTS, detector=self._first)
            if again != self._counted:
                yield f"after another detector: lists hold {again} instead of {self._counted}"
        self.faults["another detector"] += 1

    def _current(self) -> str:
        """Return the detector whose boxes are shown."""
        (current,) = [row["id"] for row in self._ask_patiently(DETECTORS)["detectors"] if row["current"]]
        own: str = current
        return own

    def _ask_patiently(self, operation: str, **variables: Any) -> dict[str, Any]:
        give_up_at = time.monotonic() + BACK_S
        while True:
            try:
                return self._ask(operation, **variables)
            except NoAnswerError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.1)

    def _ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        answer = None
        with contextlib.suppress(http.client.HTTPException):
            answer = self.stage.ranch.try_to_ask(operation, **variables)
        if answer is None:
            raise NoAnswerError
        if errors := answer.get("errors"):
            codes = {error.get("extensions", {}).get("code") for error in errors}
            if codes <= {"DATABASE_DOWN"}:
                raise NoAnswerError
            raise AssertionError(errors)
        data: dict[str, Any] = answer["data"]
        return data
