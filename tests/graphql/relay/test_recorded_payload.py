from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from graphql import get_named_type, get_nullable_type, is_list_type, is_non_null_type
from hypothesis import given, settings
from hypothesis import strategies as st
from tortoise.models import Model

from tests import factories as make
from thumper.domain.clock_effect import Effect, Move, Span
from thumper.domain.label import Sex
from thumper.graphql.loaders import ROWS, Loaders
from thumper.graphql.relay import recorded_payload
from thumper.graphql.relay.recorded_payload import recorded, restored
from thumper.graphql.relay.user_error import USER_ERRORS, DetectionAssigned, UserErrorCode
from thumper.graphql.schema import schema

_instants = st.datetimes(timezones=st.just(dt.UTC)) | st.datetimes()
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.uuids()
    | _instants
    | st.dates()
    | st.binary()
    | st.sampled_from(Sex)
    | st.builds(Span, first=_instants, last=_instants),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.uuids() | st.text(), inner)
        | st.builds(Effect, read=st.integers(), before=st.builds(Span, first=_instants))
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(_values)
async def test_a_value_comes_back_as_it_was(value: Any) -> None:
    text = recorded(value)
    assert text.isascii(), "PostgreSQL takes no half surrogate pair"
    back = await restored(text, Loaders(cache=True))
    assert back == value
    assert type(back) is type(value)


def _models_in(hint: Any) -> Iterator[type[Model]]:
    """Yield the models in a type, also those within the values that it is made of."""
    for part in get_args(hint):
        yield from _models_in(part)
    if isinstance(hint, type) and issubclass(hint, Model):
        yield hint
    elif dataclasses.is_dataclass(hint):
        for each in dataclasses.fields(hint):
            yield from _models_in(get_type_hints(hint).get(each.name)) if each.init else ()


def test_the_rows_of_every_payload_can_be_read_again() -> None:
    mutations = schema._schema.mutation_type
    assert mutations is not None
    found = set()
    for mutation in mutations.fields.values():
        payload = get_named_type(mutation.type).extensions["strawberry-definition"].origin
        found |= {model.__name__ for model in _models_in(payload)}
    errors = {model.__name__ for error in USER_ERRORS for model in _models_in(error)}
    assert "Deer" in found & errors
    assert found | errors <= ROWS.keys(), "give them a loader"


def test_a_row_that_may_be_gone_when_a_mutation_is_answered_again_is_nullable() -> None:
    payloads = [get_named_type(each.type) for each in schema._schema.mutation_type.fields.values()]  # type: ignore[union-attr]
    errors = [schema._schema.type_map[kind.__name__] for kind in USER_ERRORS]
    for kind in [*payloads, *errors]:
        for name, own in kind.fields.items():
            if get_named_type(own.type).name in ROWS and not is_list_type(get_nullable_type(own.type)):
                assert not is_non_null_type(own.type), f"{kind}.{name}"


async def test_nested_objects_and_sets_come_back() -> None:
    move = Move(image_id=UUID(int=1), local=make.NOON, before=None, after=make.NOON, dst_edge=None)
    for value in (Effect(read=2, earliest=move, named=move), {UUID(int=1)}, frozenset({Sex.MALE})):
        assert await restored(recorded(value), Loaders(cache=True)) == value


async def test_rows_come_back_as_they_are_now_and_what_is_gone_is_missing(database: str) -> None:
    ajax, bess, gone = [await make.make_deer(name) for name in ("Ajax", "Bess", "Gone")]
    text = recorded([ajax, gone, bess, None])
    alone = recorded(gone)
    await gone.delete()
    await type(ajax).filter(id=ajax.id).update(name="Arthur")
    back = await restored(text, Loaders(cache=True))
    assert [row and row.name for row in back] == ["Arthur", "Bess", None]
    assert await restored(alone, Loaders(cache=True)) is None


async def test_the_row_of_an_error_comes_back(database: str) -> None:
    deer = await make.make_deer()
    error = DetectionAssigned(
        code=UserErrorCode.DETECTION_ASSIGNED, message="it is", path=["input", "id"], deer_row=deer
    )
    back = await restored(recorded(error), Loaders(cache=True))
    assert (back.code, back.path, back.deer_row.id) == (error.code, error.path, deer.id)


@dataclass
class _Unknown:
    inner: object = field(default_factory=object)


async def test_what_it_does_not_know_is_refused_and_named() -> None:
    for value in (_Unknown(), Counter, {"key": object()}):
        with pytest.raises(TypeError, match="in a payload"):
            recorded(value)


async def test_no_class_but_ours_is_made() -> None:
    text = json.dumps({"object": ["subprocess:Popen", {"args": "true"}]})
    with pytest.raises(ValueError, match="subprocess"):
        await restored(text, Loaders(cache=True))
    assert recorded_payload.__name__.startswith("thumper.")
