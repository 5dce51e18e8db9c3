"""Pixels keep to themselves, and their memory is used again."""

from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from thumper.imaging.pixel_memory import PixelMemory

MB = 1024 * 1024


def picture(number: int, size_bytes: int) -> memoryview:
    return memoryview(bytes([number % 251]) * size_bytes)


def address(pixels: NDArray[np.uint8]) -> int:
    return int(pixels.ctypes.data)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3 * MB)), max_size=30), st.integers(0, 4 * MB))
def test_pixels_that_are_still_held_are_never_written_to(steps: list[tuple[bool, int]], kept: int) -> None:
    memory = PixelMemory(kept)
    held: list[tuple[int, NDArray[np.uint8]]] = []
    for number, (drop, size_bytes) in enumerate(steps):
        if drop and held:
            held.pop(size_bytes % len(held))
        held.append((number % 251, memory.copy(picture(number, size_bytes), (size_bytes,))[:]))
        assert all((pixels == value).all() for value, pixels in held)


def test_memory_of_one_size_is_used_again_and_can_be_written_to() -> None:
    memory = PixelMemory(8 * MB)
    first = memory.copy(picture(1, 640 * 500 * 3), (500, 640, 3))
    first[0, 0] = 7
    where, view = address(first), first[10:]
    del first
    other = memory.copy(picture(2, 640 * 500 * 3), (500, 640, 3))
    assert address(other) != where, "a view of it is still held"
    del view
    again = memory.copy(picture(3, 640 * 499 * 3), (499, 640, 3))
    assert address(again) == where


def test_no_more_than_wanted_is_kept_idle() -> None:
    memory = PixelMemory(2 * MB)
    held = [memory.copy(picture(number, MB), (MB,)) for number in range(6)]
    held.clear()
    assert sum(map(len, memory._idle)) == 2 * MB, "at once, and not when the next picture comes"
    assert not memory._returned
    memory.copy(picture(0, 2 * MB), (2 * MB,))
    assert sum(map(len, memory._idle)) <= 2 * MB


def test_many_threads_share_it() -> None:
    memory = PixelMemory(4 * MB)
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(200):
            pixels = memory.copy(picture(number, 300_000), (300_000,))
            if not (pixels == number).all():
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
