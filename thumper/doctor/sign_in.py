"""Whether the commands of this machine can sign in; who has lost that learns how to get it back."""

from __future__ import annotations

from typing import Final

from thumper.doctor.check_context import CheckContext
from thumper.domain.access import Role
from thumper.domain.check_result import CheckResult
from thumper.domain.secret import hash_of
from thumper.errors import SignedOutError
from thumper.owner_token import owner_token_path, read_owner_token
from thumper.store.models import Person, Token

_SIGN_IN: Final = "sign-in"


async def look_at_sign_in(context: CheckContext) -> list[CheckResult]:
    """Return whether the token in the home is one that counts. Does not note that it was looked at."""
    home = context.settings.home
    if not await Person.filter(role=Role.OWNER, removed_at=None).exists():
        return [CheckResult.ok(_SIGN_IN, "There is no owner yet: the first start of the API makes one.")]
    try:
        secret = read_owner_token(home)
    except SignedOutError as error:
        what, _, remedy = str(error).partition(". ")
        return [CheckResult.warn(_SIGN_IN, f"{what}.", remedy=remedy)]
    counts = Token.filter(sha256=hash_of(secret), revoked_at=None, person__removed_at=None)
    if not await counts.exists():
        return [
            CheckResult.warn(
                _SIGN_IN,
                f"The token in {owner_token_path(home)}, with which commands sign in, does not count any more.",
                remedy="Start Thumper again: it writes a new one.",
            )
        ]
    return [CheckResult.ok(_SIGN_IN, "Commands of this machine can sign in.")]
