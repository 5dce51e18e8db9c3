"""Who may see a picture: who signed in, or who has an address that was signed for it and is good still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.types import Scope

from thumper.domain.access import Actor, Role
from thumper.domain.access import Scope as AccessScope
from thumper.domain.signed_picture import SIGNATURE, BadSignatureError, SignedPicture
from thumper.settings import Settings
from thumper.store.access.credentials import Credentials
from thumper.store.disk.picture_key import picture_key
from thumper.store.postgres.probe import unless_frozen
from thumper.web.answer import Refusal

FOLDER: Final = "/media/"


def is_signed(scope: Scope) -> bool:
    """Return whether a request brings a signature, right or wrong, for a picture: then nothing else counts."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return path.startswith(FOLDER) and SIGNATURE in Request(scope).query_params


async def sees_as_guest(request: Request, settings: Settings, credentials: Credentials) -> bool:
    """Return whether the picture is shown as guests see it. Raises `Refusal` for who may not see it at all.

    Raises what PostgreSQL's absence raises.
    """
    if is_signed(request.scope):
        signed = _signed(request.path_params, request.query_params, settings.home)
        signer = await unless_frozen(credentials.present(signed.signer), settings.postgres_url)
        return _is_guest(signer) or signed.as_guest
    actor: Actor | None = request.scope["state"]["actor"]
    if actor is None:
        raise Refusal(401, "UNAUTHENTICATED", message="Sign in to see pictures, or ask for `signedUrls`.")
    if AccessScope.READ not in actor.scopes:
        raise Refusal(
            403, "FORBIDDEN", message="This token may not look at pictures; it has no scope `read`."
        )
    return actor.role is Role.GUEST


def _is_guest(signer: Actor | None) -> bool:
    """Return whether who signed an address is a guest now. Raises `Refusal` if they may see no pictures any more."""
    if signer is None or AccessScope.READ not in signer.scopes:
        raise Refusal(
            403,
            "ADDRESS_REVOKED",
            message="This address is good no more: the session or token that asked for it has ended. Ask `signedUrls`"
            " for another.",
        )
    return signer.role is Role.GUEST


def _signed(about: Mapping[str, Any], query: Mapping[str, str], home: Path) -> SignedPicture:
    try:
        signed = SignedPicture.read(about["id"], about["size"], query, key=picture_key(home))
    except BadSignatureError:
        raise Refusal(
            403,
            "BAD_SIGNATURE",
            message="This address was not signed as it stands; use it as `signedUrls` gave it, to the letter.",
        ) from None
    if signed.has_expired(dt.datetime.now(dt.UTC)):
        raise Refusal(
            403, "ADDRESS_EXPIRED", message="This address has expired. Ask `signedUrls` for another."
        )
    return signed
