"""In which order a camera wrote the files of its card."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thumper.domain.card_order import Slot, begun_anew, behind_the_end, in_order, slot_of, sort_name


def ordered(*paths: str, taken: dict[str, int] | None = None) -> list[str] | None:
    """Order paths of one series; `taken` is when each was taken, in the order given without it."""
    times = taken or {path: number for number, path in enumerate(paths)}

    def jumps(files: list[str]) -> int:
        shown = [times[path] for path in files]
        return sum(after < before for before, after in itertools.pairwise(shown))

    return in_order(paths, slot=lambda path: slot_of(path.encode()), jumps=jumps)


def test_files_follow_their_counter_whatever_the_order_given() -> None:
    assert ordered("IMG_0010.JPG", "IMG_0002.JPG", "IMG_0001.jpg") == [
        *("IMG_0001.jpg", "IMG_0002.JPG", "IMG_0010.JPG")
    ]


def test_folders_that_the_camera_made_follow_their_number() -> None:
    paths = ("DCIM/101MEDIA/IMG_0001.JPG", "DCIM/100MEDIA/IMG_0999.JPG", "DCIM/100MEDIA/IMG_0998.JPG")
    assert ordered(*paths) == [*reversed(paths)]
    assert len({slot_of(path.encode()).card for path in paths}) == 1


def test_a_counter_that_went_round_begins_after_its_largest_gap() -> None:
    paths = ("IMG_9998.JPG", "IMG_9999.JPG", "IMG_0001.JPG", "IMG_0003.JPG")
    assert ordered(*paths) == [*paths]


def test_a_counter_with_a_gap_that_did_not_go_round_stays_straight() -> None:
    paths = ("IMG_0001.JPG", "IMG_0002.JPG", "IMG_9998.JPG")
    assert ordered(*paths) == [*paths]


def test_a_few_numbers_in_the_middle_never_went_round() -> None:
    late_first = {"IMG_0500.JPG": 2, "IMG_5000.JPG": 1}
    assert ordered(*late_first, taken=late_first) == ["IMG_0500.JPG", "IMG_5000.JPG"]


@pytest.mark.parametrize(
    "name",
    [
        "NORTH_20100101_032049.jpg",
        "2024_03_26_19_46_19_0001.jpg",
        "2024-03-26 19.46.19.jpg",
        "016719001060737-28-4-01062026143715-SYFW00012.jpg",
        "photo.jpg",
        "Creek (2).jpg",
        "IMG_0001 (2).JPG",
        "deer12.jpg",
        "no ending",
    ],
)
def test_a_name_with_a_date_or_without_a_number_gives_no_order(name: str) -> None:
    assert slot_of(name.encode()).counter is None
    assert ordered(name) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IMG_0001.JPG", "IMG_0002 copy.JPG"),
        ("CDY_0001.JPG", "CDN_0002.JPG"),
        ("IMG_0001.JPG", "IMG_0002.PNG"),
        ("April/IMG_0001.JPG", "March/IMG_0002.JPG"),  # a person's folders are in no order
        ("20240401/IMG_0001.JPG", "20240326/IMG_0002.JPG"),
        ("Creek/DCIM/100MEDIA/IMG_0001.JPG", "Ridge/DCIM/100MEDIA/IMG_0002.JPG"),
        ("DCIM/100MEDIA/IMG_0001.JPG", "DCIM/100EK113/IMG_0002.JPG"),
    ],
)
def test_files_of_different_series_are_told_apart(one: str, other: str) -> None:
    slots = [slot_of(path.encode()) for path in (one, other)]
    assert len({(slot.card, slot.series) for slot in slots}) == 2


@pytest.mark.parametrize("number", ["00011900", "01002000", "20241301", "20240132"])
def test_a_number_that_is_no_day_is_no_date(number: str) -> None:
    assert slot_of(f"IMG_{number}.JPG".encode()).counter == int(number)


def test_names_of_bytes_that_are_no_text_are_counted_too() -> None:
    assert slot_of(b"caf\xe9/IMG\xff\n_0007.JPG") == Slot(b"caf\xe9", b"IMG\xff\n_\0\0jpg", 0, 7, 4)


@given(st.binary(max_size=300))
def test_no_path_makes_reading_fail(path: bytes) -> None:
    assert slot_of(path).folder < 1000


@given(st.integers(1, 9999), st.integers(2, 3000))
def test_any_run_of_a_counter_is_found_again(first: int, count: int) -> None:
    numbers = [(first - 1 + step) % 9999 + 1 for step in range(count)]
    paths = [f"IMG_{number:04}.JPG" for number in numbers]
    assert ordered(*paths) == paths


def in_one_instant(*paths: str) -> list[str]:
    """Return paths of one camera in the order of their sort names, counters that went round noted."""
    names = {path: sort_name(path, camera="cam") for path in paths}
    late = begun_anew({path: slot_of(path.encode()) for path in paths})
    return sorted(names, key=lambda path: behind_the_end(names[path], begun_anew=path in late).encode())


@given(st.permutations(["A/100M/X_0002.JPG", "A/100M/X_0010.JPG", "A/101M/X_0001.JPG", "B/100M/X_0001.JPG"]))
def test_photos_of_one_instant_follow_card_folder_and_number(paths: list[str]) -> None:
    assert in_one_instant(*paths) == sorted(paths)


@given(
    st.sets(st.integers(0, 10**9 - 1)), st.integers(1, 8), st.sampled_from(["PICT{}.JPG", "Photo ({}).jpg"])
)
@example({11899, 11900, 1011899, 1011900, 20241231, 20241232}, 8, "IMG_{}.JPG")  # some look like a date
@example({1, 2, 3, 10, 11}, 1, "20261125070000_{}.jpg")
@example({1, 2, 10, 99, 100}, 2, "2024-03-26 07.00.00-{}.jpg")
@example({1, 9, 10, 999, 1000, 10000}, 1, "NORTH_20261125_070000({}).jpg")
def test_within_a_folder_the_number_decides_however_it_is_written(
    numbers: set[int], digits: int, name: str
) -> None:
    paths = {number: "A/" + name.format(str(number).zfill(digits)) for number in numbers}
    names = {number: sort_name(path, camera="").encode() for number, path in paths.items()}
    assert sorted(numbers, key=lambda number: names[number]) == sorted(numbers)


@pytest.mark.parametrize(
    "names",
    [
        ("IMG_20261125_070000.jpg", "IMG_20261125_070000(1).jpg", "IMG_20261125_070000(2).jpg"),
        ("IMG_20261125.jpg", "IMG_20261125_1.jpg", "IMG_20261125_10.jpg"),
        ("IMG_0001.JPG", "IMG_0001 (2).JPG", "IMG_0002.JPG"),
        ("Photo.jpg", "Photo (1).jpg", "Photo (10).jpg"),
        ("CDY_0001.JPG", "CDN_0002.JPG", "CDY_0003.JPG"),
        ("2_9.jpg", "2_10.jpg", "10_1.jpg"),
        ("x", "x0", "x9", "x10"),
    ],
)
def test_copies_follow_their_first_and_numbers_are_compared_as_numbers(names: tuple[str, ...]) -> None:
    assert in_one_instant(*reversed(names)) == [*names]


@given(st.integers(9000, 9999), st.integers(2, 900))
def test_a_burst_over_the_last_number_goes_on_behind_it(first: int, count: int) -> None:
    paths = [f"A/IMG_{(first - 1 + step) % 9999 + 1:04}.JPG" for step in range(count)]
    assert in_one_instant(*reversed(paths)) == paths


@pytest.mark.parametrize(
    "paths", [("A/1_0001.JPG", "A/1_9999.JPG", "A/1_5000.JPG"), ("A/a.jpg", "A/1_0001.JPG", "A/1_9999.JPG")]
)
def test_a_counter_that_did_not_surely_go_round_is_taken_as_it_is(paths: tuple[str, ...]) -> None:
    assert begun_anew({path: slot_of(path.encode()) for path in paths}) == set()


@given(
    st.text(st.characters(exclude_characters="\t", codec="utf-8"), max_size=3000),
    st.booleans(),
)
def test_a_sort_name_fits_into_an_index_and_is_taken_apart_again(path: str, late: bool) -> None:
    name = sort_name(path, camera="0123abcd")
    assert len(name.encode()) < 600
    assert behind_the_end(behind_the_end(name, begun_anew=late), begun_anew=False) == name
    assert (behind_the_end(name, begun_anew=True) > name) is True
