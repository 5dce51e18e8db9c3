"""What a released schema promises is kept, and whatever would break a client is found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import pytest

from tests.clients import promise
from tests.clients.promise import RELEASED, broken
from tests.clients.reference import SCHEMA

pytestmark = pytest.mark.slow

TODAY: Final = dt.date(2028, 6, 1)

SMALL: Final = """
type Query { stand(id: ID!): Stand! stands(where: StandFilter = null): [Stand!] }
interface Node { id: ID! }
type Stand implements Node { id: ID! name: String! mood: Mood note: Note }
type Note { text: String }
enum Mood { CALM WINDY }
input StandFilter { name: String = null mood: Mood = null }
"""

ALLOWED: Final = {
    "a field, its type, an optional argument": [
        ("name: String! mood", "name(short: Boolean = false): String! weather: Weather mood"),
        ("type Note", "type Weather { wind: Float } type Note"),
    ],
    "a new enum value": [("CALM WINDY", "CALM WINDY STORMY")],
    "a new optional field of an input": [
        ("{ name: String = null", "{ path: String = null name: String = null")
    ],
    "a type with one more interface": [("type Note {", "type Note implements Node { id: ID!")],
    "what was never null stays so": [("note: Note", "note: Note!")],
    "a deprecation with its date": [
        ("note: Note", 'note: Note @deprecated(reason: "Ask text. Deprecated since 2028-05-01.")')
    ],
}

REFUSED: Final = {
    "a removed field": [("name: String! mood", "mood")],
    "a removed type": [("note: Note", ""), ("type Note { text: String }", "")],
    "a removed enum value": [("CALM WINDY", "CALM")],
    "a removed argument": [("(where: StandFilter = null)", "")],
    "a field that may be null now": [("name: String!", "name: String")],
    "a field of another type": [("mood: Mood note", "mood: String note")],
    "a new required argument": [("name: String! mood", "name(short: Boolean!): String! mood")],
    "a new required field of an input": [("{ name: String = null", "{ path: String! name: String = null")],
    "an argument that is required now": [("where: StandFilter = null", "where: StandFilter!")],
    "another default": [("mood: Mood = null", "mood: Mood = CALM")],
    "a type with an interface less": [("type Stand implements Node", "type Stand")],
    "a deprecation without a date": [("note: Note", 'note: Note @deprecated(reason: "Ask text.")')],
    "a deprecation with no day": [
        ("note: Note", 'note: Note @deprecated(reason: "Deprecated since 2028-13-01.")')
    ],
}


def edited(changes: list[tuple[str, str]], text: str = SMALL) -> str:
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def deprecated(since: str) -> str:
    """Return the schema with all that leads to notes deprecated."""
    return edited([("note: Note", f'note: Note @deprecated(reason: "Too long. Deprecated since {since}.")')])


def test_the_schema_keeps_what_was_released() -> None:
    pair = (RELEASED.read_text(encoding="utf-8"), SCHEMA.read_text(encoding="utf-8"))
    assert broken([pair], today=dt.datetime.now(dt.UTC).date()) == [[]]


def test_what_would_break_a_client_is_found_and_nothing_else() -> None:
    changes = ALLOWED | REFUSED
    found = broken([(SMALL, edited(each)) for each in changes.values()], today=TODAY)
    assert [what for what, problems in zip(changes, found, strict=True) if problems] == list(REFUSED)


def test_what_was_released_as_deprecated_goes_after_twelve_months_with_its_type() -> None:
    without = edited([("note: Note", ""), ("type Note { text: String }", "")])
    days = ("2027-06-01", "2027-06-02", "2028-05-31")
    found = broken([(deprecated(day), without) for day in days], today=TODAY)
    assert [problems == [] for problems in found] == [True, False, False], found


def test_the_date_of_a_deprecation_is_the_one_that_was_released() -> None:
    early, late = deprecated("2027-01-01"), deprecated("2028-01-01")
    gone = edited([("note: Note", "")])
    never, put_back, put_off, kept = broken(
        [(SMALL, gone), (late, early), (early, late), (early, SMALL)], today=TODAY
    )
    assert never, "it was not released as deprecated"
    assert put_back == ["Stand.note: it was released as deprecated since 2028-01-01, not since 2027-01-01."]
    assert put_off == kept == []


def test_the_released_schema_is_renewed_only_with_one_that_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    released, current = tmp_path / "released.graphql", tmp_path / "schema.graphql"
    monkeypatch.setattr(promise, "RELEASED", released)
    monkeypatch.setattr(promise, "SCHEMA", current)
    released.write_text(SMALL, encoding="utf-8")
    current.write_text(edited(REFUSED["a removed field"]), encoding="utf-8")
    assert (promise.renew(), released.read_text(encoding="utf-8")) == (1, SMALL)
    assert "name" in capsys.readouterr().err
    more = edited(ALLOWED["a new enum value"])
    current.write_text(more, encoding="utf-8")
    assert (promise.renew(), released.read_text(encoding="utf-8")) == (0, more)
