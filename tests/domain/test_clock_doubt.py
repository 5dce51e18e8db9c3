"""Which photos of a card have a doubtful clock. What is not certain is not doubted."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.card_order import slot_of
from thumper.domain.clock_doubt import (
    ClockDoubt,
    Shown,
    ahead_of_arrival,
    doubt_of,
    doubts,
    is_suspect,
    new_years,
)

CAMERA, OTHER = UUID(int=1), UUID(int=2)
ARRIVED = dt.datetime(2026, 11, 24)  # noqa: DTZ001  # compared with a camera's clock
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def card(
    *readings: dt.datetime | str,
    first: int = 1,
    folder: str = "DCIM/100MEDIA/",
    camera: UUID | None = CAMERA,
    name: str = "IMG_{:04}.JPG",
) -> list[Shown]:
    """Return photos in the order in which they were taken; their ids are the counter."""
    return [
        Shown(
            UUID(int=number),
            camera,
            slot_of((folder + name.format((number - 1) % 9999 + 1)).encode()),
            at(reading) if isinstance(reading, str) else reading,
        )
        for number, reading in enumerate(readings, first)
    ]


def every(step: dt.timedelta, count: int, *, start: str) -> list[dt.datetime]:
    return [at(start) + step * number for number in range(count)]


def doubted(
    photos: list[Shown], *, arrived: dt.datetime = ARRIVED, continued: Iterable[int] = ()
) -> dict[int, ClockDoubt]:
    years = {(photo.camera, year) for photo in photos for year in continued}
    found = doubts(photos, continued=years, arrived=arrived)
    return {image_id.int: doubt for image_id, doubt in found.items()}


def test_a_clock_that_runs_straight_is_not_doubted() -> None:
    assert doubted(card(*every(5 * HOUR, 400, start="2024-09-01 06:00"))) == {}
    assert doubted([]) == {}


def test_photos_after_a_jump_back_are_doubted_to_the_end_of_the_card() -> None:
    right, wrong = every(DAY, 30, start="2024-09-01"), every(DAY, 60, start="2024-08-15 12:00")
    found = doubted(card(*right, *wrong))
    assert found == dict.fromkeys(range(31, 91), ClockDoubt.JUMPED_BACK)


def test_a_clock_that_was_set_right_again_is_trusted_from_there() -> None:
    lost, again = every(HOUR, 5, start="2024-03-01"), every(DAY, 5, start="2024-10-20")
    found = doubted(card(*every(DAY, 30, start="2024-09-01"), *lost, *again))
    assert found == dict.fromkeys(range(31, 36), ClockDoubt.JUMPED_BACK)


def test_a_clock_that_leapt_ahead_for_a_few_photos_does_not_cast_doubt_on_the_rest() -> None:
    before, ahead = every(DAY, 30, start="2024-09-01"), every(HOUR, 3, start="2026-05-01")
    found = doubted(card(*before, *ahead, *every(DAY, 60, start="2024-10-01")))
    assert found == dict.fromkeys(range(31, 34), ClockDoubt.JUMPED_BACK)


def test_the_end_of_daylight_saving_time_is_no_jump() -> None:
    assert doubted(card("2024-11-03 01:59:59", "2024-11-03 01:00:00", "2024-11-03 01:30")) == {}
    assert doubted(card("2024-11-03 01:59:59", "2024-11-03 00:59:58")) == {2: ClockDoubt.JUMPED_BACK}


def test_small_steps_back_do_not_add_up_unseen() -> None:
    readings = [at("2024-11-03 12:00") - 40 * dt.timedelta(minutes=1) * number for number in range(4)]
    assert doubted(card(*readings))[4] is ClockDoubt.JUMPED_BACK


def test_a_counter_that_goes_round_is_no_jump() -> None:
    photos = card(*every(HOUR, 200, start="2024-09-01"), first=9900)
    assert {photo.slot.counter for photo in photos} >= {9999, 1}
    assert doubted(photos) == {}


def test_a_second_folder_of_the_camera_is_no_jump() -> None:
    first = card(*every(HOUR, 50, start="2024-09-01"), first=9950)
    second = card(*every(HOUR, 50, start="2024-09-05"), first=10_000, folder="DCIM/101MEDIA/")
    assert doubted([*second, *first]) == {}
    swapped = card(*every(HOUR, 50, start="2024-08-05"), first=10_000, folder="DCIM/101MEDIA/")
    assert doubted([*swapped, *first]) == dict.fromkeys(range(10_000, 10_050), ClockDoubt.JUMPED_BACK)


def test_folders_of_people_names_with_dates_and_other_cameras_are_no_order() -> None:
    march = card(*every(DAY, 9, start="2024-03-01"), folder="Creek/March/")
    april = card(*every(DAY, 9, start="2024-04-01"), folder="Creek/April/", first=100)
    assert doubted([*april, *march]) == {}
    named = card("2024-05-03", "2024-05-01", "2024-05-02", name="2024_05_01_0{:04}.jpg")
    assert doubted(named) == {}
    renamed = card("2024-05-09", *every(DAY, 30, start="2024-04-01"), name="Creek ({}).jpg")
    assert doubted(renamed) == {}
    mixed = card("2024-05-03", camera=OTHER) + card("2024-05-01", first=2)
    assert doubted(mixed) == {}
    nameless = card("2024-05-03", "2024-05-01", camera=None)
    assert doubted(nameless) == {}


def test_a_run_that_begins_in_the_first_hours_of_a_year_is_a_factory_date() -> None:
    lost = every(7 * HOUR, 40, start="2010-01-01 03:20")
    for name in ("IMG_{:04}.JPG", "NORTH_20100101_{:06}.jpg"):
        assert doubted(card(*lost, name=name)) == dict.fromkeys(range(1, 41), ClockDoubt.FACTORY_DATE)
    assert len(doubted(card(*lost, camera=None))) == 40
    later = every(7 * HOUR, 40, start="2010-01-01 12:01")
    assert doubted(card(*later)) == {}


def test_photos_before_and_after_a_lost_clock_are_not_doubted() -> None:
    right, again = every(DAY, 30, start="2024-09-01"), every(DAY, 9, start="2024-11-01")
    lost = every(HOUR, 20, start="2010-01-01 00:04")
    found = doubted(card(*right, *lost, *again))
    assert found == dict.fromkeys(range(31, 51), ClockDoubt.FACTORY_DATE)


def test_a_clock_that_fell_back_to_the_first_of_january_of_this_year_is_seen_by_the_jump() -> None:
    found = doubted(card(*every(DAY, 9, start="2026-10-01"), *every(HOUR, 9, start="2026-01-01 00:01")))
    assert found == dict.fromkeys(range(10, 19), ClockDoubt.FACTORY_DATE)


def test_a_card_that_was_pulled_soon_after_new_year_is_right() -> None:
    """A camera was hung on 31 December; its first deer came at three in the morning."""
    winter = card(*every(DAY, 40, start="2024-01-01 03:00"))
    assert doubted(winter, arrived=at("2024-02-20")) == {}
    assert len(doubted(winter, arrived=at("2025-02-20"))) == 40


def test_a_camera_that_took_photos_in_december_goes_on_in_january() -> None:
    winter = card(*every(DAY, 60, start="2023-12-11 03:00"))
    assert doubted(winter) == {}
    january = [photo for photo in winter if photo.local.year == 2024]
    assert new_years(january) == {(CAMERA, 2024)}
    assert doubted(january, continued=[2024]) == {}
    assert new_years(winter) == set()


times = st.lists(st.datetimes(at("2000-01-01"), at("2026-01-01")), min_size=1, max_size=60)


@given(times)
def test_time_order_is_never_a_jump(readings: list[dt.datetime]) -> None:
    assert ClockDoubt.JUMPED_BACK not in doubted(card(*sorted(readings))).values()


@given(times)
def test_what_is_left_after_the_doubted_photos_runs_forwards(readings: list[dt.datetime]) -> None:
    photos = card(*readings)
    found = doubted(photos)
    left = [photo.local for photo in photos if photo.image_id.int not in found]
    newest = at("1990-01-01")
    for local in left:
        assert local >= newest - HOUR
        newest = max(newest, local)


@given(times, st.randoms())
def test_the_order_in_which_files_are_listed_does_not_matter(
    readings: list[dt.datetime], random: object
) -> None:
    photos = card(*readings)
    mixed = list(photos)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert doubted(mixed) == doubted(photos)


def test_843_real_photos_of_nine_cameras_raise_no_false_alarm(shared_data: Path) -> None:
    """In one folder, as their collector delivered them, and in one for each camera."""
    index = shared_data / "images" / "trailcam-deer" / "wildgame" / "index.csv"
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 843
    cameras = sorted({row["camera_name"] for row in rows})
    for folder in ("", "{camera_name}/"):
        photos = [
            Shown(
                UUID(int=number),
                UUID(int=cameras.index(row["camera_name"])),
                slot_of((folder.format(**row) + row["file"]).encode()),
                dt.datetime.strptime(row["datetime_original"], "%Y:%m:%d %H:%M:%S"),  # noqa: DTZ007  # a camera's clock
            )
            for number, row in enumerate(rows)
        ]
        assert new_years(photos) == set()
        assert doubted(photos) == {}
        # The same with a clock that was lost half-way: it is seen, and nothing else.
        lost = {number for number, row in enumerate(rows) if row["datetime_original"] > "2018:09:24"}
        shift = at("2018-09-24") - at("2010-01-01")
        moved = [
            Shown(photo.image_id, photo.camera_id, photo.slot, photo.local - shift)
            if photo.image_id.int in lost
            else photo
            for photo in photos
        ]
        assert set(doubted(moved).values()) == {ClockDoubt.FACTORY_DATE}
        assert set(doubted(moved)) <= lost


def test_a_photo_is_ahead_of_its_arrival_by_more_than_a_day_whatever_zone_was_assumed() -> None:
    arrived = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    for taken_at, ahead in ((None, False), (arrived + DAY, False), (arrived + DAY + HOUR, True)):
        assert ahead_of_arrival(taken_at, arrived=arrived) is ahead
        recorded = ClockDoubt.JUMPED_BACK
        assert (doubt_of(recorded, taken_at=taken_at, arrived=arrived) is recorded) is not ahead


def test_a_repair_settles_every_doubt_but_that_its_own_time_is_ahead() -> None:
    for doubt in ClockDoubt:
        assert is_suspect(doubt, fixed=False)
        assert is_suspect(doubt, fixed=True) is (doubt is ClockDoubt.AHEAD_OF_ARRIVAL)
    assert not is_suspect(None, fixed=False)
