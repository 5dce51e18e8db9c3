from __future__ import annotations

import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageOps

from thumper.cameras.card_folders import folder_place
from thumper.cameras.profile import Device
from thumper.cameras.profile_files import packaged_profiles
from thumper.cameras.profile_findings import examine
from thumper.demo.animal import TrueBox
from thumper.demo.card import Card, DrawnPhoto
from thumper.demo.ranch import Ranch, build_ranch
from thumper.domain.capture_time import ClockReading, TimeSource
from thumper.domain.card_folder import FolderPlace
from thumper.domain.reason import Reason
from thumper.imaging.header import inspect
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal

ROOT = Path(__file__).resolve().parents[2]
MODEL_NAME = "thumper-deer-yolov8n.pt"


@pytest.fixture(scope="module")
def ranch(tmp_path_factory: pytest.TempPathFactory) -> Ranch:
    return build_ranch(tmp_path_factory.mktemp("ranch"))


def photos_of(ranch: Ranch) -> Iterator[tuple[Card, DrawnPhoto]]:
    return ((card, photo) for card in ranch.cards for photo in card.photos)


def whole_photos_of(ranch: Ranch) -> Iterator[tuple[Card, DrawnPhoto]]:
    return ((card, photo) for card, photo in photos_of(ranch) if not photo.truncated)


def card_named(ranch: Ranch, name: str) -> Card:
    return next(card for card in ranch.cards if card.name == name)


def opened(card: Card, photo: DrawnPhoto) -> Image.Image:
    return Image.open(io.BytesIO((card.folder / photo.path).read_bytes()))


def file_bytes(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_totals_add_up_with_what_is_on_the_disk(ranch: Ranch) -> None:
    totals = ranch.totals
    assert totals.files == totals.distinct_images + totals.duplicates + totals.rejected
    assert totals.files == len(file_bytes(ranch.folder)) == 54
    assert (totals.distinct_images, totals.duplicates, totals.rejected) == (41, 12, 1)


def test_every_photo_is_the_file_it_says(ranch: Ranch) -> None:
    for card, photo in photos_of(ranch):
        assert hashlib.sha256((card.folder / photo.path).read_bytes()).hexdigest() == photo.sha256


@pytest.mark.slow
def test_equal_arguments_give_equal_bytes_even_over_an_earlier_ranch(ranch: Ranch, tmp_path: Path) -> None:
    (tmp_path / "barn-feed-1").mkdir()
    (tmp_path / "barn-feed-1" / "left-over.jpg").write_bytes(b"old")
    again = build_ranch(tmp_path)
    assert file_bytes(tmp_path) == file_bytes(ranch.folder)
    assert [card.photos for card in again.cards] == [card.photos for card in ranch.cards]


def test_all_files_decode_but_the_one_that_was_cut_short(ranch: Ranch) -> None:
    for card, photo in photos_of(ranch):
        if photo.truncated:
            with pytest.raises(DecodeRefusal) as refused:
                inspect(card.folder / photo.path, Limits())
            assert refused.value.reason is Reason.TRUNCATED
        else:
            probe = inspect(card.folder / photo.path, Limits())
            assert (probe.width_px, probe.height_px, probe.ending_complete) == (640, 480, True)
            opened(card, photo).load()


def test_two_cameras_and_three_locations_over_several_days(ranch: Ranch) -> None:
    assert {card.location for card in ranch.cards} == {"Barn Feed", "Creek Crossing", "North Ridge", None}
    assert len({photo.camera for _, photo in photos_of(ranch)}) == 2
    assert len({photo.true_local.date() for _, photo in photos_of(ranch)}) == 7


def test_cards_dropped_into_one_folder_share_no_file_name(ranch: Ranch) -> None:
    dropped = Counter((card.drop_folder, photo.path) for card, photo in photos_of(ranch))
    assert max(dropped.values()) == 1


def test_one_card_is_delivered_again_under_a_name_that_is_no_location(ranch: Ranch) -> None:
    again = ranch.cards[-1]
    first = card_named(ranch, again.repeats or "")
    assert file_bytes(again.folder) == file_bytes(first.folder)
    assert again.location is None
    assert again.drop_folder not in {card.location for card in ranch.cards}


def test_the_lost_clock_is_wrong_by_one_known_offset(ranch: Ranch) -> None:
    wrong = [card for card in ranch.cards if card.clock_error]
    assert [card.name for card in wrong] == ["north-ridge"]
    for photo in wrong[0].photos:
        assert photo.reading is not None
        assert photo.reading.year == 2010
        assert photo.reading + wrong[0].clock_error == photo.true_local


def test_the_other_clocks_are_right(ranch: Ranch) -> None:
    for card, photo in photos_of(ranch):
        if not card.clock_error and photo.reading is not None:
            assert photo.reading == photo.true_local


def test_exif_reads_back_as_the_truth_says(ranch: Ranch) -> None:
    for card, photo in whole_photos_of(ranch):
        exif = opened(card, photo).getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        assert exif[ExifTags.Base.Make] == photo.camera.make
        assert exif[ExifTags.Base.Model] == photo.camera.model
        assert details.get(ExifTags.Base.BodySerialNumber) == photo.camera.serial
        tag = {
            TimeSource.EXIF_ORIGINAL: ExifTags.Base.DateTimeOriginal,
            TimeSource.EXIF_DIGITIZED: ExifTags.Base.DateTimeDigitized,
        }.get(photo.time_source)
        if tag is not None and photo.reading is not None:
            assert details[tag] == f"{photo.reading:%Y:%m:%d %H:%M:%S}"
        else:
            assert ExifTags.Base.DateTimeOriginal not in details
            assert ExifTags.Base.DateTimeDigitized not in details


def test_every_step_of_the_honest_order_that_drawings_can_have_occurs(ranch: Ranch) -> None:
    assert {photo.time_source for _, photo in photos_of(ranch)} == {
        TimeSource.EXIF_ORIGINAL,
        TimeSource.EXIF_DIGITIZED,
        TimeSource.FILE_NAME,
        TimeSource.NONE,
    }


def test_only_a_name_that_holds_the_time_is_read_as_one_by_the_camera_profiles(ranch: Ranch) -> None:
    for _, photo in photos_of(ranch):
        device = Device(make=photo.camera.make, model=photo.camera.model, file_name=photo.path.name)
        found = examine(packaged_profiles(), device)
        if photo.time_source is TimeSource.FILE_NAME:
            assert photo.reading is not None
            assert found.clocks == (ClockReading(source=TimeSource.FILE_NAME, local=photo.reading),)
        elif photo.time_source is TimeSource.NONE:
            assert found.clocks == ()


def test_a_card_names_its_location_as_a_folder_does(ranch: Ranch) -> None:
    for card in ranch.cards:
        if card.location is not None:
            assert folder_place(card.drop_folder.encode()) == FolderPlace(card.location)


def test_a_burst_shows_the_same_animals_seconds_apart(ranch: Ranch) -> None:
    bursts: dict[int, list[DrawnPhoto]] = {}
    for card in ranch.cards[:-1]:
        for photo in card.photos:
            bursts.setdefault(photo.visit, []).append(photo)
    assert sum(len(burst) > 1 for burst in bursts.values()) >= 10
    for burst in bursts.values():
        assert len({tuple(box.kind for box in photo.boxes) for photo in burst}) == 1
        assert burst[-1].true_local - burst[0].true_local < timedelta(seconds=30)


def test_a_camera_hung_upside_down_says_so(ranch: Ranch) -> None:
    turned = [
        photo
        for card, photo in whole_photos_of(ranch)
        if opened(card, photo).getexif()[ExifTags.Base.Orientation] == 3
    ]
    assert len(turned) == 6  # three shots, delivered twice


def overlap(truth: TrueBox, xyxyn: list[float]) -> float:
    """Return the intersection over union of a true box and one as fractions left, top, right, bottom."""
    left, top, right, bottom = xyxyn
    wide = min(truth.x + truth.width, right) - max(truth.x, left)
    high = min(truth.y + truth.height, bottom) - max(truth.y, top)
    shared = max(wide, 0.0) * max(high, 0.0)
    return shared / (truth.width * truth.height + (right - left) * (bottom - top) - shared)


@pytest.mark.slow
def test_the_default_detector_finds_each_drawn_deer_with_its_sex_and_nothing_else(
    ranch: Ranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "YOLO_AUTOINSTALL", "false")
    monkeypatch.setitem(os.environ, "YOLO_OFFLINE", "true")
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(2)
    model = YOLO(next((ROOT / "thumper").rglob(MODEL_NAME)))
    whole = [
        (photo, ImageOps.exif_transpose(opened(card, photo)))
        for card, photo in whole_photos_of(ranch)
        if card.repeats is None
    ]
    assert len(whole) == 41
    for photo, picture in whole:
        (result,) = model.predict(picture, conf=0.25, imgsz=640, device="cpu", verbose=False)
        found = [
            (result.names[int(label)], float(confidence), box)
            for label, confidence, box in zip(
                result.boxes.cls, result.boxes.conf, result.boxes.xyxyn.tolist(), strict=True
            )
        ]
        for truth in photo.boxes:
            best = max(found, key=lambda one: one[1] if overlap(truth, one[2]) >= 0.5 else 0.0)
            assert (best[0], best[1] >= 0.5) == (truth.kind.value, True), (photo.path, truth, found)
        for _, _, box in found:
            assert any(overlap(truth, box) >= 0.5 for truth in photo.boxes), (photo.path, found)
