"""What may go, by age and size: pure rules over all ages and sizes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.housekeeping import (
    ASIDE_AT_LEAST,
    ASIDE_FOR,
    EXPORT_AGE,
    STRAY_AGE,
    VIEW_AGE,
    Amount,
    Export,
    Stray,
    ViewLimits,
    exports_to_go,
)

AGES = st.timedeltas(dt.timedelta(days=-3), dt.timedelta(days=400))
SIZES = st.integers(0, 10**12)
LIMITS = st.builds(
    ViewLimits, age=st.timedeltas(dt.timedelta(days=1), dt.timedelta(days=400)), size_bytes=SIZES
)


@given(limits=LIMITS, idle=AGES, longer=AGES, total_bytes=SIZES)
def test_a_view_that_is_due_stays_due_the_longer_nobody_looks(
    limits: ViewLimits, idle: dt.timedelta, longer: dt.timedelta, total_bytes: int
) -> None:
    due = limits.is_due(idle, total_bytes=total_bytes)
    if due and longer >= idle:
        assert limits.is_due(longer, total_bytes=total_bytes)
    if idle <= VIEW_AGE:
        assert not due, "somebody looks at it now"
    assert due == (idle > limits.age) or total_bytes > limits.size_bytes


@given(limits=LIMITS, idle=AGES, aside=st.booleans(), total_bytes=SIZES)
def test_a_picture_of_an_image_is_never_removed_as_a_stray(
    limits: ViewLimits, idle: dt.timedelta, aside: bool, total_bytes: int
) -> None:
    fate = limits.decide(idle, known=True, aside=aside, total_bytes=total_bytes)
    assert fate is (Stray.PUT_BACK if aside else Stray.STAYS)


@given(limits=LIMITS, idle=AGES, total_bytes=SIZES)
def test_a_stray_lies_aside_for_a_week_before_it_is_removed(
    limits: ViewLimits, idle: dt.timedelta, total_bytes: int
) -> None:
    first = limits.decide(idle, known=False, aside=False, total_bytes=total_bytes)
    assert first is (Stray.SET_ASIDE if idle > STRAY_AGE else Stray.STAYS)
    then = limits.decide(idle, known=False, aside=True, total_bytes=total_bytes)
    assert (then is Stray.REMOVED) == (
        idle > ASIDE_FOR or (idle > ASIDE_AT_LEAST and total_bytes > limits.size_bytes)
    )


A, B = "a" * 16, "b" * 16


def export(name: str, days: float) -> Export:
    return Export(name=name, family=name[:16], idle=dt.timedelta(days=days))


@pytest.mark.parametrize(
    ("exports", "gone"),
    [
        ({f"{A}-ncnn-1": 400}, []),
        ({f"{B}-ncnn-1": 400}, [f"{B}-ncnn-1"]),
        ({f"{B}-ncnn-1": 29}, []),
        ({f"{A}-ncnn-1": 400, f"{A}-ncnn-2": 399}, [f"{A}-ncnn-1"]),
        ({f"{A}-ncnn-1": 400, f"{A}-onnx-1": 0}, []),
        ({f"{A}-ncnn-1": 20, f"{A}-ncnn-2": 0}, []),
    ],
)
def test_exports_go_that_nothing_uses_and_the_last_of_a_present_model_stays(
    exports: dict[str, float], gone: list[str]
) -> None:
    assert exports_to_go([export(*one) for one in exports.items()], present=frozenset({A})) == gone


@given(
    st.dictionaries(
        st.sampled_from([f"{m}-{f}-{v}" for m in (A, B) for f in ("ncnn", "onnx") for v in "123"]), AGES
    )
)
def test_no_export_goes_young_and_each_form_of_the_present_model_keeps_its_last(
    ages: dict[str, dt.timedelta],
) -> None:
    exports = [Export(name=name, family=name[:16], idle=idle) for name, idle in ages.items()]
    gone = exports_to_go(exports, present=frozenset({A}))
    assert all(ages[name] > EXPORT_AGE for name in gone)
    for form in (f"{A}-ncnn", f"{A}-onnx"):
        own = [name for name in ages if name.startswith(form)]
        assert not own or min(own, key=lambda name: (ages[name], name)) not in gone


def test_amounts_add_up() -> None:
    assert Amount(1, 20) + Amount(2, 30) + Amount() == Amount(3, 50)
