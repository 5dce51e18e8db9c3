"""`thumper ingest` when a server goes away under it."""

from __future__ import annotations

from pathlib import Path

import pytest

from thumper.cli import ingest
from thumper.errors import ServiceDownError
from thumper.ingest import deliver
from thumper.settings import Settings


async def test_postgresql_going_away_is_said_in_a_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object, **__: object) -> None:
        raise ConnectionResetError("connection lost")

    monkeypatch.setattr(deliver, "ingest_path", cut_off)
    with pytest.raises(ServiceDownError, match="connection lost"):
        await ingest._ingest(settings, tmp_path, location=None, wait=False)
