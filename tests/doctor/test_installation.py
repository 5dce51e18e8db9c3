from __future__ import annotations

import sys
from pathlib import Path

import pytest

from thumper.doctor.check_context import CheckContext
from thumper.doctor.installation import WEBSOCKET_LIBRARY, look_at_installation
from thumper.domain.check_result import Level
from thumper.web import page


async def test_what_is_installed_is_fine_and_what_is_missing_is_named(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "package.json").touch()
    (tmp_path / "index.html").touch()
    monkeypatch.setattr(page, "_COMPLETE", tmp_path / "package.json")
    monkeypatch.setattr(page, "APP", tmp_path)
    assert {verdict.level for verdict in await look_at_installation(offline)} == {Level.OK}
    (tmp_path / "package.json").unlink()
    (tmp_path / "index.html").unlink()
    monkeypatch.setitem(sys.modules, WEBSOCKET_LIBRARY, None)
    profile = offline.settings.cameras_dir / "mine.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text("what = 1")
    websocket, view, graphiql, cameras = await look_at_installation(offline)
    assert [each.level for each in (websocket, view, graphiql)] == [Level.FAIL, Level.WARN, Level.WARN]
    assert cameras.level == Level.FAIL
    assert "make page" in view.remedy
    assert "make page" in graphiql.remedy
    assert str(profile) in cameras.sentence
