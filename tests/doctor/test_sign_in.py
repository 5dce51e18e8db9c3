"""The token with which commands of this machine sign in."""

from __future__ import annotations

from tests.doctor.verdicts import OK, WARN, only
from thumper.doctor.check_context import CheckContext
from thumper.doctor.sign_in import look_at_sign_in
from thumper.owner_token import owner_token_path
from thumper.store.access.first_owner import ensure_owner
from thumper.store.models import Token
from thumper.store.postgres.clock import NOW


async def test_a_home_without_an_owner_waits_for_its_first_start(context: CheckContext) -> None:
    assert "There is no owner yet" in only(await look_at_sign_in(context), OK)


async def test_a_token_that_counts_is_fine_and_its_use_is_not_noted(context: CheckContext) -> None:
    await ensure_owner(context.settings.home)
    assert "can sign in" in only(await look_at_sign_in(context), OK)
    assert (await Token.get()).last_used_at is None


async def test_a_token_that_is_lost_or_was_revoked_is_told_with_what_to_do(context: CheckContext) -> None:
    await ensure_owner(context.settings.home)
    await Token.all().update(revoked_at=NOW)
    told = only(await look_at_sign_in(context), WARN)
    assert "does not count any more" in told
    assert "Start Thumper again" in told
    owner_token_path(context.settings.home).unlink()
    told = only(await look_at_sign_in(context), WARN)
    assert "There is no " in told
    assert "start it again" in told
