"""How the worker finds out how many images to give the model at once."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from thumper.store.queue.jobs import MOST_PIXELS
from thumper.worker.capacity import (
    AGAIN_S,
    CALLS,
    FIRST,
    GAIN,
    MOST,
    REGROW_S,
    Capacity,
    claim_pixels,
)

Device = Callable[[int], float]
"""Seconds that a number of images take."""
LADDER = [FIRST * 2**step for step in range(5)]
NOISE = 0.02
OVERHEADS = st.floats(0.0, 0.1)
EACH = st.floats(1e-6, 1e-3)


def device(overhead_s: float, each_s: float) -> Device:
    """Return a device that takes a time for any call, and a time for each image."""
    return lambda images: overhead_s + images * each_s


def gain(of: Device, images: int) -> float:
    """Return how many times faster twice as many images are."""
    return 2 * of(images) / of(2 * images)


def work(capacity: Capacity, of: Device, *, calls: int = 60, from_s: float = 0.0, room: int = MOST) -> float:
    """Run full batches as the worker does; return the time at the end."""
    now_s = from_s
    for _ in range(calls):
        capacity.grow(now_s=now_s)
        images = capacity.images
        took_s = of(images)
        now_s += took_s
        if images > room:
            capacity.shrink(images, now_s=now_s)
        else:
            capacity.note(images, took_s=took_s, now_s=now_s)
    return now_s


def test_the_number_that_somebody_has_set_is_kept_and_a_cpu_learns_nothing() -> None:
    for capacity, expected in [
        (Capacity.of(40, device="cuda:0", cores=8), 40),
        (Capacity.of(None, device="cpu", cores=2), 16),
        (Capacity.of(None, device="cpu", cores=8), 64),
        (Capacity.of(None, device="cpu", cores=200), 128),
    ]:
        work(capacity, device(1.0, 1e-6))
        assert (capacity.images, capacity.wanted) == (expected, expected)


@given(OVERHEADS, EACH)
def test_on_a_gpu_it_grows_to_the_knee(overhead_s: float, each_s: float) -> None:
    of = device(overhead_s, each_s)
    capacity = Capacity.of(None, device="cuda:0", cores=8)
    work(capacity, of, calls=5 * (CALLS + 1))
    assume(all(abs(gain(of, images) - GAIN) > 1e-9 for images in LADDER))
    assert capacity.wanted == next((images for images in LADDER if gain(of, images) < GAIN), MOST)


@given(OVERHEADS, EACH, st.integers(0, 2**32))
def test_noise_moves_it_no_further_than_noise_can_and_odd_calls_not_at_all(
    overhead_s: float, each_s: float, seed: int
) -> None:
    of = device(overhead_s, each_s)
    disturbed = _disturbed(random.Random(seed))
    capacity = Capacity.of(None, device="cuda:0", cores=8)
    work(capacity, lambda images: of(images) * next(disturbed), calls=5 * (CALLS + 1))
    error = (1 + NOISE) / (1 - NOISE)
    assert capacity.wanted in LADDER
    if capacity.wanted < MOST:
        assert gain(of, capacity.wanted) < GAIN * error
    if capacity.wanted > FIRST:
        assert gain(of, capacity.wanted // 2) > GAIN / error


def _disturbed(chance: random.Random) -> Iterator[float]:
    """Yield factors of a time: for each number first a slow one, then two outliers among noisy ones."""
    while True:
        factors = [chance.uniform(1 - NOISE, 1 + NOISE) for _ in range(CALLS)]
        for place in chance.sample(range(CALLS), 2):
            factors[place] = chance.choice([0.1, 10.0])
        yield from [30.0, *factors]


def test_a_device_that_gains_nothing_stays_with_the_first_number() -> None:
    capacity = Capacity.of(None, device="cuda:0", cores=8)
    noisy = itertools.cycle([1.0, 1.02, 0.99, 0.98, 1.01])
    work(capacity, lambda images: images * next(noisy), calls=1000)
    assert capacity.wanted in {FIRST, 2 * FIRST}
    work(capacity, lambda images: images * next(noisy), calls=2 * (CALLS + 1), from_s=1e9)
    assert capacity.wanted == FIRST


@given(st.integers(1, MOST))
def test_it_grows_to_what_memory_holds(room: int) -> None:
    of = device(0.1, 1e-5)
    capacity = Capacity.of(None, device="cuda:0", cores=8)
    now_s = work(capacity, of, room=room)
    assert now_s < REGROW_S
    assert room / 2 < capacity.images <= room
    # No more images are claimed than fit, except for the number to begin with.
    assert capacity.wanted == max(capacity.images, FIRST)
    tried = [capacity.images for _ in range(20) if work(capacity, of, calls=1, from_s=now_s, room=room)]
    assert tried == [capacity.images] * 20


def test_a_batch_that_is_not_full_says_nothing() -> None:
    capacity = Capacity.of(None, device="cuda:0", cores=8)
    for number in range(100):
        capacity.note(FIRST - 1, took_s=0.001, now_s=float(number))
    assert capacity.wanted == FIRST


def test_what_was_learnt_is_learnt_anew_by_and_by() -> None:
    capacity = Capacity.of(None, device="cuda:0", cores=8)
    now_s = work(capacity, device(1.0, 1e-4))
    assert capacity.wanted == MOST
    work(capacity, device(0.0, 1e-3), from_s=now_s + AGAIN_S)
    assert capacity.wanted == FIRST


def test_after_a_shortage_of_memory_more_images_are_tried_again_by_and_by() -> None:
    capacity = Capacity(16)
    capacity.shrink(16, now_s=100.0)
    capacity.shrink(8, now_s=101.0)
    assert (capacity.images, capacity.wanted) == (4, 16)
    capacity.grow(now_s=101.0 + REGROW_S - 1)
    assert capacity.images == 4
    for number, expected in enumerate((8, 16, 16), 1):
        capacity.grow(now_s=101.0 + number * REGROW_S)
        assert capacity.images == expected
    capacity.shrink(1, now_s=0.0)
    assert capacity.images == 1


@given(memory_gb=st.floats(0.2, 512), halvings=st.integers(0, 8))
def test_three_claims_fit_into_half_of_the_memory(memory_gb: float, halvings: int) -> None:
    memory_bytes = int(memory_gb * 1024**3)
    pixels = claim_pixels(memory_bytes, halvings=halvings)
    assert pixels <= MOST_PIXELS >> halvings
    assert 3 * 3 * pixels <= memory_bytes / 2
    assert memory_gb < 8 or pixels == MOST_PIXELS >> halvings


@pytest.mark.parametrize(("wanted", "device"), [(None, "cpu"), (None, "cuda:0"), (40, "cpu")])
def test_a_process_that_was_killed_for_memory_goes_on_with_half_down_to_one(
    wanted: int | None, device: str
) -> None:
    sizes = [
        Capacity.of(wanted, device=device, cores=2, halvings=halvings).images for halvings in range(1, 9)
    ]
    first = wanted or FIRST
    assert sizes == [max(1, first >> halvings) for halvings in range(1, 9)]
    assert sizes[-1] == 1
