"""What the doctor says."""

from __future__ import annotations

import datetime as dt
from typing import Final

import strawberry

from thumper.domain import check_result
from thumper.domain.check_result import Level
from thumper.graphql.context import Info
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.price import REREADING, price

MOST_CHECKS: Final = 40
"""Lines that the doctor says, and things that it did not look at, for their price: there are some twenty."""

publish(
    Level,
    "How bad something is that the doctor found.",
    {
        Level.OK: "It is as it should be.",
        Level.WARN: "Thumper works, but slower, later or less safely than it could; or something needs to be started.",
        Level.FAIL: "Something does not work, or is lost.",
    },
    name="CheckLevel",
)


@strawberry.type(description="One line of what the doctor says.")
class CheckResult:
    """Backed by `domain.check_result.CheckResult`."""

    check: str = strawberry.field(description="What was looked at, such as disk.")
    level: Level = strawberry.field(description="How bad it is.")
    sentence: str = strawberry.field(description="What was found.")

    @field("What to do about it; null when it is as it should be.")
    @staticmethod
    def remedy(root: strawberry.Parent[check_result.CheckResult]) -> str | None:
        return root.remedy or None


@strawberry.type(description="What `thumper doctor` says of the machine on which this API runs.")
class DoctorReport:
    """Made of a `doctor_visits.Examined`."""

    examined_at: dt.datetime | None = strawberry.field(
        description="When it looked, at most some minutes ago; null while it still looks: ask again."
    )
    level: Level | None = strawberry.field(description="The worst that it found; null while it still looks.")
    results: list[check_result.CheckResult] = strawberry.field(
        description="What it found, in the order in which it looks; empty while it still looks.",
        graphql_type=listed(CheckResult),
        metadata=price(items=MOST_CHECKS),
    )
    not_examined: list[str] = strawberry.field(
        description="What it could not look at, because of something that it found.",
        metadata=price(items=MOST_CHECKS),
    )


@strawberry.type
class DoctorQuery:
    """The query for the doctor."""

    @field(
        "What `thumper doctor` says now. It looks at database, disks, folders, clock, detector and queue, and changes"
        " nothing; those who ask meanwhile get the same answer. A request waits five seconds for it. Null from a"
        " command of Thumper's own, which is no API.",
        optional(DoctorReport),
        takes=price(own=REREADING),
    )
    @staticmethod
    async def doctor(info: Info) -> DoctorReport | None:
        visits = info.context.doctor
        if visits is None:
            return None
        examined = await visits.ask()
        report = examined.report
        return DoctorReport(
            examined_at=examined.examined_at,
            level=None if report is None else report.level,
            results=[] if report is None else list(report.verdicts),
            not_examined=[] if report is None else list(report.not_examined),
        )
