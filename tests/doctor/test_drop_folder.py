from __future__ import annotations

import dataclasses

import pytest

from tests.doctor.plain_user import as_a_plain_user
from tests.doctor.verdicts import FAIL, OK, WARN, only
from tests.factories import make_dump, make_file, make_source
from thumper.doctor import drop_folder
from thumper.doctor.check_context import CheckContext
from thumper.doctor.drop_folder import look_at_drop_folder
from thumper.domain.keep import Keep
from thumper.domain.progress import FileState, SourceState
from thumper.store.files.sources import mark_online
from thumper.store.models import Source
from thumper.watcher.scan import root_identity


async def _held_a_file(context: CheckContext) -> Source:
    """Let the database know a file of the drop folder."""
    source = await make_source(context.settings.drop_dir)
    await make_file(await make_dump(source=source), FileState.REJECTED)
    return source


async def test_a_folder_that_can_be_read_is_counted(offline: CheckContext) -> None:
    card = offline.settings.drop_dir / "Barn Feed" / "DCIM"
    card.mkdir(parents=True)
    for name in ("1.jpg", "2.jpg", "Thumbs.db"):
        (card / name).touch()
    assert "2 files in 2 folders" in only(await look_at_drop_folder(offline), OK)


async def test_a_new_folder_is_made_by_the_watcher_and_one_that_held_files_is_missed(
    context: CheckContext,
) -> None:
    context.settings.drop_dir.rmdir()
    assert "not there yet" in only(await look_at_drop_folder(context), WARN)
    await _held_a_file(context)
    told = only(await look_at_drop_folder(context), FAIL)
    assert "No such file or directory" in told
    assert "Mount its disk" in told


async def test_a_folder_that_is_suddenly_empty_is_no_deletion(context: CheckContext) -> None:
    only(await look_at_drop_folder(context), OK)
    await _held_a_file(context)
    assert "is empty, though it held files" in only(await look_at_drop_folder(context), FAIL)


async def test_whoever_empties_a_folder_of_which_copies_are_kept_has_tidied_up(context: CheckContext) -> None:
    source = await _held_a_file(context)
    keeping = dataclasses.replace(context, settings=context.settings.model_copy(update={"keep": Keep.COPY}))
    device_id, inode = root_identity(bytes(context.settings.drop_dir)) or (0, 0)
    await mark_online(source.id, device_id=device_id, inode=inode)
    assert "was emptied" in only(await look_at_drop_folder(keeping), OK)
    only(await look_at_drop_folder(context), FAIL)
    await mark_online(source.id, device_id=device_id, inode=inode + 1)
    assert "though it held files" in only(await look_at_drop_folder(keeping), FAIL)


async def test_a_folder_that_this_user_may_not_read_is_named(offline: CheckContext) -> None:
    offline.settings.drop_dir.chmod(0)
    try:
        with as_a_plain_user():
            told = only(await look_at_drop_folder(offline), FAIL)
    finally:
        offline.settings.drop_dir.chmod(0o755)
    assert "Permission denied" in told
    assert "chmod" in told


async def test_a_file_is_no_folder(offline: CheckContext) -> None:
    offline.settings.drop_dir.rmdir()
    offline.settings.drop_dir.touch()
    assert "Set THUMPER_DROP to a folder" in only(await look_at_drop_folder(offline), FAIL)


async def test_parts_that_cannot_be_read_are_named(offline: CheckContext) -> None:
    outside = offline.settings.home / "outside.jpg"
    outside.parent.mkdir()
    outside.touch()
    for number in range(5):
        (offline.settings.drop_dir / f"{number}.jpg").symlink_to(outside)
    told = only(await look_at_drop_folder(offline), WARN)
    assert "leads out of the folder" in told
    assert "and 2 more are left out" in told
    assert "chmod" not in told, "no right helps a link"
    assert "Copy what they lead to" in told


async def test_a_link_to_a_folder_of_the_drop_folder_is_named_and_no_fault(offline: CheckContext) -> None:
    (offline.settings.drop_dir / "Ridge").mkdir()
    (offline.settings.drop_dir / "again").symlink_to("Ridge")
    told = only(await look_at_drop_folder(offline), OK)
    assert "Links to folders in it, which are read where they lie: again." in told


async def test_a_library_inside_of_the_drop_folder_is_named(offline: CheckContext) -> None:
    inside = offline.settings.model_copy(update={"home": offline.settings.drop_dir / "home"})
    assert "lie in each other" in only(
        await look_at_drop_folder(dataclasses.replace(offline, settings=inside)), FAIL
    )


async def test_a_folder_that_the_watcher_takes_for_offline_is_a_warning(context: CheckContext) -> None:
    source = await _held_a_file(context)
    (context.settings.drop_dir / "1.jpg").touch()
    await Source.filter(id=source.id).update(state=SourceState.OFFLINE, watch_note="Its disk hangs.")
    fine, told = await look_at_drop_folder(context)
    assert fine.level is OK
    assert told.level is WARN
    assert "Its disk hangs." in told.sentence


async def test_a_walk_that_takes_too_long_is_cut_short_and_says_so(
    offline: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        (offline.settings.drop_dir / f"{number}.jpg").touch()
    counted: list[int] = []
    watched = dataclasses.replace(offline, count=lambda done, total: counted.append(done))
    monkeypatch.setattr(drop_folder, "WALK_S", 0.0)
    monkeypatch.setattr(drop_folder, "TOLD_EVERY", 10)
    assert "at least 10 files" in only(await look_at_drop_folder(watched), OK)
    assert counted == [10]
