"""Requests as JSON or nearly, right and wrong ones, and what every answer to them must keep to."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as tries
from hypothesis import strategies as st

SOAK: Final = int(os.environ.get("SOAK", "0"))
SOME: Final = tries(
    max_examples=max(30, SOAK // 10), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""As many examples as find most of what there is to find; `make soak` tries the rest."""
DIGITS: Final = "9" * 5000
LONG: Final = "<an integer of 5,000 digits>"
QUERIES: Final = st.sampled_from(
    [
        "{ __typename }",
        "query A { status { __typename } }",
        "query ($n: Int) { images(first: $n) { totalCount } }",
        "query ($id: ID!) { node(id: $id) { id } }",
        "query ($n: Float) { detections(where: {minConfidence: $n}) { totalCount } }",
        "query ($n: String) { images(where: {fileName: $n}, after: $n) { totalCount } }",
        f"{{ images(first: {DIGITS}) {{ totalCount }} }}",
        f"query ($id: ID = {DIGITS}) {{ node(id: $id) {{ id }} }}",
        f"{{ detections(where: {{minConfidence: {DIGITS[:400]}}}) {{ totalCount }} }}",
        "subscription { status { __typename } }",
        "subscription ($n: BigInt) { imageProcessed(after: $n) { seq } }",
        "subscription ($id: ID!) { dumpProgress(id: $id) { seq } }",
        "{",
    ]
)
TEXTS: Final = st.text(st.characters(exclude_categories=()), max_size=20)
"""Halves of surrogate pairs are among them."""
SCALARS: Final = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just(LONG) | st.just(10**400)
)
VALUES: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
REQUESTS: Final = st.fixed_dictionaries(
    {},
    optional={
        "query": QUERIES | TEXTS | VALUES,
        "variables": st.dictionaries(st.sampled_from(["n", "id"]), VALUES) | VALUES,
        "operationName": st.sampled_from(["A", ""]) | VALUES,
        "extensions": VALUES,
    },
)


def encoded(value: object) -> str:
    """Return JSON, or what is nearly that: NaN and integers that Python does not read."""
    return json.dumps(value).replace(json.dumps(LONG), DIGITS)


BODIES: Final = (
    st.binary(max_size=200)
    | REQUESTS.map(lambda asked: encoded(asked).encode())
    | VALUES.map(lambda value: encoded(value).encode("utf-16"))
)


class Sound:
    """Holds answers and the log to what was promised."""

    def __init__(self, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
        self._caplog = caplog
        self._capsys = capsys

    def check(self, answer: httpx.Response) -> None:
        """Look at a whole answer over HTTP, and at the log."""
        assert answer.status_code < 500, answer.text
        assert answer.headers["x-request-id"]
        if answer.status_code >= 400 or answer.headers["content-type"].startswith("application/json"):
            self.check_errors(json.loads(answer.content).get("errors", []))
        self.check_log()

    def check_errors(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Look at errors, each of which has a code."""
        codes = [error["extensions"]["code"] for error in errors]
        assert "INTERNAL" not in codes, errors

    def check_log(self) -> None:
        """Look whether something unforeseen was written to the log."""
        wrong = [record for record in self._caplog.records if record.levelno >= logging.ERROR]
        self._caplog.clear()  # the next example has a log of its own
        assert wrong == []
        printed = self._capsys.readouterr()
        assert "a request failed" not in printed.out, printed.out
        assert "Traceback" not in printed.out + printed.err


@pytest.fixture
def sound(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Sound:
    """Return what looks at answers and at the log."""
    return Sound(caplog, capsys)
