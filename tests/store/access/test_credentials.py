"""Who asks while PostgreSQL, which knows, is away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.factories import unknown_id
from tests.people import make_asker
from thumper.domain.secret import hash_of
from thumper.store.access import credentials, tokens
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


async def test_who_signed_something_is_known_by_id_for_as_long_as_by_what_they_show(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, found, clock_s = await make_asker("Ann"), Credentials(), 1000.0
    monkeypatch.setattr(credentials, "time", SimpleNamespace(monotonic=lambda: clock_s))
    first = await found.present(asker.token_id)
    assert first is not None
    assert (first.person_id, first.signed_in) == (asker.person_id, False)
    assert await found.present(unknown_id()) is None

    async def away(ids: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(credentials, "present_actors", away)
        assert await found.present(asker.token_id) == first, "without another look"
        clock_s += REMEMBERED_S + 1
        assert await found.present(asker.token_id) == first
        clock_s += KNOWN_S
        with pytest.raises(ConnectionRefusedError):
            await found.present(asker.token_id)
    assert await found.present(asker.token_id) == first
    await tokens.revoke(asker.token_id)
    assert await found.present(asker.token_id) == first, "as another process revoked it"
    found.revoked(asker.token_id)
    assert await found.present(asker.token_id) is None
