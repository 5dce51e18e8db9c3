"""`thumper clock questions` and `thumper clock right` against a running API."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
import typer
from typer.testing import CliRunner

from tests.clocks import at, make_clocked
from tests.factories import make_dump
from thumper.cli import clock_right
from thumper.cli.app import app
from thumper.errors import UsageError
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models

pytestmark = pytest.mark.slow  # as a whole: each starts the real command

CAME = at("2026-11-23T15:00Z")


async def run(*words: str) -> str:
    """Run a command that succeeds; return what it prints."""
    result = await asyncio.to_thread(CliRunner().invoke, app, ["clock", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


async def make_card(local: str) -> models.Dump:
    """Make a settled dump with one photo."""
    dump = await make_dump(first_seen_at=CAME, settled_at=CAME)
    await make_clocked(dump, local, created_at=CAME)
    return dump


@pytest.mark.usefixtures("at_the_api")
async def test_old_cards_are_listed_with_the_commands_that_answer() -> None:
    assert await run("questions") == "No card is asked about.\n"
    year_off, archive = await make_card("2025-11-21 07:00"), await make_card("2019-06-01 07:00")
    out = await run("questions")
    assert (
        f"dump 1 of {year_off.display_folder}\n  clock: The newest photo of this card is of 21 November 2025"
        in out
    )
    fix, look = re.findall(r"yes: thumper clock (fix .*)", out)[::-1]
    assert fix == f"fix --dump {encode('Dump', year_off.id)} --offset +365d --dry-run"
    assert "1 photo, of which the time of 1 would change" in await run(*fix.split())
    assert look.startswith(f"fix --dump {encode('Dump', archive.id)} --photo")
    (no, _) = re.findall(r"no:  thumper clock (right .*)", out)
    await run(*no.split())
    (asked,) = json.loads(await run("questions", "--json"))
    assert (asked["clockQuestion"]["proposedOffsetSeconds"], "receipt" in asked) == (365 * 86_400, False)
    assert [asked["id"]] == [encode("Dump", year_off.id)]
    assert "1 old card may have wrong clocks: thumper clock questions" in await run("suspects")


@pytest.mark.usefixtures("at_the_api")
async def test_all_cards_or_some_are_answered_at_once_and_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("thumper.cli.clock_right._AT_ONCE", 2)
    cards = [await make_card(f"20{year}-06-01 07:00") for year in (15, 17, 19)]
    out = await run("right", "--all", "--yes")
    assert (out.count("newest photo of this card"), "Confirmed for 3 cards." in out) == (3, True)
    folders = [card.display_folder for card in cards]
    assert "Taken back for 2 cards." in await run("right", "--undo", *folders[:2])
    assert len(json.loads(await run("questions", "--json"))) == 2
    out = await run("right", *folders)
    assert "Confirmed for 2 cards. 1 had been confirmed before." in out
    assert json.loads(await run("right", "--all", "--yes", "--json")) == {"confirmed": 0, "dumps": []}
    again = await run("right", folders[0])
    assert again == "Confirmed for 0 cards. 1 had been confirmed before.\n", "nothing to take back"
    (back,) = re.findall("To take it back: thumper clock (right --undo .*)", out)
    ids = [encode("Dump", card.id) for card in cards[:2]]
    assert json.loads(await run(*back.split(), "--json")) == {"takenBack": 2, "dumps": ids}
    assert json.loads(await run("right", "--all", "--yes", "--json")) == {"confirmed": 2, "dumps": ids}


@pytest.mark.usefixtures("at_the_api")
async def test_a_card_that_came_again_is_answered_for_the_dump_that_is_asked_about() -> None:
    card = await make_card("2019-06-01 07:00")
    name = card.display_folder

    async def again(number: int) -> None:
        await make_dump(source=await card.source, folder=card.folder, display_folder=name, number=number)

    await again(2)
    assert "Confirmed for 1 card." in await run("right", name)
    await again(3)
    assert "Taken back for 1 card." in await run("right", name, "--undo")
    fix = await run("fix", "--dump", name, "--offset", "+1h", "--dry-run")
    assert "1 photo, of which the time of 1 would change" in fix
    latest = encode("Dump", (await models.Dump.filter(folder=card.folder).order_by("-number"))[0].id)
    nothing = await run("fix", "--dump", latest, "--offset", "+1h", "--dry-run")
    assert "those of a dump are the ones that it was the first to deliver" in nothing


async def test_a_person_sees_all_cards_before_one_answer_is_taken_for_them(
    client_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = await make_card("2015-06-01 07:00")
    questions: list[str] = []
    for said in (False, True):

        def answer(question: str, *, said: bool = said) -> bool:
            questions.append(question)
            return said

        monkeypatch.setattr("typer.confirm", answer)
        shown = asyncio.to_thread(clock_right._shown, client_settings, yes=False, as_json=False)
        if said:
            assert await shown == [encode("Dump", card.id)]
        else:
            with pytest.raises(typer.Exit) as ended:
                await shown
            assert ended.value.exit_code == 1
    assert questions == ["Were the clocks of 1 card right?"] * 2
    assert capsys.readouterr().out.count("newest photo of this card is of 1 June 2015") == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Say which cards"),
        (["card", "--all"], "Say which cards"),
        (["--all", "--undo"], "--undo is for cards that you name"),
        (["--all"], "Nobody can be asked here"),
        (["--all", "--json"], "Nobody can be asked here"),
    ],
)
def test_what_cannot_be_understood_is_refused_before_anybody_is_asked(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        CliRunner().invoke(app, ["clock", "right", *words], catch_exceptions=False)
