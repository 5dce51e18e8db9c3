"""Thousands of hostile operations against an API: `make soak` runs 20,000, CI 2,000."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.api import Api
from tests.attacks.hostile_operations import HostileDrawing, hostile_request
from thumper.graphql.schema import schema

AT_ONCE: Final = 4
WORDS_OF_A_BUG: Final = ("Traceback", "asyncpg", "tortoise", "psycopg", ".py", "SELECT ", "NoneType")
"""What an error says whose text came from a bug or from the database."""


@dataclass(slots=True)
class Findings:
    """What the answers were: codes of errors, and the requests that were answered as none may be."""

    codes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def judge(self, body: bytes, status: int, text: str) -> None:
        """Note what is wrong with an answer."""
        answer = json.loads(text)
        errors = answer.get("errors", [])
        codes = [error["extensions"]["code"] for error in errors]
        self.codes.update(codes or ["answered"])
        said = " ".join(error["message"] for error in errors)
        if (
            status >= 500
            or {"INTERNAL", "DATABASE_DOWN"} & set(codes)
            or any(word in said for word in WORDS_OF_A_BUG)
        ):
            self.wrong.append(f"{status} {codes} {said[:300]}\n{body.decode()[:3000]}")


async def soak(api: Api, ids: dict[str, list[str]], *, operations: int, seed: int) -> Findings:
    """Send that many operations, some at a time; each can be drawn again by its seed."""
    findings = Findings()
    numbers = iter(range(operations))
    known: Any = schema._schema  # as strawberry's own extensions read it

    async def send() -> None:
        for number in numbers:
            body = hostile_request(HostileDrawing(known, Random(f"{seed} {number}"), ids))
            answer = await api.http.post(
                "/graphql", content=body, headers={"content-type": "application/json"}
            )
            findings.judge(body, answer.status_code, answer.text)

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return findings
