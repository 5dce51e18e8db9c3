"""A backup comes back whole into an empty home, or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api import running_api
from tests.backup.keeping import ask, bring_back, keep, scratches, seal_anew
from tests.databases import administer
from tests.released import make_released, read_columns, read_rows, released_schemas
from thumper.backup import restoration
from thumper.backup.manifest import read_manifest
from thumper.backup.scratch import take_place
from thumper.cli.backup_view import show_restored
from thumper.embedded.postgres_cluster import program_folders
from thumper.embedded.postgres_server import PostgresServer
from thumper.embedded.servers import Addresses
from thumper.errors import BackupError, BadBackupError, RefusedError
from thumper.settings import Settings
from thumper.store.disk import library_claim
from thumper.store.disk.library_claim import UNFINISHED_RESTORE
from thumper.store.models import Deer
from thumper.store.postgres.connect import open_database
from thumper.store.postgres.schema_version import known_migrations

MOVED = {"source", "image", "process", "job", "session", "sign_in_link"}
"""Tables whose rows say where things are, who works, or who is signed in."""


async def test_every_row_is_back(used: Settings, fresh: Settings, whole: Path) -> None:
    restored = await bring_back(fresh, whole)
    columns = await read_columns(used.postgres_url)
    before, after = await read_rows(used.postgres_url, columns), await read_rows(fresh.postgres_url, columns)
    assert {table: after[table] for table in columns.keys() - MOVED} == {
        table: before[table] for table in columns.keys() - MOVED
    }
    assert len(after["image"]) == len(before["image"]) == 5
    assert after["process"] == after["session"] == after["sign_in_link"] == []
    assert before["session"]
    assert before["sign_in_link"]
    assert (restored.migrations, restored.already) == ([], False)
    assert await scratches(fresh.postgres_url) == []
    assert not (fresh.home / UNFINISHED_RESTORE).exists()


async def test_numbers_of_the_feed_go_on(used: Settings, fresh: Settings, whole: Path) -> None:
    await bring_back(fresh, whole)
    last = "SELECT last_value FROM feed_seq_seq"
    assert await ask(fresh.postgres_url, last) == await ask(used.postgres_url, last)


@pytest.mark.slow
@pytest.mark.parametrize("release", released_schemas()[:-1])
async def test_a_backup_of_every_released_schema_comes_back_up_to_date(
    release: str, settings: Settings, empty_database_url: str, fresh: Settings, tmp_path: Path
) -> None:
    await make_released(empty_database_url, release)
    columns = await read_columns(empty_database_url)
    before = await read_rows(empty_database_url, columns)
    await keep(settings.model_copy(update={"database_url": empty_database_url}), tmp_path / "backup")
    kept = columns.keys() - {"backup"}  # where this one is noted
    left = await read_rows(empty_database_url, columns)
    assert {table: left[table] for table in kept} == {table: before[table] for table in kept}
    restored = await bring_back(fresh, tmp_path / "backup")
    assert list(restored.migrations) == [name for name in known_migrations() if name > release]
    after = await read_rows(fresh.postgres_url, columns)
    kept -= MOVED
    assert {table: after[table] for table in kept} == {table: before[table] for table in kept}


async def test_what_the_earlier_machine_held_is_free_and_nobody_is_blamed(
    used: Settings, fresh: Settings, tmp_path: Path
) -> None:
    await administer(
        used.postgres_url,
        """
        SET LOCAL session_replication_role = replica; -- what completed cannot move
        DELETE FROM process;
        INSERT INTO process (id, role, host, pid, state, message, restarts, last_exit)
            VALUES (gen_random_uuid(), 'work', 'old', 1, 'busy', '', 0, '');
        UPDATE source SET watch_mode = 'events', device_id = 7, inode = 2;
        UPDATE image SET state = 'processing', error_code = NULL, error = NULL WHERE id IN (SELECT image_id FROM job);
        UPDATE job SET state = 'processing', lease_token = gen_random_uuid(), lease_until = now() + interval '1 h',
            alone = FALSE, claimed_alone = TRUE, begun_at = now(), attempts = 3, held = FALSE, finished_at = NULL,
            error_code = NULL, crash_count = 2
        """,
    )
    await keep(used, tmp_path / "backup")
    await bring_back(fresh, tmp_path / "backup")
    jobs = await ask(fresh.postgres_url, "SELECT * FROM job")
    assert {
        (job["state"], job["attempts"], job["crash_count"], job["alone"], job["claimed_alone"])
        for job in jobs
    } == {("pending", 2, 2, False, False)}
    assert {(job["lease_token"], job["lease_until"], job["begun_at"]) for job in jobs} == {(None, None, None)}
    images = await ask(
        fresh.postgres_url, "SELECT DISTINCT state FROM image WHERE id IN (SELECT image_id FROM job)"
    )
    assert [image["state"] for image in images] == ["pending"]
    assert await ask(fresh.postgres_url, "SELECT FROM process") == []
    sources = await ask(fresh.postgres_url, "SELECT DISTINCT watch_mode, device_id, inode FROM source")
    assert [tuple(source) for source in sources] == [(None, None, None)]


async def test_library_and_drop_folder_are_where_they_are_here(
    used: Settings, fresh: Settings, tmp_path: Path
) -> None:
    await place(used.postgres_url, library=b"/old/home/library", drop=b"/old/home/drop")
    await keep(used, tmp_path / "backup")
    restored = await bring_back(fresh, tmp_path / "backup")
    assert await originals_of(fresh) == {
        bytes(fresh.library_dir) + b"/originals/a.jpg",
        bytes(fresh.drop_dir) + b"/card/b.jpg",
        bytes(fresh.drop_dir) + b"/caf\xe9.jpg",
        b"/old/home/dropped/d.jpg",
        b"/elsewhere/e.jpg",
    }
    assert (restored.drop_from, restored.drop_to) == ("/old/home/drop", str(fresh.drop_dir))
    paths = {row["kind"]: row for row in await ask(fresh.postgres_url, "SELECT * FROM source ORDER BY id")}
    assert paths["upload"]["display_path"] == str(fresh.library_dir)
    assert paths["drop"]["path"] == bytes(fresh.drop_dir)
    async with open_database(fresh.postgres_url, pool_size=2):
        await library_claim.check_library(fresh.library_dir)  # does not refuse


async def test_a_drop_folder_outside_the_home_stays_unless_another_is_named(
    used: Settings, fresh: Settings, tmp_path: Path
) -> None:
    await place(used.postgres_url, library=b"/old/home/library", drop=b"/disk/photos")
    await keep(used, tmp_path / "backup")
    restored = await bring_back(fresh, tmp_path / "backup")
    assert restored.drop_to == restored.drop_from == "/disk/photos"
    assert b"/disk/photos/card/b.jpg" in await originals_of(fresh)


async def test_a_named_drop_folder_is_the_drop_folder_but_not_the_place_of_an_earlier_one(
    used: Settings, fresh: Settings, tmp_path: Path
) -> None:
    await place(used.postgres_url, library=b"/old/home/library", drop=b"/disk/photos")
    await administer(
        used.postgres_url,
        "INSERT INTO source (id, kind, path, display_path, state) VALUES"
        " (gen_random_uuid(), 'drop', '/earlier', '/earlier', 'online')",
    )
    await keep(used, tmp_path / "backup")
    with pytest.raises(RefusedError, match="/earlier is the earlier one"):
        await bring_back(fresh.model_copy(update={"drop": Path("/earlier")}), tmp_path / "backup")
    assert await ask(fresh.postgres_url, "SELECT FROM image") == []
    await bring_back(fresh.model_copy(update={"drop": Path("/new/photos")}), tmp_path / "backup")
    assert {b"/new/photos/card/b.jpg", b"/new/photos/caf\xe9.jpg"} <= await originals_of(fresh)


async def place(url: str, *, library: bytes, drop: bytes) -> None:
    """Have originals in the library, in the drop folder, beside it, and elsewhere."""
    paths = [
        library + b"/originals/a.jpg",
        drop + b"/card/b.jpg",
        drop + b"/caf\xe9.jpg",
        b"/old/home/dropped/d.jpg",
        b"/elsewhere/e.jpg",
    ]
    values = ", ".join(f"({number}, '\\x{path.hex()}'::bytea)" for number, path in enumerate(paths, 1))
    await administer(
        url,
        f"""
        DELETE FROM source WHERE kind = 'upload' AND NOT EXISTS (SELECT FROM dump WHERE source_id = source.id);
        INSERT INTO source (id, kind, path, display_path, state)
            SELECT gen_random_uuid(), 'upload', '\\x{library.hex()}', '', 'online'
            WHERE NOT EXISTS (SELECT FROM source WHERE kind = 'upload');
        UPDATE source SET path = '\\x{library.hex()}' WHERE kind = 'upload';
        UPDATE source SET path = '\\x{drop.hex()}', last_scan_at = now() WHERE kind = 'drop';
        UPDATE image SET original_path = new.path FROM (VALUES {values}) AS new(number, path),
            (SELECT id, row_number() OVER (ORDER BY id) AS number FROM image) AS own
        WHERE own.id = image.id AND own.number = new.number
        """,
    )


async def originals_of(settings: Settings) -> set[bytes]:
    return {
        row["original_path"] for row in await ask(settings.postgres_url, "SELECT original_path FROM image")
    }


async def test_a_database_with_data_is_refused_and_stays(
    used: Settings, fresh: Settings, whole: Path
) -> None:
    full = fresh.model_copy(update={"database_url": used.database_url})
    before = await read_rows(used.postgres_url)
    with pytest.raises(RefusedError, match=r"The database has data \(batch, "):
        await bring_back(full, whole)
    assert await read_rows(used.postgres_url) == before
    assert not fresh.home.exists()


async def test_a_home_that_was_only_started_takes_a_backup(fresh: Settings, whole: Path) -> None:
    async with running_api(fresh):
        pass  # it has made its owner, with a token, by now
    await bring_back(fresh, whole)


async def test_a_home_with_a_library_is_refused(fresh: Settings, whole: Path) -> None:
    fresh.library_dir.mkdir(parents=True)
    (fresh.library_dir / library_claim.MARKER).write_text("of a database that was never used")
    restoration.refuse_taken_home(fresh)
    (fresh.library_dir / "originals").mkdir()
    (fresh.library_dir / "originals" / "x.jpg").write_bytes(b"photo")
    with pytest.raises(RefusedError, match="is in use: there is a library in it"):
        await bring_back(fresh, whole)


class Killed(BaseException):
    """Not caught by any code, as SIGKILL cannot be."""


STEPS = ("restore_dump", "_bring_up_to_date", "_settle_in", "_put_originals_back", "take_place")


@pytest.mark.parametrize("step", STEPS)
async def test_cut_off_after_any_step_it_begins_anew_or_is_done(
    step: str, fresh: Settings, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = getattr(restoration, step)

    async def die(*words: object, **more: object) -> None:
        await real(*words, **more)
        raise Killed

    with monkeypatch.context() as then:
        then.setattr(restoration, step, die)
        with pytest.raises(Killed):
            await bring_back(fresh, whole)
    is_done = step == "take_place"
    assert bool(await ask(fresh.postgres_url, "SELECT FROM image")) is is_done
    words = {"_put_originals_back": "to go on without it, delete", "take_place": "only its last step"}.get(
        step
    )
    refused = contextlib.nullcontext() if words is None else pytest.raises(RefusedError, match=words)
    async with open_database(fresh.postgres_url, pool_size=2):
        with refused:  # before, the home is as it was
            await library_claim.check_library(fresh.library_dir)
    restored = await bring_back(fresh, whole)
    assert (restored.already, restored.earlier) == (is_done, None)
    assert len(await ask(fresh.postgres_url, "SELECT FROM image")) == 5
    assert not (fresh.home / UNFINISHED_RESTORE).exists()
    async with open_database(fresh.postgres_url, pool_size=2):
        await library_claim.check_library(fresh.library_dir)


async def test_what_was_written_meanwhile_into_the_database_that_was_there_is_kept_and_named(
    fresh: Settings, whole: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def write_first(url: str, scratch_url: str, **more: Any) -> str | None:
        async with open_database(url, pool_size=1):
            await Deer.create(name="Latecomer")
        return await take_place(url, scratch_url, **more)

    monkeypatch.setattr(restoration, "take_place", write_first)
    restored = await bring_back(fresh, whole)
    assert restored.earlier is not None
    show_restored(whole, restored, fresh, as_json=False)
    assert f"The database that was there before is kept as {restored.earlier}" in capsys.readouterr().out
    earlier = urlsplit(fresh.postgres_url)._replace(path=f"/{restored.earlier}").geturl()
    try:
        assert [row["name"] for row in await ask(earlier, "SELECT name FROM deer")] == ["Latecomer"]
        assert len(await ask(fresh.postgres_url, "SELECT FROM image")) == 5
    finally:
        await administer(fresh.postgres_url, f'DROP DATABASE "{restored.earlier}" WITH (FORCE)')


async def test_a_dump_that_restores_to_something_else_changes_nothing(fresh: Settings, whole: Path) -> None:
    tables = read_manifest(whole).tables
    seal_anew(whole, tables=tables | {"deer": tables["review"]})
    with pytest.raises(BadBackupError, match="The table deer had"):
        await bring_back(fresh, whole)
    assert await ask(fresh.postgres_url, "SELECT FROM image") == []


async def test_a_server_that_is_older_than_the_one_that_was_kept_is_refused(
    fresh: Settings, whole: Path
) -> None:
    seal_anew(whole, server_major=99)
    with pytest.raises(BackupError, match=r"made with PostgreSQL 99, and this server is PostgreSQL 18"):
        await bring_back(fresh, whole)


@pytest.mark.slow
async def test_data_of_an_older_postgresql_come_over_to_a_newer_one(
    settings: Settings, servers: Addresses, fresh: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = program_folders()[0]

    async def find_older(_data_dir: Path) -> Path:
        return older

    plain = ("--username=thumper", "--auth=trust", "--encoding=UTF8", "--locale=C")
    monkeypatch.setattr("thumper.embedded.postgres_server.find_fitting_programs", find_older)
    monkeypatch.setattr("thumper.embedded.postgres_cluster.INITDB_OPTIONS", plain)
    server = PostgresServer(settings)
    await server.start()
    try:
        await make_released(server.url, known_migrations()[-1])
        taken = await keep(settings.model_copy(update={"database_url": server.url}), tmp_path / "backup")
    finally:
        await server.stop()
    assert (taken.manifest.server_major, taken.manifest.program_major) == (16, 16)
    await bring_back(fresh, tmp_path / "backup")
    assert len(await ask(fresh.postgres_url, "SELECT FROM image")) == 5


async def test_camera_profiles_come_back_and_write_over_none(
    used: Settings, fresh: Settings, tmp_path: Path
) -> None:
    used.cameras_dir.mkdir(parents=True)
    (used.cameras_dir / "own.toml").write_bytes(b'make = "caf\xe9"\n')
    (used.cameras_dir / "other.toml").write_text("old")
    await keep(used, tmp_path / "backup")
    fresh.cameras_dir.mkdir(parents=True)
    (fresh.cameras_dir / "other.toml").write_text("new")
    await bring_back(fresh, tmp_path / "backup")
    assert (fresh.cameras_dir / "own.toml").read_bytes() == b'make = "caf\xe9"\n'
    assert (fresh.cameras_dir / "other.toml").read_text() == "new"
