"""The cases of the table that `thumper.domain.blame` begins with."""

from __future__ import annotations

from typing import NamedTuple

from thumper.domain import blame
from thumper.domain.blame import Blame
from thumper.domain.progress import ImageState


class Case(NamedTuple):
    """One row of the table."""

    claimed_alone: bool
    begun: bool
    other_suspects: int
    tries: int
    blamed_before: int
    verdict: Blame
    then: ImageState


def _case(row: str) -> Case:
    alone, begun, others, tries, before, verdict, then = (word.strip() for word in row.strip("|").split("|"))
    numbers = int(others), int(tries), int(before)
    return Case(alone == "yes", begun == "yes", *numbers, Blame(verdict), ImageState(then))


CASES = [_case(row) for row in (blame.__doc__ or "").splitlines() if row.startswith(("| yes", "| no"))]
