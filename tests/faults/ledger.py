"""What people were told is kept: each change that was answered with success, and what must be there because of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Answer = dict[str, Any]
Ask = Callable[..., Answer]
"""Sends one GraphQL operation with its variables and gives its data; raises when no answer comes."""

LOOK: Final = """query ($id: ID!) { node(id: $id) { __typename
    ... on Location { name description coordinates { latitude longitude } }
    ... on Deer { name notes sex }
    ... on Detection { verdict shown { species { scientificName } sex } deer { id } reviews { id note } }
    ... on ClockFix { offsetSeconds note undoneAt } } }"""

LOCATE: Final = (
    "mutation ($input: CreateLocationInput!) { createLocation(input: $input)"
    " { errors { message } location { id } } }"
)
CHRISTEN: Final = (
    "mutation ($input: CreateDeerInput!) { createDeer(input: $input) { errors { message } deer { id } } }"
)
DESCRIBE: Final = (
    "mutation ($input: UpdateDeerInput!) { updateDeer(input: $input) { errors { message } deer { id } } }"
)
REVIEW: Final = (
    "mutation ($input: ReviewDetectionInput!) { reviewDetection(input: $input)"
    " { errors { message } review { id } detection { verdict shown { species { scientificName } sex } } } }"
)
DECIDE: Final = (
    "mutation ($input: DecideIdentityInput!) { decideIdentity(input: $input)"
    " { errors { message } decisions { id } } }"
)
FIX: Final = (
    "mutation ($input: FixClockInput!) { fixClock(input: $input) { errors { message } clockFix { id } } }"
)
UNDO: Final = (
    "mutation ($input: UndoClockFixInput!) { undoClockFix(input: $input)"
    " { errors { message } clockFix { id undoneAt } } }"
)


class RefusedError(Exception):
    """Raised if the API answered that it will not do it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a person does. `note` takes what the answer says and writes down what must be true from now on."""

    what: str
    mutation: str
    input: Mapping[str, Any]
    note: Callable[[Answer], None]
    subject: str | None = None

    def make(self, ask: Ask) -> Answer:
        """Send it and give its payload. Raises what `ask` raises, or `RefusedError`."""
        (payload,) = ask(self.mutation, input=dict(self.input)).values()
        if payload["errors"]:
            raise RefusedError(f"{self.what}: {payload['errors']}")
        answer: Answer = payload
        return answer


class Ledger:
    """Thinks of changes, and knows what must be found because of those that were answered.

    There is no mutation that merges two deer: their sightings are taken back one by one and said anew, which is what
    half of the changes of sightings do here.
    """

    def __init__(self, rng: random.Random, *, detections: list[str], dump: str) -> None:
        self._rng = rng
        self._reviewed, self._sighted = detections[::2], detections[1::2]
        self._dump = dump
        self._numbers = itertools.count(1)
        self._deer: list[str] = []
        self._fixes: list[str] = []
        self.facts: dict[str, Answer] = {
            **{detection: {"verdict": None, "reviews": []} for detection in self._reviewed},
            **{detection: {"deer": None} for detection in self._sighted},
        }

    def changes(self) -> list[Change]:
        """Think of four changes of different things, which four people may make at once."""
        named = self._locate() if self._rng.random() < 0.3 else self._christen()
        if len(self._deer) >= 4 and self._rng.random() < 0.5:
            named = self._describe()
        return [named, self._review(), self._sight(), self._clock()]

    def missing(self, ask: Ask, *, doubtful: frozenset[str] = frozenset()) -> Iterator[str]:
        """Yield which facts are not there; those whose last change was never answered are taken as they are found."""
        for subject, expected in self.facts.items():
            found = ask(LOOK, id=subject)["node"]
            if subject in doubtful and found is not None:
                self.facts[subject] = {key: _plain(key, found[key]) for key in expected}
                continue
            told = None if found is None else {key: _plain(key, found[key]) for key in expected}
            if told != expected:
                yield f"a person was told {expected}, and found is {told}"

    def _know(self, subject: str, **facts: Any) -> None:
        self.facts[subject] = self.facts.get(subject, {}) | facts

    def _locate(self) -> Change:
        given = {
            "name": f"Stand {next(self._numbers)}",
            "coordinates": {"latitude": 30.5, "longitude": -98.25},
        }
        return Change(
            "a location", LOCATE, given, lambda answer: self._know(answer["location"]["id"], **given)
        )

    def _christen(self) -> Change:
        given = {"name": f"Buck {next(self._numbers)}", "notes": "split brow tine", "sex": "MALE"}

        def note(answer: Answer) -> None:
            self._deer.append(answer["deer"]["id"])
            self._know(answer["deer"]["id"], **given)

        return Change("a deer", CHRISTEN, given, note)

    def _describe(self) -> Change:
        deer, notes = self._rng.choice(self._deer), f"seen limping, {next(self._numbers)}"
        return Change(
            "a deer's notes",
            DESCRIBE,
            {"deerId": deer, "notes": notes},
            lambda _: self._know(deer, notes=notes),
            deer,
        )

    def _review(self) -> Change:
        detection = self._rng.choice(self._reviewed)
        verdict = self._rng.choice(["CONFIRMED", "CORRECTED", "REJECTED"])
        given = {"detectionId": detection, "verdict": verdict, "note": f"word {next(self._numbers)}"}
        if verdict == "CORRECTED":
            given |= {"species": "Odocoileus hemionus", "sex": self._rng.choice(["MALE", "FEMALE"])}

        def note(answer: Answer) -> None:
            before = self.facts[detection]["reviews"]
            self._know(detection, reviews=[answer["review"]["id"], *before], **answer["detection"])

        return Change("a review", REVIEW, given, note, detection)

    def _sight(self) -> Change:
        detection = self._rng.choice(self._sighted)
        told = self.facts[detection]["deer"]
        if told is not None:
            return Change(
                "a sighting taken back",
                DECIDE,
                {
                    "detectionIds": [detection],
                    "deerId": told,
                    "verdict": self._rng.choice(["IS_NOT", "UNSURE"]),
                },
                lambda _: self._know(detection, deer=None),
                detection,
            )
        if not self._deer:
            return self._christen()
        deer = self._rng.choice(self._deer)
        return Change(
            "a sighting",
            DECIDE,
            {"detectionIds": [detection], "deerId": deer, "verdict": "IS"},
            lambda _: self._know(detection, deer=deer),
            detection,
        )

    def _clock(self) -> Change:
        if self._fixes and self._rng.random() < 0.4:
            fix = self._fixes.pop()
            return Change(
                "a repair of a clock taken back",
                UNDO,
                {"clockFixId": fix},
                lambda answer: self._know(fix, undoneAt=answer["clockFix"]["undoneAt"]),
                fix,
            )
        given = {"offsetSeconds": self._rng.randrange(-7200, 7200), "note": f"slow, {next(self._numbers)}"}

        def note(answer: Answer) -> None:
            self._fixes.append(answer["clockFix"]["id"])
            self._know(answer["clockFix"]["id"], undoneAt=None, **given)

        return Change("a repair of a clock", FIX, {"dumpId": self._dump, **given}, note)


def _plain(key: str, value: Any) -> Any:
    """Return a field of an answer as facts are written down."""
    if key == "deer":
        return value and value["id"]
    return [review["id"] for review in value] if key == "reviews" else value
