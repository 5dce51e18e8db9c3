"""`thumper demo`: a newcomer without photos sees the whole road on a drawn ranch, and nothing calls out."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.journeys.conftest import Ranch
from tests.without_routes import calls_out, without_routes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_demo_shows_receipts_that_add_up_and_queries_with_answers(ranch: Ranch) -> None:
    ranch.before = without_routes()
    assert ranch.start("demo", "--exit").wait(240) == 0
    told = ranch.output("demo")
    assert "This ranch is drawn" in told
    assert "Barn Feed: 16 found = 16 stored + 0 duplicate + 0 rejected" in told
    assert "Barn Feed: 6 found = 5 stored + 0 duplicate + 1 rejected" in told
    assert "SD card copy: 12 found = 0 stored + 12 duplicate + 0 rejected" in told
    assert "TRUNCATED" in told
    assert told.count('"totalCount"') == 2
    assert "make run DROP=/path/of/photos" in told
    assert "Traceback" not in told
    # The user's own home and drop folder were left alone.
    assert not ranch.settings.postgres_dir.exists()
    assert list(ranch.settings.drop_dir.iterdir()) == []
    assert calls_out(told) == {"IPv4": 0, "IPv6": 0}


def test_a_call_out_would_be_noticed() -> None:
    program = """
import socket
for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
    socket.socket(family).connect_ex((address, 443))
"""
    command = [*without_routes(), sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert calls_out(told) == {"IPv4": 1, "IPv6": 1}
