"""Wrong tokens are refused for some seconds by their address, and written down as far as the disk can bear."""

from __future__ import annotations

import pytest

from thumper.store.models import AuditEntry
from thumper.web.answer import Refusal
from thumper.web.wrong_credentials import WrongCredentials, origin


async def flooded(wrong: WrongCredentials, address: str, times: int) -> int:
    """Return how many of those shown were refused."""
    refused = 0
    for _ in range(times):
        try:
            await wrong.noted(address)
        except Refusal:
            refused += 1
    return refused


@pytest.mark.usefixtures("database")
async def test_only_the_address_of_a_flood_is_refused() -> None:
    wrong = WrongCredentials()
    assert await flooded(wrong, "2001:db8::1", 25) == 5
    assert await flooded(wrong, "2001:db8::2", 1) == 1, "its other addresses are the same client's"
    assert await flooded(wrong, "2001:db8:0:1::1", 5) == await flooded(wrong, "192.168.1.7", 5) == 0
    with pytest.raises(Refusal) as refused:
        await wrong.noted("2001:db8::1")
    assert (refused.value.status, refused.value.code) == (429, "TOO_MANY_REQUESTS")
    assert refused.value.headers is not None
    assert 1 <= int(refused.value.headers["retry-after"]) <= 10


@pytest.mark.usefixtures("database")
async def test_the_first_of_each_address_are_in_the_audit_and_a_flood_does_not_fill_the_disk() -> None:
    wrong = WrongCredentials()
    for number in range(30):
        await flooded(wrong, f"192.168.1.{number}", 7)
    entries = await AuditEntry.all()
    assert len(entries) == 60
    first = [entry for entry in entries if entry.address == "192.168.1.0"]
    assert len(first) == 5
    assert {(entry.action, entry.outcome, entry.actor) for entry in entries} == {
        ("signIn", "UNAUTHENTICATED", "")
    }


def test_an_address_stands_for_those_that_its_client_can_take() -> None:
    assert origin("192.168.1.7") == origin("::ffff:192.168.1.7") == "192.168.1.7"
    assert origin("2001:db8::1") == origin("2001:db8::ffff:1") != origin("2001:db8:0:1::1")
    assert origin("testclient") == "testclient"
