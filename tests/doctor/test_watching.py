from __future__ import annotations

import dataclasses
import errno
import os
from pathlib import Path

import pytest

from tests.doctor.verdicts import OK, WARN, only
from tests.factories import make_source
from thumper.doctor import watching
from thumper.doctor.check_context import CheckContext
from thumper.doctor.watching import look_at_watching, set_watch
from thumper.domain.progress import ProcessRole, WatchMode
from thumper.store.models import Source
from thumper.store.status import processes
from thumper.store.status.processes import Life
from thumper.watcher import inotify_limits
from thumper.watcher.inotify_limits import read_limit


async def _watch_by(context: CheckContext, mode: WatchMode, note: str | None = None) -> None:
    """Let a watcher live that watches the drop folder in this way."""
    await processes.register(Life(role=ProcessRole.WATCH))
    source = await make_source(context.settings.drop_dir)
    await Source.filter(id=source.id).update(watch_mode=mode, watch_note=note)


def _limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, watches: int) -> None:
    folder = tmp_path / "limits"
    folder.mkdir(exist_ok=True)
    (folder / "max_user_watches").write_text(f"{watches}\n")
    (folder / "max_user_instances").write_text("128\n")
    monkeypatch.setattr(inotify_limits, "FOLDERS", (folder, tmp_path / "none"))


async def test_a_real_watch_can_be_set_and_the_kernels_limit_is_known(offline: CheckContext) -> None:
    assert (read_limit("watches") or 0) > 0
    assert (read_limit("instances") or 0) > 0
    assert "1 watches of" in only(await look_at_watching(offline), OK)


def test_a_watch_is_really_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        set_watch(bytes(tmp_path / "gone"))


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, "watches"), (errno.EMFILE, "instances")])
async def test_a_limit_that_is_used_up_is_named_with_the_setting_to_raise(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, kind: str
) -> None:
    def refuse(_folder: bytes) -> None:
        raise OSError(number, os.strerror(number))

    _limit(monkeypatch, tmp_path, 50_000)
    monkeypatch.setattr(watching, "set_watch", refuse)
    told = only(await look_at_watching(offline), WARN)
    assert f"sysctl fs.inotify.max_user_{kind}=" in told
    assert "found by looking again and again, seconds later" in told


async def test_more_folders_than_watches_are_named_with_the_number_to_set(
    context: CheckContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number in range(10):
        (context.settings.drop_dir / str(number)).mkdir()
    _limit(monkeypatch, tmp_path, 11)
    monkeypatch.setattr(watching, "_watches_in_use", lambda: 4)
    told = only(await look_at_watching(context), WARN)
    assert "needs 11 inotify watches, and of 11 only 7 are left" in told
    assert "max_user_watches=65536" in told
    await _watch_by(context, WatchMode.EVENTS)  # which holds them all
    only(await look_at_watching(context), OK)


def test_watches_in_use_are_those_of_living_processes(tmp_path: Path) -> None:
    import ctypes

    before = watching._watches_in_use()
    libc = ctypes.CDLL(None)
    descriptor = libc.inotify_init1(os.O_CLOEXEC)
    try:
        for number in range(100):
            folder = tmp_path / str(number)
            folder.mkdir()
            libc.inotify_add_watch(descriptor, bytes(folder), watching.IN_CREATE)
        assert watching._watches_in_use() - before > 50  # others come and go meanwhile
    finally:
        os.close(descriptor)


async def test_a_share_that_is_polled_is_fine_and_says_why(context: CheckContext) -> None:
    await _watch_by(context, WatchMode.POLLING, "It is a network share.")
    assert "The watcher notes: It is a network share." in only(await look_at_watching(context), OK)


async def test_a_file_system_that_knows_no_watches_needs_nothing(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: bytes) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(watching, "set_watch", refuse)
    assert "Nothing needs to be done" in only(await look_at_watching(offline), WARN)


async def test_a_folder_that_is_to_be_polled_needs_no_watch(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    polled = dataclasses.replace(offline, settings=offline.settings.model_copy(update={"watch": "polling"}))
    monkeypatch.setattr(watching, "set_watch", None)
    assert "THUMPER_WATCH asks for it" in only(await look_at_watching(polled), OK)


async def test_a_folder_that_is_not_there_is_the_other_checks_business(offline: CheckContext) -> None:
    offline.settings.drop_dir.rmdir()
    assert await look_at_watching(offline) == []
