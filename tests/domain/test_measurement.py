"""Which measured values are believed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.measurement import TEXTS, Quantity, Reading, believe, measurements
from thumper.domain.moon import MoonPhase

NUMBERS = st.floats() | st.integers(-(2**40), 2**40) | st.just(10**300)


def readings(*pairs: tuple[Quantity, float | str]) -> list[Reading]:
    return [Reading(quantity, value, "a note") for quantity, value in pairs]


def test_the_first_possible_reading_of_a_quantity_is_believed() -> None:
    believed, notes = believe(
        readings((Quantity.TEMPERATURE, 412), (Quantity.TEMPERATURE, -5), (Quantity.TEMPERATURE, 7))
    )
    assert measurements(believed).temperature_c == -5
    assert notes == ["temperature 412 is impossible (a note)"]


def test_a_length_without_a_number_is_no_place_in_a_burst() -> None:
    believed, notes = believe(readings((Quantity.SEQUENCE_LENGTH, 3)))
    assert (measurements(believed).sequence_length, notes) == (None, [])


def test_percent_is_rounded_and_the_moon_kept() -> None:
    believed, _ = believe(readings((Quantity.BATTERY_PERCENT, 87.5), (Quantity.MOON_PHASE, MoonPhase.FULL)))
    kept = measurements(believed)
    assert (kept.battery_percent, kept.moon_phase) == (88, MoonPhase.FULL)


@given(
    st.lists(
        st.tuples(st.sampled_from([quantity for quantity in Quantity if quantity not in TEXTS]), NUMBERS)
        | st.tuples(st.sampled_from(list(TEXTS)), st.text(max_size=9))
        | st.tuples(st.just(Quantity.MOON_PHASE), st.sampled_from(MoonPhase))
    )
)
def test_whatever_is_read_what_is_kept_is_what_the_columns_take(
    pairs: list[tuple[Quantity, float | str]],
) -> None:
    """The constraints of the table `image` have the same ranges."""
    believed, notes = believe(readings(*pairs))
    kept = measurements(believed)
    assert kept.temperature_c is None or -100 <= kept.temperature_c <= 100
    assert kept.battery_percent is None or 0 <= kept.battery_percent <= 100
    assert kept.battery_v is None or 0 <= kept.battery_v <= 100
    assert kept.moon_phase is None or isinstance(kept.moon_phase, MoonPhase)
    if kept.sequence_number is not None:
        assert 1 <= kept.sequence_number <= (kept.sequence_length or 32_767) <= 32_767
    else:
        assert kept.sequence_length is None
    assert all(len(note) < 100 for note in notes)
