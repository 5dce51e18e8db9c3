"""Who sends too much is refused for some seconds, and the others are not."""

from __future__ import annotations

import dataclasses

import pytest

from thumper.domain.access import OWNER, SCOPES_OF, Actor, Role
from thumper.settings import Settings
from thumper.store.postgres.ids import new_id
from thumper.web.answer import Refusal
from thumper.web.rate_limits import RateLimits, is_own

FEW = {"owner_requests_per_s": 0.5, "member_requests_per_s": 0.3, "guest_requests_per_s": 0.1}


def somebody(role: Role) -> Actor:
    return Actor(name="ann", role=role, scopes=SCOPES_OF[role], person_id=new_id(), credential_id=new_id())


async def refusal(limits: RateLimits, actor: Actor, address: str, *, picture: bool) -> Refusal | None:
    try:
        await limits.admit(actor, address, picture=picture)
    except Refusal as refused:
        return refused
    return None


async def admitted(
    limits: RateLimits, actor: Actor, address: str = "192.168.1.7", *, picture: bool = False
) -> int:
    """Return how many requests are admitted before the first that is not, fifty at most."""
    for number in range(50):
        refused = await refusal(limits, actor, address, picture=picture)
        if refused is not None:
            assert (refused.status, refused.code) == (429, "TOO_MANY_REQUESTS")
            assert refused.headers is not None
            assert 1 <= int(refused.headers["retry-after"]) <= 10
            return number
    return 50


@pytest.mark.parametrize(("role", "most"), [(Role.OWNER, 5), (Role.MEMBER, 3), (Role.GUEST, 1)])
async def test_each_role_has_its_rate_for_each_token(settings: Settings, role: Role, most: int) -> None:
    limits = RateLimits(settings.model_copy(update=FEW))
    one = somebody(role)
    assert await admitted(limits, one) == most
    assert await admitted(limits, dataclasses.replace(one, credential_id=new_id())) == most
    assert await admitted(limits, one) == 0
    assert await admitted(limits, one, picture=True) == min(most * 10, 50)
    await limits.close()


async def test_the_owner_at_the_machine_has_no_limit_and_zero_is_none(settings: Settings) -> None:
    limits = RateLimits(settings.model_copy(update=FEW | {"guest_requests_per_s": 0.0}))
    for address in ("127.0.0.1", "::1", ""):
        assert await admitted(limits, OWNER, address) == 50
    assert await admitted(limits, somebody(Role.MEMBER), "127.0.0.1") == 3
    assert await admitted(limits, somebody(Role.GUEST)) == 50
    await limits.close()


def test_who_asks_from_this_machine_is_known_by_the_address() -> None:
    own = [is_own(each) for each in ("127.0.0.1", "::1", "", "192.168.1.7", "testclient")]
    assert own == [True, True, True, False, False]
