"""`thumper cameras` in a process of its own: no server, no traceback."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image as Picture

from tests.ingest.conftest import small_jpeg
from tests.ingest.test_written_times import gps
from tests.ingest.test_xmp import packet
from thumper.cameras.profile import read_profile
from thumper.cli import cameras
from thumper.domain.reason import Reason
from thumper.errors import UsageError
from thumper.imaging.refusal import DecodeRefusal
from thumper.ingest.explain import explain
from thumper.settings import Settings

pytestmark = pytest.mark.slow  # as a whole: each starts the real command


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", time_zone="America/Chicago")


def thumper(settings: Settings, *words: str, verb: str = "cameras") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "thumper", verb, *words],
        env=settings.as_environment() | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_photo_is_explained(settings: Settings, shared_data: Path) -> None:
    photo = shared_data / "images/exif-samples/trailcams/Reconyx_huntforce_IMG_0164.jpg"
    changed = dt.datetime.fromtimestamp(int(photo.stat().st_mtime), tz=settings.zone)
    answer = thumper(settings, "explain", str(photo))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.splitlines() == [
        str(photo),
        '  camera    RECONYX, serial H600EE04125079, called "HC600 COVERT"',
        "  profile   Reconyx HyperFire: the maker note begins as theirs do",
        "  name      read as SANCTUARY_00006.jpg is (Any camera)",
        (
            "  taken     2014-07-04 18:40:53 by maker_note = 2014-07-04T23:40:53+00:00 in America/Chicago"
            " (THUMPER_TIME_ZONE, unless its location has a zone of its own)"
        ),
        "  clock     maker_note: 2014-07-04 18:40:53 (chosen: the most trusted clock that shows a possible time)",
        f"  clock     file: {changed:%Y-%m-%d %H:%M:%S} (ignored: a file's date is the day of a copy)",
        "  measured  sequence number 1 (maker note, Reconyx HyperFire)",
        "  measured  sequence length 1 (maker note, Reconyx HyperFire)",
        "  measured  event number 164 (maker note, Reconyx HyperFire)",
        "  measured  moon phase first_quarter (maker note, Reconyx HyperFire)",
        "  measured  temperature 39 °C (maker note, Reconyx HyperFire)",
        "  measured  battery voltage 9.22 V (maker note, Reconyx HyperFire)",
        '  place     "Reconyx_huntforce_IMG", if there is a location of that name and the folder names none',
    ]


def test_every_clock_is_told_with_what_became_of_it(settings: Settings, tmp_path: Path) -> None:
    exif = Picture.Exif()
    exif[0x0132] = "2024:03:10 09:00:00"
    exif.get_ifd(0x8769)[0x9003] = "1970:01:01 00:00:00"
    exif.get_ifd(0x8769)[0x9004] = "soon"
    photo = tmp_path / "RIDGE_20240310_023000.jpg"
    Picture.new("RGB", (8, 8)).save(photo, exif=exif)
    answer = thumper(settings, "explain", str(photo), "--json")
    told = json.loads(answer.stdout)
    assert [(clock["source"], clock["shows"], clock["verdict"]) for clock in told["clocks"]] == [
        ("EXIF_ORIGINAL", "1970-01-01 00:00:00", "IGNORED"),
        ("EXIF_DIGITIZED", "soon", "IGNORED"),
        ("EXIF_MODIFIED", "2024-03-10 09:00:00", "IGNORED"),
        ("FILE_NAME", "2024-03-10 02:30:00", "CHOSEN"),
    ]
    whys = [clock["why"] for clock in told["clocks"]]
    assert whys[0].startswith("clock not set")
    assert whys[1] == "not a date and time"
    assert "no camera profile says" in whys[2]
    assert (told["timeSource"], told["cameraClock"]) == ("FILE_NAME", "2024-03-10T02:30:00")
    assert told["takenAt"] == "2024-03-10T08:30:00+00:00"
    assert told["dstEdge"] == "MISSING"
    assert (told["profiles"], told["suggestedLocation"]) == ([], "RIDGE")


@pytest.fixture
def talkative_photo(tmp_path: Path) -> Path:
    """A photo with a time of every kind, none like the other, and positions."""
    exif = Picture.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2024:03:10 09:00:00 CST", 0x9012: "-0600"})
    exif.get_ifd(0x8825).update({1: "N", 2: (91.0, 0.0, 0.0), 3: "W", 4: (98.0, 30.0, 0.0)})
    exif.get_ifd(0x8825).update({7: (15.0, 0.0, 0.0), 0x1D: "2024:03:10"})
    photo = tmp_path / "03-04-2024 06-30-00.jpg"
    xmp = packet('xmp:CreateDate="2024-03-10T09:00:01Z" exif:GPSLatitude="31,30N"')
    Picture.new("RGB", (8, 8)).save(photo, exif=exif, xmp=xmp)
    photo.with_suffix(".xmp").write_bytes(packet('photoshop:DateCreated="2024-03-10"'))
    return photo


def test_every_time_offset_and_place_that_is_seen_is_named_with_what_became_of_it(
    settings: Settings, talkative_photo: Path
) -> None:
    photo = talkative_photo
    told = json.loads(thumper(settings, "explain", str(photo), "--json").stdout)
    seen = [
        (
            clock["source"],
            clock["origin"],
            clock["shows"],
            clock["utcOffset"],
            clock["unreadOffset"],
            clock["verdict"],
        )
        for clock in told["clocks"]
    ]
    assert seen == [
        ("EXIF_ORIGINAL", None, "2024-03-10 09:00:00", None, "CST", "CHOSEN"),
        ("XMP", "xmp:CreateDate", "2024-03-10 09:00:01", "+00:00", None, "NOT_NEEDED"),
        ("FILE_NAME", None, "03-04-2024", None, None, "IGNORED"),
        ("SIDECAR", f"{photo.stem}.xmp photoshop:DateCreated", "2024-03-10", None, None, "IGNORED"),
        ("GPS", None, "2024-03-10 15:00:00", "+00:00", None, "NOT_NEEDED"),
    ]
    assert told["fileDate"]["verdict"] == "IGNORED"
    assert told["clocks"][2]["why"].startswith("which number is the day is not known")
    assert told["clocks"][3]["why"] == "a date without a time of day"
    assert [(place["source"], place["shows"], place["verdict"]) for place in told["positions"]] == [
        ("EXIF", "91 0 0 N, 98 30 0 W", "IGNORED"),
        ("XMP", "31,30N", "IGNORED"),
    ]
    assert told["ignored"] == [
        '"CST" beside exif_original is no offset from UTC that can be read',
        '"-0600" stands as an offset beside no exif_digitized that can be read',
        "the GPS position is incomplete or impossible",
    ]


def test_what_was_not_used_is_told_in_words_too(settings: Settings, talkative_photo: Path) -> None:
    lines = thumper(settings, "explain", str(talkative_photo)).stdout.splitlines()
    for words in (
        '  clock     exif_original: 2024-03-10 09:00:00 "CST" (chosen',
        "  clock     xmp (xmp:CreateDate): 2024-03-10 09:00:01 +00:00 (not needed",
        "  position  exif: 91 0 0 N, 98 30 0 W (ignored: the GPS position is",
    ):
        assert [line for line in lines if line.startswith(words)], words


def test_an_unknown_camera_and_an_unknown_time_are_said(settings: Settings, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    Picture.new("RGB", (8, 8)).save(photo)
    lines = thumper(settings, "explain", str(photo)).stdout.splitlines()
    assert lines == [
        str(photo),
        "  camera    the photo does not say",
        "  profile   no camera profile fits; the generic rules apply",
        "  taken     not known: no clock in the file or its name is believed",
        lines[-1],
    ]
    assert lines[-1].startswith("  clock     file: ")


@pytest.mark.parametrize(
    ("content", "exit_code", "words"),
    [
        (None, 1, "NOT_FOUND There is no file"),
        (b"%PDF-1.7", 3, "FILE_REFUSED"),
        (b"", 3, "The file is empty"),
    ],
)
def test_what_is_no_photo_is_refused_in_a_sentence(
    settings: Settings, tmp_path: Path, content: bytes | None, exit_code: int, words: str
) -> None:
    path = tmp_path / "a.jpg"
    if content is not None:
        path.write_bytes(content)
    answer = thumper(settings, "explain", str(path))
    assert (answer.returncode, answer.stdout) == (exit_code, "")
    assert words in answer.stderr
    assert str(path) in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_time_of_satellites_is_said_to_be_utc_and_no_clock_of_the_camera(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(small_jpeg(exif=gps("2024:11:09")))
    told = explain(path, settings, (), now=dt.datetime(2026, 11, 26, tzinfo=dt.UTC))
    lines = "\n".join(cameras._lines(told, settings))
    assert (
        "2024-11-09 12:30:00 by gps = 2024-11-09T12:30:00+00:00 since the satellites' time is UTC\n" in lines
    )
    assert "clock     gps: 2024-11-09 12:30:00 UTC (chosen" in lines
    answer = cameras._as_json(told, settings)
    assert (answer["cameraClock"], answer["takenAt"]) == (None, "2024-11-09T12:30:00+00:00")


def test_a_sidecar_is_called_one(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "P0.xmp"
    path.write_bytes(packet('xmp:CreateDate="2024-03-10T09:00:01Z"'))
    now = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    with pytest.raises(DecodeRefusal, match=r"P0.xmp: It is a sidecar.* Explain the photo") as refused:
        explain(path, settings, (), now=now)
    assert refused.value.reason is Reason.UNSUPPORTED_TYPE
    path.write_bytes(small_jpeg())
    assert explain(path, settings, (), now=now).file_name == str(path), "what a file is decides"


def test_a_folder_is_no_photo_and_a_profile_may_ask_for_an_unnamed_maker(
    settings: Settings, tmp_path: Path
) -> None:
    profile = read_profile('name = "Mine"\nsource = "x"\n[match]\nmake = "^$"', file_name="mine.toml")
    now = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    with pytest.raises(UsageError, match="is a folder"):
        explain(tmp_path, settings, [profile], now=now)
    Picture.new("RGB", (64, 64)).save(tmp_path / "a.jpg")
    (known,) = explain(tmp_path / "a.jpg", settings, [profile], now=now).findings.recognitions
    assert known.reasons == ("Make is empty",)


def test_the_list_shows_own_profiles_first_and_a_broken_one_stops_it(settings: Settings) -> None:
    settings.cameras_dir.mkdir(parents=True)
    own = settings.cameras_dir / "mine.toml"
    own.write_text('name = "Mine"\nsource = "my camera"\n[match]\nmake = "ACME"\n', encoding="utf-8")
    rows = json.loads(thumper(settings, "list", "--json").stdout)
    assert rows[0] == {"name": "Mine", "file": str(own), "source": "my camera"}
    assert {row["file"] for row in rows[1:]} == {None}
    assert rows[-1]["name"] == "Any camera"
    lines = thumper(settings, "list").stdout.splitlines()
    assert lines[:2] == [f"Mine ({own})", "  my camera"]
    assert lines[-1] == f"Your own profiles go into {settings.cameras_dir}."
    own.write_text("name = ", encoding="utf-8")
    answer = thumper(settings, "list")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"BAD_SETTING Camera profile {own} is no TOML")


def test_nothing_starts_with_a_profile_that_cannot_be_used(settings: Settings) -> None:
    settings.cameras_dir.mkdir(parents=True)
    wrong = settings.cameras_dir / "wrong.toml"
    wrong.write_text('name = "A"', encoding="utf-8")
    answer = thumper(settings, verb="up")
    assert answer.returncode == 2
    assert f"BAD_SETTING Camera profile {wrong} cannot be used: source: Field required" in answer.stderr
    assert "Correct it or move it away" in answer.stderr
    assert not settings.postgres_dir.exists()
