"""What a receipt says about places, for people and in one JSON object."""

from __future__ import annotations

import re
import shlex
from functools import partial
from typing import Any

import pytest
from typer.main import get_command

from tests import factories as make
from thumper.cli import place_view, receipt
from thumper.cli.app import app
from thumper.cli.client import ask
from thumper.cli.receipt_view import show
from thumper.domain.progress import FileState
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models
from thumper.store.models import Dump


def places(**values: Any) -> dict[str, Any]:
    """Return a receipt of which only what is said about places matters."""
    clear = {
        "unplaced": 0,
        "cameras": [],
        "datedFolder": False,
        "didYouMean": [],
        "placed": 0,
        "elsewhere": 0,
        "known": [],
    }
    return {"dump": "RHVtcDox", "folder": "DCIM", "location": "Oak Stnd", "places": clear | values}


def group(images: int, *proposed: str, **camera: str) -> dict[str, Any]:
    device = {"id": "", "make": "", "model": "", "serial": "", "name": ""} | camera
    return {
        "images": images,
        "camera": device if camera else None,
        "proposals": [{"name": name, "location": None, "reasons": ["CAMERA_NAME"]} for name in proposed],
    }


def test_where_all_is_clear_nothing_is_said() -> None:
    assert [*place_view.lines(places()), *place_view.last_words(places())] == []


def test_names_that_begin_with_a_dash_are_no_options_of_the_commands() -> None:
    slip = places(didYouMean=[{"name": "-Dash Place"}]) | {"location": "-Dashh Place"}
    cards = places(unplaced=2, cameras=[group(1, "-A", name="-A B"), group(1, "Oak", serial="1")])
    printed = "\n".join((*place_view.lines(slip), *place_view.last_words(cards)))
    given = []
    for command in re.findall("`thumper locate (.*)`", printed):
        context = get_command(app).commands["locate"].make_context("locate", shlex.split(command))  # type: ignore[attr-defined]  # a group
        given.append([context.params[name] for name in ("dump", "location", "camera", "merge")])
    assert given == [
        ["-Dashh Place", "-Dash Place", None, True],
        ["RHVtcDox", "-A", "-A B", False],
        ["RHVtcDox", "Oak", "1", False],
    ]


@pytest.mark.parametrize(
    ("cameras", "word"),
    [
        ([group(80, "Oak Stand", name="OAK")], "'Oak Stand'"),
        ([group(40, "Oak", name="OAK"), group(40, "Oak", serial="1")], "Oak"),
        ([group(80, "Oak", "Barn", name="OAK")], "LOCATION"),
        ([group(80)], "LOCATION"),
    ],
)
def test_the_last_words_name_a_place_only_when_there_is_no_other(
    cameras: list[dict[str, Any]], word: str
) -> None:
    said = place_view.last_words(places(unplaced=80, cameras=cameras))
    assert list(said) == [f"80 photos have no location: `thumper locate RHVtcDox {word}`"]


def test_photos_of_several_cameras_are_located_camera_by_camera() -> None:
    cameras = [
        group(30, "Barn Feed", name="BARN FEED"),
        group(20, serial="H1"),
        group(10, model="X"),
        group(5),
    ]
    cameras[2]["camera"]["id"] = "Q2FtZXJhOjE"
    assert list(place_view.last_words(places(unplaced=65, cameras=cameras))) == [
        "65 photos have no location. They are of several cameras:",
        "  `thumper locate RHVtcDox 'Barn Feed' --camera 'BARN FEED'`",
        "  `thumper locate RHVtcDox LOCATION --camera H1`",
        "  `thumper locate RHVtcDox LOCATION --camera Q2FtZXJhOjE`",
    ]


def test_of_very_many_cameras_some_are_shown() -> None:
    many = places(unplaced=25, cameras=[group(1, name=f"CAM {number}") for number in range(25)])
    for told in (place_view.lines(many), place_view.last_words(many)):
        _, *cameras, rest = told
        assert (len(cameras), rest) == (20, "    … and 5 more cameras; --json has them all")


def test_each_camera_has_a_line_with_what_speaks_for_a_place() -> None:
    proposals = [
        {"name": "Barn Feed", "location": {"id": "x"}, "reasons": ["CAMERA_NAME", "LAST_PLACE"]},
        {"name": "Creek", "location": None, "reasons": ["FOLDER_NAME"]},
    ]
    one = group(3, make="CUDDEBACK", model="H-1", name="BARN FEED") | {"proposals": proposals}
    head, first, other = place_view.lines(places(unplaced=4, cameras=[one, group(1)]))
    assert head == "  place: 4 photos have no location"
    assert first == (
        '    CUDDEBACK H-1 "BARN FEED", 3 photos: Barn Feed? (the camera\'s own name, where the camera was last) or'
        " Creek? (the folder's name, a new location)"
    )
    assert other == "    no camera named, 1 photo: no proposal"


def test_a_dated_folder_is_asked_about_and_so_is_a_name_that_may_be_a_slip() -> None:
    (line, *_) = place_view.lines(places(unplaced=1, datedFolder=True) | {"folder": "Nov 2026"})
    assert line == (
        '  place: 1 photo has no location; the folder "Nov 2026" is named after a date. Is that a place?'
    )
    (line,) = place_view.lines(places(didYouMean=[{"name": "Oak Stand"}]))
    assert line == (
        '  place: "Oak Stnd" is a new location. Did you mean Oak Stand?'
        " `thumper locate 'Oak Stnd' 'Oak Stand' --merge`"
    )


def test_photos_that_were_here_before_are_counted_by_where_they_are_now() -> None:
    assert list(place_view.lines(places(placed=12, elsewhere=1))) == [
        "  place: 12 photos that were here without a place are now at Oak Stnd",
        "  place: 1 duplicate stays at the other location that was known before",
    ]
    assert list(place_view.lines(places(placed=1))) == [
        "  place: 1 photo that was here without a place is now at Oak Stnd"
    ]


async def make_home_units_card() -> Dump:
    """A card with DCIM on top that holds the photos of two cameras."""
    await make.make_location("Barn Feed")
    named, moved = await make.make_camera(name="BARN FEED"), await make.make_camera(serial="H1")
    await models.Deployment.create(camera=moved, location=await make.make_location("Creek"))
    dump = await make.make_dump(folder=b"DCIM", display_folder="DCIM")
    for camera in (named, named, moved):
        image = await make.make_image(dump, camera=camera)
        await make.make_file(dump, FileState.STORED, image=image)
    return dump


@pytest.mark.slow
async def test_a_card_without_a_place_says_so_in_its_receipt(
    client_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = await make_home_units_card()
    answer = await receipt._read(partial(ask, client_settings), "DCIM", most=None)
    assert answer["places"]["unplaced"] == 3
    proposed = [
        (one["images"], [place["name"] for place in one["proposals"]]) for one in answer["places"]["cameras"]
    ]
    assert proposed == [(2, ["Barn Feed"]), (1, ["Creek"])]
    show(answer)
    printed = capsys.readouterr().out
    assert "  place: 3 photos have no location" in printed
    assert '"BARN FEED", 2 photos: Barn Feed? (the camera\'s own name)' in printed
    assert "H1, 1 photo: Creek? (where the camera was last)" in printed
    said, *commands = printed.rstrip().splitlines()[-3:]
    assert said == "3 photos have no location. They are of several cameras:"
    located = f"thumper locate {encode('Dump', dump.id)}"
    assert commands == [f"  `{located} 'Barn Feed' --camera 'BARN FEED'`", f"  `{located} Creek --camera H1`"]
