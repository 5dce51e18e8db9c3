"""`thumper locate` against a running API."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from tests.factories import make_camera, make_dump, make_location, unknown_id
from tests.places import deliver, everything, listed
from thumper.cli.app import app
from thumper.cli.client import ApiRefusedError
from thumper.cli.locate_view import effect_lines
from thumper.errors import NotFoundError, UsageError
from thumper.graphql.relay.identity import encode
from thumper.store import models


async def run(*words: str) -> str:
    """Run a command that succeeds; return what it prints."""
    result = await asyncio.to_thread(CliRunner().invoke, app, ["locate", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


async def places() -> list[str | None]:
    images = await models.Image.all().order_by("id").prefetch_related("location")
    return [image.location.name if image.location else None for image in images]


@pytest.mark.usefixtures("at_the_api")
async def test_a_dump_without_a_place_is_located_by_its_folder_and_back() -> None:
    await make_location("North Ridge", time_zone="America/Denver")
    dump = await make_dump(folder=b"DCIM", display_folder="DCIM")
    await deliver(dump, await make_camera(make="RECONYX", model="HP2X", serial="S1"), at=None)
    before = await everything()
    looked = await run("dcim", "north ridge", "--dry-run")
    for said in (
        "2 photos would move from no place to North Ridge",
        "  time zone America/Chicago -> America/Denver",
        "  the time of 2 would change",
        "  after   2024-07-01 06:00:00 MDT to 2024-07-01 06:01:00 MDT",
        "  RECONYX HP2X S1: begins a stay at North Ridge",
        "  what is still to come of 1 dump follows",
    ):
        assert said in looked
    assert await everything() == before
    done = await run("DCIM", "north ridge", "--yes")
    assert looked.replace("would move", "moved").replace("would change", "changed") in done
    assert await places() == ["North Ridge"] * 2
    out = await run("DCIM", "--undo")
    assert out.endswith("Taken back.\n")
    assert "2 photos moved from North Ridge to no place" in out
    assert await everything() == before
    word = re.search(r"thumper locate (\S+) --undo", done)
    assert word is not None
    with pytest.raises(ApiRefusedError, match="taken back already"):
        await run(word[1], "--undo")
    with pytest.raises(NotFoundError, match="No change of the place of DCIM stands"):
        await run("DCIM", "--undo")


@pytest.mark.usefixtures("at_the_api")
async def test_cameras_of_a_card_are_located_one_by_one() -> None:
    dump = await make_dump()
    for camera in (await make_camera(name="BARN FEED"), await make_camera(serial="S2")):
        await deliver(dump, camera, at=None, photos=1)
    word = encode("Dump", dump.id)
    done = json.loads(await run(word, "Barn Feed", "--camera", "BARN FEED", "--yes", "--json"))
    assert (done["effect"]["images"], done["relocation"]["undoneAt"]) == (1, None)
    assert await places() == ["Barn Feed", None]
    await run(word, "--nowhere", "-y")
    assert await places() == [None, None]
    with pytest.raises(NotFoundError, match="no camera S3"):
        await run(word, "Oak", "--camera", "S3", "--yes")
    await make_camera(serial="S2", model="other")
    with pytest.raises(UsageError, match="2 cameras are called S2"):
        await run(word, "Oak", "--camera", "S2", "--yes")


@pytest.mark.usefixtures("at_the_api")
async def test_a_card_that_comes_again_is_located_by_its_first_dump_and_back() -> None:
    dump = await make_dump(folder=b"HUB", display_folder="HUB")
    await deliver(dump, await make_camera(serial="S1"), at=None)

    async def again(number: int) -> None:
        await make_dump(source=await dump.source, folder=b"HUB", display_folder="HUB", number=number)

    await again(2)
    assert "2 photos moved from no place to Oak" in await run("HUB", "Oak", "--yes")
    await again(3)
    assert "2 photos moved from Oak to no place" in await run("HUB", "--undo")


@pytest.mark.usefixtures("at_the_api")
async def test_a_mistyped_stand_is_merged_by_name() -> None:
    right, wrong = await make_location("Oak Stand"), await make_location("Oak Stnad")
    await deliver(await make_dump(right), None, at=right, photos=1)
    dump = await make_dump(wrong, folder=b"Oak Stnad", display_folder="Oak Stnad")
    await deliver(dump, None, at=wrong, photos=1)
    foreseen = json.loads(await run("oak stnad", "oak stand", "--merge", "--dry-run", "--json"))
    assert (foreseen["effect"]["images"], await listed()) == (1, {"Oak Stand", "Oak Stnad"})
    out = await run("oak stnad", "oak stand", "--merge", "--yes")
    assert "1 photo moved from Oak Stnad to Oak Stand" in out
    assert (await places(), await listed()) == (["Oak Stand"] * 2, {"Oak Stand"})
    with pytest.raises(NotFoundError, match="no location Elm"):
        await run("Elm", "Oak Stand", "--merge", "--yes")
    await make_dump(
        right, source=await dump.source, folder=b"Oak Stnad", display_folder="Oak Stnad", number=2
    )
    await run("Oak Stnad", "--undo", "--json")
    assert await listed() == {"Oak Stand", "Oak Stnad"}


@pytest.mark.usefixtures("at_the_api")
async def test_the_person_is_asked_after_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda _: True)
    dump = await make_dump()
    await deliver(dump, None, at=None, photos=1)
    words = ["locate", encode("Dump", dump.id), "Oak"]
    last = ""
    for reply, code in (("n", 1), ("y", 0)):
        result = await asyncio.to_thread(CliRunner().invoke, app, words, input=f"{reply}\n")
        assert (result.exit_code, result.stdout.count("would move")) == (code, 1)
        assert await places() == ["Oak" if reply == "y" else None]
        last = result.stdout
    assert "Done. To take it back: thumper locate " in last


@pytest.mark.usefixtures("at_the_api")
async def test_what_the_api_refuses_is_said_in_its_words() -> None:
    with pytest.raises(ApiRefusedError, match="There is no dump with this id"):
        await run(encode("Dump", unknown_id()), "Oak", "--yes")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Oak"], "Nobody can be asked here"),
        (["Oak", "--json"], "Nobody can be asked here"),
        ([], "a location or --nowhere"),
        (["Oak", "--nowhere", "--yes"], "a location or --nowhere"),
        (["--undo", "--dry-run"], "without a look before"),
        (["--undo", "--camera", "S1"], "takes a whole change back"),
        (["--nowhere", "--merge", "--yes"], "--merge goes with two locations"),
        (["Oak", "--merge", "--camera", "S1", "--yes"], "--merge goes with two locations"),
    ],
)
def test_what_cannot_be_understood_is_refused_before_anybody_is_asked(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        CliRunner().invoke(app, ["locate", "DCIM", *words], catch_exceptions=False)


def test_effects_that_need_a_look_are_said() -> None:
    clock: dict[str, Any] = {
        **dict.fromkeys(("changed", "gained", "lost", "ambiguous", "missing"), 1),
        **dict.fromkeys(("firstBefore", "lastBefore", "firstAfter", "lastAfter")),
        "examples": [
            {"cameraClock": "2024-11-03T01:30:00", "takenAtAfter": None, "image": {"fileName": "A.JPG"}}
        ],
    }
    camera = {"make": "RECONYX", "model": "", "serial": "S1", "name": ""}
    stays = [
        {"kind": kind, "camera": camera, "locationBefore": {"name": "Oak"}, "locationAfter": None}
        for kind in ("MOVES", "VANISHES")
    ]
    move = {
        "images": 3,
        "origin": {"name": "Oak"},
        "destinationName": None,
        "timeZoneBefore": "America/Denver",
        "timeZoneAfter": "America/Chicago",
    }
    effect = {
        "moves": [move],
        "alreadyThereCount": 2,
        "dumps": 0,
        "clock": clock,
        "deployments": stays,
        "deploymentCount": 5,
    }
    lines = "\n".join(effect_lines(effect, then="would", zone=ZoneInfo("America/Denver")))
    for said in (
        *("3 photos would move from Oak to no place", "2 photos there already", "1 get a capture time"),
        *("1 lose theirs", "hour that comes twice", "daylight-saving time leaves out"),
        *("A.JPG: clock 2024-11-03 01:30:00 -> no capture time", "and 3 more stays of cameras"),
        *("RECONYX S1: its stay moves from Oak to no place", "RECONYX S1: has no stay at Oak any more"),
    ):
        assert said in lines
    nothing = effect | {"moves": [], "alreadyThereCount": 0, "deployments": [], "deploymentCount": 0}
    assert "\n".join(effect_lines(nothing, then="did", zone=ZoneInfo("UTC"))).startswith("No photo moves.")
