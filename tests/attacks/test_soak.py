"""Whatever is asked, a client can read the answer: no 5xx, no bug, nothing unmasked, nothing without end."""

from __future__ import annotations

import os

import pytest

from tests.api import Api
from tests.attacks.soak import soak
from tests.small_library import small_library

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7_200)]

OPERATIONS = int(os.environ.get("SOAK", "2000"))


async def test_hostile_operations_are_answered_or_refused_by_a_code(api: Api) -> None:
    findings = await soak(api, await small_library(), operations=OPERATIONS, seed=15)
    assert findings.wrong == []
    # Enough got past validation to try the rest.
    assert findings.codes["answered"] > OPERATIONS // 20, findings.codes
    assert len(findings.codes) > 8, findings.codes
