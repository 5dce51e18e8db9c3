"""The benchmark of load counts what its clients meet, and a run that is not as promised is called that."""

from __future__ import annotations

import asyncio
import dataclasses
import math

import httpx
import psutil
import pytest

from benchmarks.load import clients
from benchmarks.load_clients import ANSWERED, Asked, Plan, Tally, is_refusal, outcome_of
from benchmarks.load_verdict import Verdicts, failures, figures, recovered_s, refusals
from benchmarks.soak import LEAST_SAMPLES, MOST_PER_IMAGE, TABLE_FILES, Sample, Soaked, held_now
from tests.api import running_api
from tests.people import make_asker
from tests.pipeline import detect, store_images
from tests.sign_in import headers_at
from thumper.settings import Settings

REFUSED = "503 OVERLOADED, retry"
GOOD = Tally([Asked("page", 0, 0.1, ANSWERED)], told=[4, 4])


async def test_clients_are_answered_and_told_of_every_image(settings: Settings) -> None:
    # A busy machine answers later what is asked at the same rate: none is to be refused for that.
    async with running_api(settings.model_copy(update={"max_requests": 10_000})) as api:
        owner = headers_at(api.url)["authorization"].removeprefix("Bearer ")
        tokens = (owner, (await make_asker("ann")).secret)
        await store_images(4)
        async with clients(Plan(api.url, tokens, per_second=20, sockets=2, streams=2)) as running:
            await running.ready()
            await detect(4)
            await asyncio.sleep(1.0)
            tally = await running.end()
    assert tally.told == [4] * 4
    assert failures(tally, refusals_allowed=False) == {}
    assert set(figures(tally.asked)) == {"page", "detail", "counts"}


async def test_clients_note_what_goes_wrong(settings: Settings) -> None:
    few = settings.model_copy(update={"max_sockets": 1, "member_requests_per_s": 0.1})
    async with running_api(few) as api:
        tokens = ((await make_asker("ann")).secret, "thm_wrong")
        async with clients(Plan(api.url, tokens, per_second=20, sockets=4, streams=0)) as running:
            await running.ready()
            await asyncio.sleep(0.5)
            tally = await running.end()
    wrong = failures(tally, refusals_allowed=True)
    assert wrong["401 UNAUTHENTICATED"] > 0
    assert wrong["closed 4401 UNAUTHENTICATED"] > 0
    assert refusals(tally)["429 TOO_MANY_REQUESTS, retry"] > 0
    lost = await _asked_in_vain(api.url)
    assert set(failures(lost, refusals_allowed=True)) == {
        "no answer: ConnectError",
        "lost: ConnectionRefusedError",
    }


async def _asked_in_vain(url: str) -> Tally:
    async with clients(Plan(url, ("thm_any",), per_second=20, sockets=1, streams=0)) as running:
        await running.ready()
        await asyncio.sleep(0.2)
        return await running.end()


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome"),
    [
        (200, {"data": {"images": {}}}, {}, ANSWERED),
        (200, {"data": None, "errors": [{"extensions": {"code": "INTERNAL"}}]}, {}, "200 INTERNAL"),
        (503, {"errors": [{"extensions": {"code": "OVERLOADED"}}]}, {"retry-after": "2"}, REFUSED),
        (503, {"errors": [{"extensions": {"code": "DATABASE_DOWN"}}]}, {}, "503 DATABASE_DOWN"),
        (500, {"errors": [{"extensions": {"code": "INTERNAL"}}]}, {"retry-after": "2"}, "500 INTERNAL"),
        (503, ["no errors"], {}, "503 without a code"),
    ],
)
def test_an_answer_is_called_what_it_is(
    status: int, body: object, headers: dict[str, str], outcome: str
) -> None:
    assert outcome_of(httpx.Response(status, json=body, headers=headers)) == outcome
    assert is_refusal(outcome) is (outcome == REFUSED)


def test_a_load_with_an_error_or_a_missing_image_is_not_as_promised() -> None:
    def kept(*tallies: Tally) -> bool:
        verdicts = Verdicts()
        verdicts.under_load(tallies, followers=2, images=[4] * len(tallies))
        return verdicts.kept

    assert kept(GOOD, GOOD)
    assert not kept(GOOD, dataclasses.replace(GOOD, asked=[Asked("page", 0, 0.1, "500 INTERNAL")]))
    assert not kept(GOOD, dataclasses.replace(GOOD, asked=[Asked("page", 0, 0.1, REFUSED)]))
    assert not kept(GOOD, dataclasses.replace(GOOD, told=[4, 3]))
    assert not kept(dataclasses.replace(GOOD, told=[4], ended=["closed 1013 TOO_MANY_SOCKETS, retry"]))


def test_ingestion_must_keep_half_its_speed_and_an_overload_must_end() -> None:
    for rate, kept in ((10.0, True), (9.9, False)):
        verdicts = Verdicts()
        verdicts.ingestion([20.0, 5.0, 30.0], [rate, 0.0, 30.0])
        assert verdicts.kept is kept
    turned_away = dataclasses.replace(GOOD, asked=[Asked("page", 0, 0.1, REFUSED)])
    broken = dataclasses.replace(GOOD, asked=[Asked("page", 0, 0.1, "no answer: ReadError")])
    for tally, after_s, kept in ((turned_away, 10, True), (turned_away, 11, False), (broken, 0, False)):
        verdicts = Verdicts()
        verdicts.overload([GOOD, tally], after_s=after_s)
        assert verdicts.kept is kept
        assert ("NOT KEPT" in str(verdicts.report())) is not kept


def test_as_before_is_three_seconds_in_which_all_were_answered_in_time() -> None:
    def after(*seconds: tuple[float, str]) -> float:
        asked = [Asked("page", 100.5 + at, took, outcome) for at, (took, outcome) in enumerate(seconds)]
        return recovered_s(asked, ended_s=100.0, usual_p95_s=0.1)

    quick, slow, refused = (0.2, ANSWERED), (0.21, ANSWERED), (0.1, REFUSED)
    assert after(*[quick] * 4) == 0
    assert after(slow, refused, *[quick] * 4) == 2
    assert after(quick, quick, slow, *[quick] * 4) == 3
    assert after(*[slow] * 9) == math.inf


def test_a_soak_in_which_something_grows_is_not_flat() -> None:
    def soaked(what: str, for_each_image: float, samples: int = 30) -> Soaked:
        held = [
            {
                "serve": dict.fromkeys((*MOST_PER_IMAGE, TABLE_FILES), 50.0)
                | {what: 50.0 + for_each_image * 100 * number}
            }
            for number in range(samples)
        ]
        return Soaked(100_000, 0, [Sample(100 * number, each) for number, each in enumerate(held)])

    for what, most in MOST_PER_IMAGE.items():
        assert soaked(what, 0.9 * most).is_flat
        assert not soaked(what, 1.1 * most).is_flat
    assert not soaked("handles", 0.0, LEAST_SAMPLES - 1).is_flat
    assert soaked(TABLE_FILES, 1.0).is_flat
    assert (told := soaked("handles", 0.001).report())["whole"] is False
    assert told["processes"]["serve"]["handles"]["per 100,000 images"] == pytest.approx(100)


def test_what_a_process_holds_is_counted() -> None:
    me = psutil.Process()
    with httpx.Client():
        (before,) = [held_now(me)[kind] for kind in held_now(me)][:1]
    assert before["memory_bytes"] > 1e6
    assert before["handles"] >= before["sockets"] >= 0
