"""Every trail-camera photo of the shared data is read as its strip, its data set or another program has it.

The values were written down from the information strips that the cameras print into their pictures (time,
temperature, burst, label), from the outputs that drewnoakes/metadata-extractor-images publishes for three of
the files (serial, voltage), and from the timestamps of the Camtrap DP package.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from thumper.cameras.profile_files import packaged_profiles
from thumper.domain.capture_time import TimeSource, choose
from thumper.domain.moon import MoonPhase
from thumper.ingest.metadata import read_metadata
from thumper.ingest.photo_profiles import clocks, find

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

FOLDERS = (
    "exif-samples/trailcams",
    "trailcam-other",
    "empty",
    "people-vehicles",
    "camtrap-dp-example",
    "trailcam-deer/wildgame-2022",
)

ORIGINAL, NOTE = TimeSource.EXIF_ORIGINAL, TimeSource.MAKER_NOTE


@dataclass(frozen=True)
class Sample:
    """What must be read of a photo."""

    camera: tuple[str, str, str, str]
    """Make, model, serial, name."""
    taken: str
    source: TimeSource
    celsius: float | None = None
    battery: str = ""
    moon: str = ""
    burst: str = ""


def hyperfire(camera: tuple[str, str, str], taken: str, source: TimeSource, measured: str) -> Sample:
    """Return the sample of a Reconyx photo; `measured` is temperature, voltage, moon and burst."""
    model, serial, name = camera
    celsius, volts, moon, *burst = measured.split()
    return Sample(
        ("RECONYX", model, serial, name), taken, source, float(celsius), f"{volts} V", moon, " ".join(burst)
    )


def cuddeback(model: str, name: str, taken: str, percent: int) -> Sample:
    return Sample(("CUDDEBACK", model, "", name), taken, ORIGINAL, battery=f"{percent} %")


def plain(make: str, model: str, taken: str) -> Sample:
    return Sample((make, model, "", ""), taken, ORIGINAL)


AMBUSH, G3 = "Ambush Professional", "G-3+"

SAMPLES: Final = {
    # exif-samples/trailcams
    "Bushnell_Trophy_HD_Aggressor_119775C_firmware_BS685BWYx08237.jpg": plain(
        "BUSHNELL", "", "2015-08-03 04:30:58"
    ),
    "Primos_TruthCam35_PRMS0001.jpg": plain("DSC", "Dig.Cam", "2013-06-23 13:52:26"),
    "Reconyx_HC500_firmware_3.3.0.jpg": hyperfire(
        ("", "H500DE01120343", "CCPF DS02"), "2015-05-07 08:08:31", NOTE, "-5 8.55 waning_gibbous 4 of 5"
    ),
    "Reconyx_HC500_issue211.jpg": hyperfire(  # time lapse: no burst
        ("HC500 HYPERFIRE", "H500HI11244984", ""), "2016-04-19 15:03:00", ORIGINAL, "30 9.55 waxing_gibbous"
    ),
    "Reconyx_HF2_Pro_Covert.jpg": hyperfire(
        ("HF2 PRO COVERT", "HLPXEL09018779", ""), "2019-04-04 10:04:12", ORIGINAL, "5 10.005 new 1 of 5"
    ),
    "Reconyx_huntforce_IMG_0164.jpg": hyperfire(
        ("", "H600EE04125079", "HC600 COVERT"), "2014-07-04 18:40:53", NOTE, "39 9.22 first_quarter 1 of 1"
    ),
    # trailcam-other
    "49.jpg": Sample(
        ("Reconyx", "RC55 RAPIDFIRE", "RC33AB12104807", "NRC197"),
        "2016-03-24 10:30:12",
        ORIGINAL,
        21,
        "7.52 V",
        "full",
        "3 of 10",
    ),
    "snapshot_camdeboo_CDB_S1_A05_A05_R2_CDB_S1_A05_R2_IMAG0084.JPG": cuddeback(
        AMBUSH, "", "2018-10-22 05:50:23", 10
    ),
    "snapshot_enonkishu_ENO_S1_B05_B05_R2_ENO_S1_B05_R2_IMAG0624.JPG": cuddeback(
        AMBUSH, "", "2018-11-21 12:27:27", 10
    ),
    "snapshot_kgalagadi_KGA_S1_B09_B09_R1_KGA_S1_B09_R1_IMAG0634.JPG": cuddeback(
        AMBUSH, "", "2019-01-12 12:36:51", 10
    ),
    "snapshot_kruger_KRU_S1_25_25_R1_KRU_S1_25_R1_IMAG0012.JPG": cuddeback(
        "C2", "KNP25", "2018-06-18 16:21:20", 25
    ),
    "wcs_camera_traps_animals_0090_1439.jpg": hyperfire(
        ("", "H500BD04000778", "HC500 HYPERFIRE"),
        "2012-10-20 07:36:53",
        NOTE,
        "22 7.95 waxing_crescent 3 of 3",
    ),
    "wellington_camera_traps_121016192402044a1132.JPG": plain("BUSHNELL", "", "2016-10-12 19:24:03"),
    "african_elephants.jpg": plain("", "", "2010-08-04 08:43:15"),  # a DLC Covert, which has no profile
    "american_black_bear.jpg": hyperfire(
        ("", "P800BD05003063", "UNIT03-CAM102"), "2010-11-06 04:04:00", NOTE, "1 9.82 new 1 of 3"
    ),
    "domestic_cattle.jpg": hyperfire(
        ("PC800 PROFESSIONAL", "P800BD06104674", "UNIT001-CAM077"),
        "2014-09-26 14:21:04",
        ORIGINAL,
        "16 10.72 waxing_crescent 2 of 3",
    ),
    "domestic_dog.jpg": hyperfire(
        ("PC800 PROFESSIONAL", "P800HI05233973", "006017"),
        "2017-07-13 12:09:23",
        ORIGINAL,
        "22 10.87 waning_gibbous 3 of 3",
    ),
    # empty
    "channel_islands_camera_traps_loc-h500ee05127658_007_194.jpg": hyperfire(
        ("HC500 HYPERFIRE", "H500EE05127658", ""), "2012-05-06 00:45:33", ORIGINAL, "26 9.77 full 2 of 3"
    ),
    "idaho_camera_traps_loc_0044_loc_0044_im_005629.jpg": hyperfire(
        ("", "P800EE08134297", "AM52"), "2016-02-04 09:23:24", NOTE, "-7 10.05 waning_crescent 5 of 5"
    ),
    "island_conservation_camera_traps_dominicanrepublic_camara04_cam0425abril2015_dominicanrepublic_"
    "cam0425abril2015_20130824_043601_sunp5152.jpg": plain("Icatch", "WF108i", "2013-08-24 04:36:01"),
    "missouri_camera_traps_Set1_1.63-European_Hare_SEQ76872_SEQ76872_IMG_0007.JPG": hyperfire(
        ("", "H500BD08007240", "HV0426"), "2011-05-06 06:27:12", NOTE, "2 8.57 waxing_crescent 2 of 5"
    ),
    "nacti_part3_sub308_CA-11_0001325.jpg": hyperfire(
        ("HC550 HYPERFIRE", "H550HH12223383", ""),
        "2015-04-11 23:02:16",
        ORIGINAL,
        "7 9.77 last_quarter 5 of 5",
    ),
    "snapshot_camdeboo_CDB_S1_C07_C07_R2_CDB_S1_C07_R2_IMAG5656.JPG": cuddeback(
        AMBUSH, "", "2018-11-22 11:14:57", 10
    ),
    "snapshot_enonkishu_ENO_S1_D05_D05_R1_ENO_S1_D05_R1_IMAG1321.JPG": cuddeback(
        AMBUSH, "", "2018-11-08 16:18:09", 10
    ),
    "snapshot_karoo_KAR_S1_C04_C04_R1_KAR_S1_C04_R1_IMAG5873.JPG": cuddeback(
        AMBUSH, "", "2017-10-09 15:28:50", 10
    ),
    "snapshot_kgalagadi_KGA_S1_B06_B06_R1_KGA_S1_B06_R1_IMAG2032.JPG": cuddeback(
        AMBUSH, "", "2018-12-12 11:31:43", 10
    ),
    "snapshot_mountain_zebra_MTZ_S1_F04_F04_R1_MTZ_S1_F04_R1_IMAG1143.JPG": plain(
        "BolyMedia", "SG565F-8MHD", "2017-08-29 12:25:54"
    ),
    "snapshot_serengeti_S10_D12_D12_R2_S10_D12_R2_IMAG4854.JPG": plain(
        "BolyMedia", "SG565FV-8M", "2015-06-01 15:15:54"
    ),
    "speciesnet_blank.jpg": hyperfire(
        ("HC550 HYPERFIRE", "H550HH12223408", ""),
        "2016-09-25 18:35:10",
        ORIGINAL,
        "21 8.15 last_quarter 5 of 5",
    ),
    "speciesnet_blank2.jpg": plain("BUSHNELL", "", "2016-07-31 15:16:34"),
    "speciesnet_blank3.jpg": plain("BUSHNELL", "", "2016-05-03 19:14:10"),
    "wcs_camera_traps_animals_0245_1477.jpg": Sample(  # 110 °F
        ("Reconyx", "RM45 RAPIDFIRE", "RM13AC09004367", ""),
        "2011-07-06 15:40:11",
        ORIGINAL,
        43.3,
        "7.57 V",
        "first_quarter",
        "6 of 10",
    ),
    # people-vehicles
    "human.jpg": plain("", "E8", "2024-01-21 15:19:15"),  # no maker is named in the file
    "vehicle.jpg": hyperfire(
        ("HC550 HYPERFIRE", "H550HH12223868", ""),
        "2015-11-30 15:55:56",
        ORIGINAL,
        "9 8.95 waning_gibbous 1 of 5",
    ),
    # trailcam-deer/wildgame-2022
    "1_original.jpg": cuddeback(G3, "HIDEAWAY FEED", "2022-06-16 06:06:44", 50),
    "2_original.jpg": cuddeback(G3, "RIDGE RD FEED", "2022-07-19 06:05:36", 50),
    "3_original.jpg": cuddeback(G3, "N HILLSIDE RD", "2022-07-12 14:00:28", 75),
}

CAMTRAP: Final = {
    f"2021053108{stamp}-RCNX00{30 + number}.JPG": hyperfire(
        ("HYPERFIRE 2 COVERT", "H2RXEM06043616", "MICA 318"),
        f"2021-04-11 20:43:{second:02}",
        ORIGINAL,
        f"2 {volts} new {number} of 10",
    )
    for number, stamp, second, volts in (
        (1, 2538, 9, 7.814),
        (2, 2538, 10, 7.889),
        (3, 2539, 10, 7.912),
        (4, 2539, 11, 7.946),
        (5, 2539, 12, 7.946),
        (6, 2540, 12, 7.929),
        (7, 2540, 13, 7.929),
        (8, 2540, 13, 7.929),
        (9, 2540, 14, 7.912),
        (10, 2541, 15, 7.912),
    )
}

SILENT: Final = frozenset(
    {
        "caltech_camera_traps_58a022a4-23d2-11e8-a6a3-ec086b02610b.jpg",
        "ena24_7904.jpg",
        *(
            f"{number}.jpg"
            for number in (2480, 2573, 2595, 2968, 2999, 3084, 352, 422, 4330, 4383, 4451, 5840, 5899, 596)
        ),
        *(f"{number}.jpg" for number in (6039, 7951, 8200, 8786, 8831, 9455)),
    }
)
"""Photos whose metadata was removed."""


def read(path: Path) -> Sample:
    metadata = read_metadata(path.read_bytes(), media_type="image/jpeg", max_exif_bytes=65_536)
    found = find(packaged_profiles(), metadata, file_name=path.name)
    capture = choose(clocks(metadata, found), zone=dt.UTC, now=NOW)
    measured = found.measurements
    battery = "" if measured.battery_percent is None else f"{measured.battery_percent} %"
    number, length = measured.sequence_number, measured.sequence_length
    return Sample(
        (found.make, metadata.model, found.serial, found.camera_name),
        "" if capture.reading is None else capture.reading.local.isoformat(sep=" "),
        capture.source,
        measured.temperature_c,
        battery if measured.battery_v is None else f"{measured.battery_v} V",
        measured.moon_phase or "",
        "" if number is None else f"{number} of {length}",
    )


def photos(shared_data: Path) -> dict[str, Path]:
    found = [path for folder in FOLDERS for path in (shared_data / "images" / folder).rglob("*")]
    return {path.name: path for path in found if path.suffix.lower() == ".jpg"}


def test_the_table_names_every_photo_of_the_folders(shared_data: Path) -> None:
    assert set(photos(shared_data)) == SAMPLES.keys() | CAMTRAP.keys() | SILENT


@pytest.mark.parametrize("name", [*SAMPLES, *CAMTRAP])
def test_a_camera_is_read(shared_data: Path, name: str) -> None:
    assert read(photos(shared_data)[name]) == (SAMPLES | CAMTRAP)[name]


def test_photos_without_metadata_say_nothing(shared_data: Path) -> None:
    paths = photos(shared_data)
    nothing = Sample(("", "", "", ""), "", TimeSource.NONE)
    assert {name: read(paths[name]) for name in SILENT} == dict.fromkeys(SILENT, nothing)


def test_the_moon_stood_there_on_that_day(shared_data: Path) -> None:
    """By the mean length of a lunation, which is off by at most 14 hours; cameras cut phases differently."""
    paths, phases = photos(shared_data), list(MoonPhase)
    seen = 0
    for name, sample in (SAMPLES | CAMTRAP).items():
        if sample.moon:
            taken = dt.datetime.fromisoformat(read(paths[name]).taken).replace(tzinfo=dt.UTC)
            since_new = taken - dt.datetime(2000, 1, 6, 18, 14, tzinfo=dt.UTC)
            eighth = round(since_new / dt.timedelta(days=29.530588) * 8) % 8
            apart = (phases.index(MoonPhase(sample.moon)) - eighth) % 8
            assert apart in {0, 1, 7}, name
            seen += 1
    assert seen == 26


def test_the_package_of_the_data_set_gives_the_same_times(shared_data: Path) -> None:
    paths = photos(shared_data)
    with (shared_data / "images/camtrap-dp-example/media.csv").open(encoding="utf-8") as file:
        rows = {row["fileName"]: row for row in csv.DictReader(file) if row["fileName"] in CAMTRAP}
    assert len(rows) == 10
    for name, row in rows.items():
        taken = dt.datetime.fromisoformat(row["timestamp"]).replace(tzinfo=None)
        assert read(paths[name]).taken == taken.isoformat(sep=" ")
        note = read_metadata(paths[name].read_bytes(), media_type="image/jpeg", max_exif_bytes=65_536)
        (own,) = find(packaged_profiles(), note, file_name="x.jpg").clocks
        assert own.source is TimeSource.MAKER_NOTE
        assert getattr(own, "local", None) == taken, "the day stands after the month"


def test_843_cuddeback_photos_are_read_as_their_index_says(shared_data: Path) -> None:
    folder = shared_data / "images/trailcam-deer/wildgame"
    with (folder / "index.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 843
    models = Counter[str]()
    for row in rows:
        day, _, time = row["datetime_original"].partition(" ")
        sample = read(folder / "images" / row["file"])
        make, model, serial, name = sample.camera
        models[model] += 1
        assert (make, serial, name) == ("CUDDEBACK", "", row["camera_name"]), row["file"]
        assert (sample.taken, sample.source) == (f"{day.replace(':', '-')} {time}", ORIGINAL), row["file"]
        assert sample.battery == row["battery"].replace("%", " %"), row["file"]
        assert (sample.celsius, sample.moon, sample.burst) == (None, "", ""), row["file"]
    assert models.keys() == {"G-3+", "G3+"}
