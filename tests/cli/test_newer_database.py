"""Every command and room on a database that a newer Thumper has migrated: refused in a sentence, nothing changed."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from tests.api import running_api
from tests.patience import PATIENCE_S
from tests.released import migrate_to
from thumper.cli.demo import free_port
from thumper.embedded.postgres_cluster import find_programs
from thumper.errors import SchemaTooNewError
from thumper.settings import Settings
from thumper.store.postgres.connect import open_database

pytestmark = pytest.mark.slow  # as a whole: each starts real commands

ROOT = Path(__file__).resolve().parents[2]
TOMORROW = "9999_of_tomorrow"
REFUSAL = f"The database was migrated by a newer Thumper ({TOMORROW} is not known here)."


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int | None
    out: str
    err: str


async def thumper(settings: Settings, *words: str) -> Said:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", *words),
        cwd=ROOT,
        env=settings.as_environment() | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Said(process.returncode, out.decode(), err.decode())


async def dump_of(url: str) -> bytes:
    """Return everything that a database holds, as SQL."""
    process = await asyncio.create_subprocess_exec(
        # The first and last lines hold a word that is different in each dump.
        *(find_programs() / "pg_dump", "--restrict-key=same", url),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out


async def migrate_further(url: str) -> None:
    """Do what the migration of a newer program would."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER TABLE image ADD COLUMN tomorrow text")
        await connection.execute(
            f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('thumper', '{TOMORROW}', now())"
        )
    finally:
        await connection.close()


async def test_every_command_refuses_a_newer_database_in_a_sentence(
    settings: Settings, tmp_path: Path
) -> None:
    await migrate_further(settings.postgres_url)
    before = await dump_of(settings.postgres_url)
    card = tmp_path / "card"
    card.mkdir()
    for words in (
        ("up", "--port", str(free_port())),
        ("serve",),
        ("watch",),
        ("work",),
        ("migrate",),
        ("ingest", str(card)),
    ):
        said = await thumper(settings, *words)
        assert said.code == 5, (words, said)
        assert said.out == "", (words, said)
        assert said.err.splitlines() == [
            f"SCHEMA_TOO_NEW {REFUSAL} Install that version or a later one; nothing was changed."
        ], (words, said)
    for room in ("serve", "watch", "work"):
        said = await thumper(settings, room, "--supervised")
        assert said.code == 78, (
            room,
            said,
        )  # the supervisor does not start it again, and shows its last line
        assert said.err.splitlines()[-1].startswith(f"SCHEMA_TOO_NEW {REFUSAL}"), (room, said)
        assert "Traceback" not in said.err
    assert await dump_of(settings.postgres_url) == before
    assert not settings.library_dir.exists()


async def test_as_json_and_by_the_doctor_it_is_said_too(settings: Settings, tmp_path: Path) -> None:
    await migrate_further(settings.postgres_url)
    before = await dump_of(settings.postgres_url)
    said = await thumper(settings, "migrate", "--json")
    assert (said.code, said.err) == (5, "")
    assert json.loads(said.out)["error"]["code"] == "SCHEMA_TOO_NEW"
    # Without a model, the detector is not looked at: that takes long.
    said = await thumper(settings.model_copy(update={"model": tmp_path / "gone.pt"}), "doctor", "--json")
    assert (said.code, said.err) == (1, "")
    (schema,) = [line for line in json.loads(said.out)["checks"] if line["check"] == "schema"]
    assert (schema["level"], schema["sentence"]) == ("fail", REFUSAL)
    assert schema["remedy"] == "Install that version or a later one. This one changes nothing in it."
    # Those that ask the API say that there is none; what starts it says why.
    said = await thumper(settings.model_copy(update={"port": 9}), "status")
    assert (said.code, len(said.err.splitlines())) == (4, 1)
    assert "Start it with `thumper up`" in said.err
    assert (await thumper(settings, "schema")).code == 0
    assert await dump_of(settings.postgres_url) == before


async def test_an_api_beneath_which_the_database_became_newer_says_so_and_is_not_ready(
    settings: Settings,
) -> None:
    async with running_api(settings) as api:
        assert (await api.http.get("/health/ready")).status_code == 200
        await migrate_further(settings.postgres_url)
        answer = await api.http.get("/health/ready")
    assert answer.status_code == 503
    (schema,) = [check for check in answer.json()["checks"] if check["name"] == "schema"]
    assert schema["message"] == f"Migrated by a newer Thumper to {TOMORROW}. Restart that one."
    with pytest.raises(SchemaTooNewError):
        async with open_database(settings.postgres_url):
            pass


async def test_a_start_with_an_older_database_says_what_it_does_and_that_there_is_no_way_back(
    empty_database_url: str, settings: Settings
) -> None:
    older = settings.model_copy(update={"database_url": empty_database_url})
    await migrate_to(empty_database_url, "0002_constraints")
    said = await thumper(older, "migrate")
    assert (said.code, len(said.err.splitlines())) == (0, 1)
    assert "is from an older Thumper and is brought up to date now (0003_honest_time" in said.err
    assert "only a backup that it made (`thumper backup`) leads back" in said.err
    assert said.out.startswith("Applied 0003_honest_time")
    said = await thumper(older, "migrate")
    assert (said.code, said.err, said.out) == (0, "", "The schema is up to date.\n")


async def test_a_new_database_is_made_without_a_word_about_older_ones(
    empty_database_url: str, settings: Settings
) -> None:
    said = await thumper(settings.model_copy(update={"database_url": empty_database_url}), "migrate")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Applied 0001_first_schema, ")
