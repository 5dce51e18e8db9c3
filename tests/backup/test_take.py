"""What a backup holds, and that it has its name only when it is whole."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.backup.keeping import SilentWatcher, check, keep, scratches
from tests.databases import administer
from thumper.backup import checksums, client_programs, scratch, take
from thumper.backup.client_programs import Programs
from thumper.backup.draft import MARK, SUFFIX, draft_of
from thumper.backup.manifest import DUMP, FILE, read_manifest
from thumper.domain.disk_space import MB, Space
from thumper.embedded.postgres_cluster import program_folders
from thumper.errors import (
    BackupError,
    BadBackupError,
    BusyError,
    NoRoomError,
    NotFoundError,
    RefusedError,
    SchemaTooNewError,
    UsageError,
)
from thumper.settings import NO_REDIS, Settings
from thumper.store.disk import disk_space


async def noted(used: Settings) -> list[dt.datetime]:
    """Return when backups were taken, as the database knows it."""
    async with scratch.connected(used.postgres_url) as connection:
        return [row[0] for row in await connection.fetch("SELECT taken_at FROM backup ORDER BY 1")]


async def test_it_says_what_it_holds_and_sha256sum_can_check_it(used: Settings, tmp_path: Path) -> None:
    before = await noted(used)
    taken = await keep(used, tmp_path / "backup")
    read = read_manifest(tmp_path / "backup")
    assert read == taken.manifest
    assert (read.tables["image"].rows, read.tables["deer"].rows) == (5, 2)
    assert "process" not in read.tables
    assert [one.name for one in read.detectors if one.current] != []
    assert (read.settings["THUMPER_TIME_ZONE"], read.originals.within) == ("America/Chicago", False)
    sums = subprocess.run(  # noqa: ASYNC221  # nothing else goes on
        ["sha256sum", "--check", "--strict", checksums.LIST],
        cwd=tmp_path / "backup",
        capture_output=True,
        check=True,
    )
    assert sums.stdout.count(b": OK\n") == 2
    assert await scratches(used.postgres_url) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup"]
    assert await noted(used) == [*before, taken.manifest.taken_at]


@pytest.mark.parametrize(
    ("redis_url", "kept_url"),
    [("redis://ann:s3cret@wake.ranch/2", "redis://wake.ranch/2"), (NO_REDIS, NO_REDIS)],
)
async def test_passwords_are_not_in_it(used: Settings, tmp_path: Path, redis_url: str, kept_url: str) -> None:
    url = used.postgres_url
    named = used.model_copy(
        update={
            "database_url": "postgresql://ann:s3cret@db.ranch:5433/deer?password=s3cret",
            "redis_url": redis_url,
        }
    )
    await take.take_backup(named, tmp_path / "backup", url=url, originals=False, watcher=SilentWatcher())
    assert "s3cret" not in (tmp_path / "backup" / FILE).read_text()
    kept = read_manifest(tmp_path / "backup").settings
    assert kept["THUMPER_DATABASE_URL"] == "postgresql://db.ranch:5433/deer"
    assert kept["THUMPER_REDIS_URL"] == kept_url


async def test_what_is_written_meanwhile_is_not_in_it_and_does_not_disturb_it(
    used: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = client_programs.run

    async def run(program: Path, words: list[str], **rest: object) -> str:
        answer = await real(program, words, **rest)  # type: ignore[arg-type]
        if program.name == "pg_dump":  # the dump is made, the rows are not counted yet
            await administer(used.postgres_url, "UPDATE deer SET notes = notes || '!'; DELETE FROM review")
        return answer

    monkeypatch.setattr(client_programs, "run", run)
    taken = await keep(used, tmp_path / "backup")
    assert taken.manifest.tables["review"].rows > 0
    await check(used, tmp_path / "backup")


async def test_a_dump_that_restores_to_something_else_gets_no_name(
    used: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = take.restore_dump

    async def restore(*words: object, url: str) -> None:
        await real(*words, url=url)  # type: ignore[arg-type]
        await administer(url, "UPDATE deer SET notes = 'somebody else'")

    monkeypatch.setattr(take, "restore_dump", restore)
    before = await noted(used)
    with pytest.raises(BadBackupError, match=r"The table deer had 2 rows and has 2 .* of other content"):
        await keep(used, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []
    assert await scratches(used.postgres_url) == []
    assert await noted(used) == before


async def test_a_dump_that_the_disk_gives_back_otherwise_than_it_was_tried_gets_no_name(
    used: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = take.restore_dump

    async def restore_and_spoil(settings: Settings, dump: Path, *words: object, url: str) -> None:
        await real(settings, dump, *words, url=url)  # type: ignore[arg-type]
        content = dump.read_bytes()
        dump.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    monkeypatch.setattr(take, "restore_dump", restore_and_spoil)
    with pytest.raises(BackupError, match=r"database\.dump does not hold what was written to it"):
        await keep(used, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


async def test_it_writes_over_nothing(used: Settings, tmp_path: Path) -> None:
    await keep(used, tmp_path / "backup")
    with pytest.raises(RefusedError, match="is there already"):
        await keep(used, tmp_path / "backup")
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(UsageError, match="is no folder"):
        await keep(used, tmp_path / "letters.txt")
    (tmp_path / f"mine{SUFFIX}").mkdir()
    (tmp_path / f"mine{SUFFIX}" / "letters.txt").write_text("dear")
    with pytest.raises(RefusedError, match="no backup of Thumper left it"):
        await keep(used, tmp_path / "mine")
    assert (tmp_path / f"mine{SUFFIX}" / "letters.txt").exists()


async def test_an_empty_folder_that_waits_for_it_becomes_the_backup(used: Settings, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    await keep(used, tmp_path / "backup")
    await check(used, tmp_path / "backup")


async def test_what_a_killed_backup_left_is_removed_by_the_next_one(used: Settings, tmp_path: Path) -> None:
    left = tmp_path / f"backup{SUFFIX}"
    left.mkdir()
    (left / MARK).write_text("")
    (left / "originals").mkdir()
    name = urlsplit(used.postgres_url).path.removeprefix("/")
    await administer(used.postgres_url, f'CREATE DATABASE "{name}_scratch_deadbeef"')
    await keep(used, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert await scratches(used.postgres_url) == []


async def test_two_backups_to_one_name_do_not_mix(used: Settings, tmp_path: Path) -> None:
    left = tmp_path / f"backup{SUFFIX}"
    left.mkdir()
    (left / MARK).write_text("")
    other = os.open(left, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with pytest.raises(BusyError, match="Another backup writes"):
            await keep(used, tmp_path / "backup")
    finally:
        os.close(other)
    assert (left / MARK).exists()


async def test_it_does_not_lie_where_its_photos_would_be_taken_for_new_ones(
    used: Settings, tmp_path: Path
) -> None:
    for folder in (used.drop_dir / "backup", used.library_dir / "backup"):
        with pytest.raises(RefusedError, match="Name a folder elsewhere"):
            await keep(used, folder)
    await administer(used.postgres_url, f"UPDATE source SET path = '{tmp_path}/seen' WHERE kind = 'drop'")
    with pytest.raises(RefusedError, match="Name a folder elsewhere"):
        await keep(used, tmp_path / "seen" / "backup")


async def test_a_database_of_a_newer_thumper_or_of_nobody_is_not_kept(
    used: Settings, tmp_path: Path, database_url: str
) -> None:
    await administer(
        used.postgres_url,
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('thumper', '0099_antlers', now())",
    )
    with pytest.raises(SchemaTooNewError, match="0099_antlers"):
        await keep(used, tmp_path / "backup")
    await administer(database_url, "DROP TABLE tortoise_migrations")
    with pytest.raises(NotFoundError, match="there is nothing to keep"):
        await keep(used.model_copy(update={"database_url": database_url}), tmp_path / "backup")


async def test_a_server_that_is_newer_than_every_pg_dump_here_is_said(
    used: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_programs, "_folders", lambda: program_folders()[:1])
    with pytest.raises(
        BackupError, match=r"is of PostgreSQL 18, .*the newest here is 16\. .*postgresql-client-18"
    ):
        await keep(used, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


async def test_a_user_who_may_not_make_databases_is_told_what_to_ask_for(
    used: Settings, tmp_path: Path
) -> None:
    url = used.postgres_url
    await administer(url, "CREATE ROLE plain_keeper LOGIN; GRANT pg_read_all_data TO plain_keeper")
    try:
        plain = used.model_copy(update={"database_url": url.replace("user=thumper", "user=plain_keeper")})
        with pytest.raises(BackupError, match='ALTER ROLE "plain_keeper" CREATEDB'):
            await keep(plain, tmp_path / "backup")
    finally:
        await administer(url, "DROP ROLE plain_keeper")
    assert list(tmp_path.iterdir()) == []


async def test_the_oldest_programs_that_fit_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {program_folders()[0]: 16, program_folders()[-1]: 18}
    monkeypatch.setattr(client_programs, "_folders", lambda: list(found))
    for at_least, major in ((14, 16), (16, 16), (17, 18), (18, 18)):
        programs = await client_programs.fitting(at_least=at_least, what="It")
        assert programs == Programs(next(f for f, m in found.items() if m == major), major)


def test_what_a_backup_left_that_was_killed_at_once_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "backup.unfinished").mkdir()
    with draft_of(tmp_path / "backup") as draft:
        assert (draft.path / MARK).is_file()


def test_a_removal_that_is_killed_leaves_what_the_next_backup_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tmp_path / f"backup{SUFFIX}"

    def begin_and_fail() -> None:
        with draft_of(tmp_path / "backup"):
            assert [path.name for path in draft.iterdir()] == [MARK]
            (draft / "originals").mkdir()
            raise ZeroDivisionError

    def die(_folder: Path) -> None:
        raise KeyboardInterrupt

    for told in (MARK, FILE):  # the mark is gone when only the name was missing
        (draft / "originals").mkdir(parents=True)
        (draft / told).write_text("")
        (draft / DUMP).write_text("")
        with monkeypatch.context() as killed:
            killed.setattr(shutil, "rmtree", die)
            with pytest.raises(KeyboardInterrupt):
                begin_and_fail()
        assert (draft / told).exists()
        with pytest.raises(ZeroDivisionError):  # begins anew
            begin_and_fail()
        assert not draft.exists()
    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", die)
        with pytest.raises(KeyboardInterrupt):
            begin_and_fail()
    assert (draft / MARK).exists()


def test_a_disk_that_is_not_mounted_is_not_written_beside(tmp_path: Path) -> None:
    missing = r"There is no folder .*stick\. Is its disk mounted\?"
    with pytest.raises(UsageError, match=missing), draft_of(tmp_path / "stick" / "backup"):
        pass
    assert not (tmp_path / "stick").exists()


async def test_the_trial_leaves_the_disk_of_postgresql_its_reserve(
    used: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used.postgres_dir.mkdir(parents=True)
    monkeypatch.setattr(disk_space, "measure", lambda _: Space(1000 * MB, 21 * MB, None))
    with pytest.raises(
        NoRoomError, match=r"trial takes about .* 21 MB are free, of which 20 MB are left alone"
    ):
        await keep(used, tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))
    assert await scratches(used.postgres_url) == []
