from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.api import Api
from tests.clocks import at, make_clocked
from tests.graphql.test_loaders import counted_statements
from tests.live import subscribed
from thumper.graphql.relay.identity import encode
from thumper.store import models

pytestmark = pytest.mark.slow  # as a whole: a real API

CAME = at("2026-11-23T15:00Z")
ASK = """{ dumps(where: {clockAsked: true}) { totalCount nodes { id clocksConfirmedAt receipt { clockQuestion {
  sentence whatToDo days proposedOffsetSeconds newest { fileName takenAtLocal } } } } } }"""


async def make_card(local: str) -> models.Dump:
    """Make a settled dump with one photo."""
    place = await make.make_location(time_zone="America/New_York")
    dump = await make.make_dump(place, first_seen_at=CAME, settled_at=CAME)
    await make_clocked(dump, local, location=place, created_at=CAME)
    return dump


async def asked(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.ask(ASK))["dumps"]["nodes"]
    return found


async def change(api: Api, name: str, number: str, *dumps: models.Dump) -> Any:
    answer = await api.ask(
        f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{
          {name}(input: $input) {{ {number} errors {{ code path }} }} }}""",
        input={"dumpIds": [encode("Dump", dump.id) for dump in dumps]},
    )
    return answer[name][number] if not answer[name]["errors"] else answer[name]["errors"]


async def test_a_receipt_asks_about_an_old_card_and_proposes_the_year(api: Api) -> None:
    card = await make_card("2025-11-21 20:30")
    (dump,) = await asked(api)
    image = await models.Image.get()
    question = dump["receipt"]["clockQuestion"]
    assert dump["id"] == encode("Dump", card.id)
    assert question["sentence"].startswith(
        "The newest photo of this card is of 21 November 2025, more than 366 days before"
    )
    assert "thumper clock right" in question.pop("whatToDo")
    assert question.pop("sentence")
    assert question == {
        "days": 366,
        "proposedOffsetSeconds": 365 * 86_400,
        "newest": {"fileName": image.file_name, "takenAtLocal": "2025-11-21T21:30:00"},
    }


async def test_many_cards_are_answered_at_once_and_the_answer_is_taken_back(api: Api) -> None:
    cards = [await make_card(f"20{year}-06-01 06:00") for year in (15, 19, 22)]
    assert len(await asked(api)) == 3
    assert await change(api, "confirmClocks", "confirmedCount", *cards[:2]) == 2
    assert await change(api, "confirmClocks", "confirmedCount", *cards) == 1
    assert await asked(api) == []
    query = "query ($id: ID!) { dump(id: $id) { clocksConfirmedAt receipt { clockQuestion { days } } } }"
    dump = (await api.ask(query, id=encode("Dump", cards[0].id)))["dump"]
    assert (dump["clocksConfirmedAt"] is not None, dump["receipt"]["clockQuestion"]) == (True, None)
    assert await change(api, "unconfirmClocks", "unconfirmedCount", cards[0]) == 1
    (dump,) = await asked(api)
    assert (dump["id"], dump["clocksConfirmedAt"]) == (encode("Dump", cards[0].id), None)


async def test_what_cannot_be_answered_is_refused(api: Api) -> None:
    card = await make_card("2015-06-01 06:00")
    stranger = models.Dump(id=make.unknown_id())
    for name, number in (("confirmClocks", "confirmedCount"), ("unconfirmClocks", "unconfirmedCount")):
        (error,) = await change(api, name, number, card, stranger)
        assert error == {"code": "NOT_FOUND", "path": ["input", "dumpIds"]}
        (error,) = await change(api, name, number)
        assert error == {"code": "INVALID", "path": ["input", "dumpIds"]}
    assert len(await asked(api)) == 1
    query = 'mutation { confirmClocks(input: {dumpIds: ["zzz"]}) { confirmedCount } }'
    assert await api.refused(query) == "BAD_ID"


async def test_whoever_follows_a_dump_is_told_of_the_answer(api: Api) -> None:
    card = await make_card("2015-06-01 06:00")
    query = f"""subscription {{ dumpProgress(dumpId: "{encode("Dump", card.id)}") {{
      dump {{ receipt {{ clockQuestion {{ days }} }} }} }} }}"""
    async with subscribed(api.url, query) as subscriber:
        assert (await subscriber.next())["dump"]["receipt"]["clockQuestion"]["days"] > 60
        await change(api, "confirmClocks", "confirmedCount", card)
        assert (await subscriber.next())["dump"]["receipt"]["clockQuestion"] is None


async def test_the_questions_of_a_page_are_few_statements(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for year in (15, 19, 22):
        await make_card(f"20{year}-06-01 06:00")
    with counted_statements(monkeypatch) as statements:
        assert len(await asked(api)) == 3
    assert len(statements) == 7, statements
