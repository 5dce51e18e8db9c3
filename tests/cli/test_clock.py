"""`thumper clock` against a running API."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import sys
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from tests.clocks import clock_rows, make_clocked
from tests.factories import make_camera, make_dump, make_image, make_location, unknown_id
from tests.patience import PATIENCE_S
from thumper.cli.app import app
from thumper.cli.client import ApiRefusedError
from thumper.domain.clock_doubt import ClockDoubt
from thumper.errors import UsageError
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models

pytestmark = pytest.mark.slow  # as a whole: each starts the real command

ROOT = Path(__file__).resolve().parents[2]


async def run(*words: str) -> str:
    """Run a command that succeeds; return what it prints."""
    result = await asyncio.to_thread(CliRunner().invoke, app, ["clock", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


async def make_lost_card() -> tuple[models.Dump, list[models.Image]]:
    place = await make_location("North Ridge")
    camera = await make_camera(make="Thumper", model="Drawn Cam 2", serial="DC2-000017")
    stay = await models.Deployment.create(camera=camera, location=place)
    dump = await make_dump(place)
    images = [
        await make_clocked(
            dump,
            local,
            camera=camera,
            location=place,
            deployment=stay,
            clock_doubt=ClockDoubt.FACTORY_DATE,
        )
        for local in ("2010-01-01 03:20:49", "2010-01-02 11:33:49")
    ]
    await make_image(dump, taken_at=None)
    return dump, images


@pytest.mark.usefixtures("at_the_api")
async def test_suspects_are_listed_with_the_command_that_repairs_them() -> None:
    assert await run("suspects") == "No clock is doubted.\n"
    dump, (first, _) = await make_lost_card()
    out = await run("suspects")
    assert "2 photos: the clock began anew at a 1 January" in out
    assert f"dump 1 of {dump.display_folder} · North Ridge · Thumper Drawn Cam 2 DC2-000017" in out
    command = re.search(r"thumper clock (fix .*)", out)
    assert command is not None
    words = re.findall(r"'[^']*'|\S+", command[1].replace("YYYY-MM-DD HH:MM", "2025-11-11 19:20:49"))
    before = await clock_rows()
    looked = await run(*(word.strip("'") for word in words))
    assert "Clock +5793d16h" in looked
    assert "2 photos, of which the time of 2 would change" in looked
    assert f"{first.file_name}: clock 2010-01-01 03:20:49 -> 2025-11-11 19:20:49 CST" in looked
    assert await clock_rows() == before
    named = await run("fix", "--dump", dump.display_folder, "--offset", "1h", "--dry-run")
    assert "3 photos, of which the time of 2 would change" in named
    (group,) = json.loads(await run("suspects", "--json"))
    assert (group["doubt"], group["images"], group["example"]["fileName"]) == (
        "FACTORY_DATE",
        2,
        first.file_name,
    )


@pytest.mark.usefixtures("at_the_api")
async def test_a_clock_is_repaired_and_the_repair_taken_back() -> None:
    dump, (first, _) = await make_lost_card()
    before = await clock_rows()
    fix = ("fix", "--dump", encode("Dump", dump.id), "--offset", "+5793d16h")
    foreseen = json.loads(await run(*fix, "--dry-run", "--json"))
    assert await clock_rows() == before
    assert (foreseen["offsetSeconds"], foreseen["effect"]["withoutReading"]) == (5793 * 86400 + 16 * 3600, 1)
    by_name = ("fix", "--photo", first.file_name, "--taken-at", "2025-11-11 19:20:49", "--dry-run", "--json")
    assert json.loads(await run(*by_name)) == foreseen
    done = json.loads(await run(*fix, "--yes", "--json", "--note", "battery changed"))
    assert done["effect"] == foreseen["effect"]
    assert (await models.ClockFix.get()).note == "battery changed"
    await first.refresh_from_db()
    assert first.clock_offset_s == foreseen["offsetSeconds"]
    out = await run("undo", dump.display_folder)
    assert "the time of 2 changed" in out
    assert "Taken back." in out
    assert await clock_rows() == before
    stay = encode("Deployment", first.deployment_id or unknown_id())
    out = await run("fix", "--deployment", stay, "--offset=-1h", "--until", "2010-01-01 12:00", "-y")
    assert "1 photo, of which the time of 1 changed" in out
    word = re.search(r"thumper clock undo (\S+)", out)
    assert word is not None
    assert json.loads(await run("undo", word[1], "--json"))["effect"]["changed"] == 1
    assert await clock_rows() == before


@pytest.mark.usefixtures("at_the_api")
async def test_what_the_api_refuses_is_said_in_its_words() -> None:
    with pytest.raises(ApiRefusedError, match="There is no dump with this id"):
        await run("fix", "--dump", encode("Dump", unknown_id()), "--offset", "1h", "--yes")
    with pytest.raises(ApiRefusedError, match="no repair of a clock"):
        await run("undo", encode("ClockFix", unknown_id()))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--offset", "1h"], "Nobody can be asked here"),
        (["--offset", "1h", "--json"], "Nobody can be asked here"),
        (["--dry-run"], "--offset, or --photo with --taken-at"),
        (["--offset", "1h", "--photo", "x", "--yes"], "--offset, or --photo with --taken-at"),
        (["--offset", "1h", "--deployment", "x", "--yes"], "--dump or --deployment"),
        (["--offset", "an hour", "--yes"], "--offset: 'an hour' is no offset"),
        (["--photo", "x", "--yes"], "belong together"),
        (["--taken-at", "2026-11-01 07:30", "--yes"], "belong together"),
        (["--photo", "x", "--taken-at", "noon", "--yes"], "--taken-at: 'noon' is no time"),
        (
            ["--offset", "1h", "--from", "2010-01-01T00:00:00Z", "--yes"],
            "--from: cameras' clocks have no offset",
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_before_anybody_is_asked(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        CliRunner().invoke(app, ["clock", "fix", "--dump", "x", *words], catch_exceptions=False)


async def _answer(settings: Settings, words: list[str], reply: bytes) -> tuple[int, str]:
    """Run a command on a terminal and reply to its question."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", "clock", *words),
        cwd=ROOT,
        env=settings.as_environment() | {"COLUMNS": "120"},
        stdin=theirs,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    os.close(theirs)
    assert process.stdout is not None
    seen = b""
    async with asyncio.timeout(PATIENCE_S):
        while b"Repair it?" not in seen:
            seen += await process.stdout.read(65536)
        os.write(ours, reply)
        seen += await process.stdout.read()
        code = await process.wait()
    os.close(ours)
    return code, seen.decode()


@pytest.mark.slow
async def test_the_person_is_asked_after_a_look(client_settings: Settings) -> None:
    dump, _ = await make_lost_card()
    before = await clock_rows()
    words = ["fix", "--dump", encode("Dump", dump.id), "--offset", "1h"]
    (no, unchanged), (code, out) = await asyncio.gather(
        _answer(client_settings, words, b"n\n"), _answer(client_settings, words, b"y\n")
    )
    assert no == 1
    assert "Nothing was changed." in unchanged
    assert (code, out.count("would change")) == (0, 1)
    assert "Repaired. To take it back: thumper clock undo " in out
    assert await clock_rows() != before
    assert await models.ClockFix.all().count() == 1


EFFECT: Final[dict[str, Any]] = {
    "images": 9,
    "changed": 4,
    "withoutReading": 1,
    "gained": 2,
    "lost": 1,
    "ahead": 1,
    "impossible": 3,
    "ambiguous": 1,
    "missing": 1,
    "firstBefore": None,
    "lastBefore": None,
    "firstAfter": "2024-11-03T06:30:00+00:00",
    "lastAfter": "2024-11-03T06:30:00+00:00",
    "examples": [
        {
            "cameraClock": "2024-11-03T00:30:00",
            "takenAtAfter": "2024-11-03T06:30:00+00:00",
            "dstEdge": "AMBIGUOUS",
            "image": {"fileName": "A.JPG", "location": {"effectiveTimeZone": "America/Chicago"}},
        },
        {
            "cameraClock": "1970-01-01T00:00:00",
            "takenAtAfter": None,
            "dstEdge": None,
            "image": {"fileName": "B.JPG", "location": None},
        },
    ],
}


def test_effects_that_need_a_look_are_said() -> None:
    from thumper.cli.clock_view import effect_lines

    lines = "\n".join(effect_lines(EFFECT, then="would", zone=ZoneInfo("America/Denver")))
    for said in (
        *("2 get a capture time", "1 lose theirs", "3 have none afterwards", "1 stay as they are"),
        "1 then lie more than a day after they arrived",
        *("hour that comes twice", "hour that daylight-saving time leaves out", "2024-11-03 01:30:00 CDT"),
        *("A.JPG: clock 2024-11-03 00:30:00 -> 2024-11-03 01:30:00 CDT (ambiguous hour)", "no capture time"),
    ):
        assert said in lines
    assert "before" not in lines
    placeless = EFFECT | {"examples": EFFECT["examples"][1:]}
    assert "2024-11-03 00:30:00 MDT" in "\n".join(
        effect_lines(placeless, then="did", zone=ZoneInfo("America/Denver"))
    )
