"""Who asks while PostgreSQL, which knows, is away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.people import make_asker
from thumper.domain.secret import hash_of
from thumper.store.access import credentials
from thumper.store.access.credentials import KNOWN_S, REMEMBERED_S, Credential, CredentialKind, Credentials


async def test_who_was_known_lately_is_known_while_postgresql_is_away(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, found, clock_s = await make_asker("Ann"), Credentials(), 1000.0
    shown = CredentialKind.TOKEN, hash_of(asker.secret)
    monkeypatch.setattr(credentials, "time", SimpleNamespace(monotonic=lambda: clock_s))
    first = await found.find(*shown)
    assert first is not None
    assert first.actor.person_id == asker.person_id

    async def away(kind: CredentialKind, sha256: bytes) -> Credential | None:
        raise ConnectionRefusedError

    monkeypatch.setattr(credentials, "_read", away)
    clock_s += REMEMBERED_S + 1
    assert await found.find(*shown) == first
    with pytest.raises(ConnectionRefusedError):
        await found.find(CredentialKind.TOKEN, hash_of("another"))
    clock_s += KNOWN_S
    with pytest.raises(ConnectionRefusedError):
        await found.find(*shown)
    assert found.known(*shown) is None
