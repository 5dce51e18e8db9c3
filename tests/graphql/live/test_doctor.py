"""What the doctor says, by the API: run as a program of its own, once for all who ask meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, Final

import pytest

from tests.api import Api
from tests.people import make_asker
from thumper.domain.access import Role
from thumper.domain.check_result import CheckResult, Level, Report
from thumper.graphql.shared import doctor_visits
from thumper.graphql.shared.doctor_visits import DoctorVisits
from thumper.settings import Settings

DOCTOR: Final = "{ doctor { examinedAt level notExamined results { check level sentence remedy } } }"
SAID: Final = Report(
    (CheckResult.ok("disk", "Room."), CheckResult.warn("clock", "Late.", remedy="Set it.")), ("schema",)
)


def telling(text: str, *, after_s: float = 0, code: int = 0) -> list[str]:
    """Return a command that prints that."""
    program = (
        "import sys, time; time.sleep(float(sys.argv[2])); print(sys.argv[1]); sys.exit(int(sys.argv[3]))"
    )
    return [sys.executable, "-c", program, text, str(after_s), str(code)]


async def test_the_owner_reads_what_the_doctor_finds_and_nobody_else(api: Api) -> None:
    answer: dict[str, Any] = {"examinedAt": None}
    async with asyncio.timeout(60):
        while answer["examinedAt"] is None:
            answer = (await api.ask(DOCTOR))["doctor"]
    checks = {line["check"]: line for line in answer["results"]}
    assert checks["database"]["level"] == "OK"
    assert checks["database"]["remedy"] is None
    assert answer["level"] in ("WARN", "FAIL"), "no worker runs here"
    assert (await api.ask(DOCTOR))["doctor"]["examinedAt"] == answer["examinedAt"], "asked again at once"
    member = await make_asker("Ann", Role.MEMBER)
    refused = await api.anonymous.post("/graphql", json={"query": DOCTOR}, headers=member.headers)
    assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_report_is_read_as_the_command_prints_it(settings: Settings) -> None:
    visits = DoctorVisits(settings, command=telling(json.dumps(SAID.to_json()), code=1))
    asked = await asyncio.gather(visits.ask(), visits.ask())
    assert asked[0] is asked[1]
    assert asked[0].report == SAID


async def test_one_that_takes_long_is_told_to_who_asks_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_visits, "PATIENCE_S", 0.01)
    visits = DoctorVisits(settings, command=telling(json.dumps(SAID.to_json()), after_s=0.3))
    assert (await visits.ask()).examined_at is None
    monkeypatch.setattr(doctor_visits, "PATIENCE_S", 20)
    assert (await visits.ask()).report == SAID
    await visits.close()


@pytest.mark.parametrize("said", ["", "no json", "{}", '{"checks": [{"check": "x", "level": "y"}]}'])
async def test_a_doctor_that_fails_is_a_finding(settings: Settings, said: str) -> None:
    report = (await DoctorVisits(settings, command=telling(said)).ask()).report
    assert report is not None
    assert report.level is Level.FAIL
    assert report.verdicts[0].remedy == "Ask on the machine itself: thumper doctor."


async def test_the_program_ends_with_the_api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_visits, "PATIENCE_S", 0.2)
    visits = DoctorVisits(settings, command=telling("late", after_s=60))
    assert (await visits.ask()).report is None
    async with asyncio.timeout(10):
        await visits.close()


async def test_the_api_says_which_program_it_is_and_guests_learn_the_licence(api: Api) -> None:
    about = "{ about { version schemaVersion licence sourceUrl documentationUrl } }"
    answer = (await api.ask(about))["about"]
    assert answer["licence"] == "AGPL-3.0-or-later"
    assert answer["version"]
    assert answer["schemaVersion"]
    guest = await make_asker("Gus", Role.GUEST)
    told = await api.anonymous.post("/graphql", json={"query": about}, headers=guest.headers)
    assert told.json()["data"]["about"] == {**answer, "version": None, "schemaVersion": None}
