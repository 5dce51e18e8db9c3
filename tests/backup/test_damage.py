"""A backup that is not byte for byte what was written is refused, and so is what never was one."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.backup.keeping import check, contents, seal_anew
from thumper.backup import checksums, client_programs
from thumper.backup.manifest import DUMP, FILE
from thumper.errors import BadBackupError, NotFoundError, SchemaTooNewError, UsageError
from thumper.settings import Settings

SEED: Final = 20261126
FLIPS: Final = 150


async def test_a_whole_backup_passes_and_nothing_is_written(settings: Settings, whole: Path) -> None:
    before = contents(whole)
    manifest = await check(settings, whole)
    assert manifest.tables["image"].rows > 0
    assert contents(whole) == before
    assert not settings.home.exists()


async def test_one_changed_byte_anywhere_is_found(settings: Settings, whole: Path) -> None:
    chance = random.Random(SEED)
    files = sorted(path for path in whole.rglob("*") if path.is_file())
    assert {path.name for path in files} == {DUMP, FILE, checksums.LIST}
    for number in range(FLIPS):
        path = files[number % len(files)]
        content = bytearray(path.read_bytes())
        at = chance.randrange(len(content))
        content[at] ^= 1 << chance.randrange(8)
        await refused_with(settings, whole, path, bytes(content))


async def test_a_file_that_was_cut_short_anywhere_is_found(settings: Settings, whole: Path) -> None:
    chance = random.Random(SEED)
    for path in sorted(path for path in whole.rglob("*") if path.is_file()):
        content = path.read_bytes()
        lines = [at + 1 for at, byte in enumerate(content) if byte == ord("\n")][:-1]
        ends = {0, 1, len(content) - 1, len(content) // 2, *lines[:5]}
        for end in sorted(ends | {chance.randrange(len(content)) for _ in range(10)}):
            await refused_with(settings, whole, path, content[:end])
        await refused_with(settings, whole, path, content + b"\n")


async def refused_with(settings: Settings, folder: Path, path: Path, content: bytes) -> None:
    """Check that the backup is refused with other content in a file, and found whole with its own."""
    own = path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(BadBackupError, match=r"is damaged|no whole backup"):
        await check(settings, folder)
    path.write_bytes(own)


@pytest.mark.parametrize("name", [DUMP, checksums.LIST, FILE])
async def test_a_missing_file_is_named(settings: Settings, whole: Path, name: str) -> None:
    (whole / name).unlink()
    with pytest.raises(BadBackupError, match=name):
        await check(settings, whole)


async def test_a_dump_that_ends_early_is_refused_whatever_the_list_says(
    settings: Settings, whole: Path
) -> None:
    content = (whole / DUMP).read_bytes()
    for end in (0, 10, len(content) // 3, len(content) - 200):
        (whole / DUMP).write_bytes(content[:end])
        seal_anew(whole)
        with pytest.raises(BadBackupError, match=r"cannot be read|is not that of this backup"):
            await check(settings, whole)


async def test_the_dump_of_another_database_is_refused_whatever_the_list_says(
    settings: Settings, whole: Path
) -> None:
    programs = await client_programs.fitting(at_least=18, what="The server")
    words = ["--format=custom", f"--file={whole / DUMP}", "--schema-only"]
    await client_programs.run(
        programs.folder / "pg_dump", words, settings=settings, url=settings.postgres_url
    )
    seal_anew(whole)
    with pytest.raises(BadBackupError, match="is not that of this backup"):
        await check(settings, whole)


async def test_a_folder_of_something_else_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "IMG_0001.JPG").write_bytes(b"photo")
    with pytest.raises(BadBackupError, match=f"is no backup of Thumper: it has no {FILE}"):
        await check(settings, tmp_path / "card")


async def test_a_folder_with_nothing_but_a_dump_of_postgresql_is_no_backup(
    settings: Settings, whole: Path, tmp_path: Path
) -> None:
    (tmp_path / "foreign").mkdir()
    shutil.copy(whole / DUMP, tmp_path / "foreign")
    with pytest.raises(BadBackupError, match="is no backup of Thumper"):
        await check(settings, tmp_path / "foreign")


async def test_a_file_or_nothing_instead_of_a_folder_is_said(settings: Settings, whole: Path) -> None:
    with pytest.raises(UsageError, match="is a file"):
        await check(settings, whole / DUMP)
    with pytest.raises(NotFoundError, match="does not exist"):
        await check(settings, whole / "nowhere")


def _other_kind(content: dict[str, object]) -> None:
    content["kind"] = "backup of Something"


def _format_to_come(content: dict[str, object]) -> None:
    content["format"] = 2


def _format_that_never_was(content: dict[str, object]) -> None:
    content["format"] = "one"


def _a_field_too_few(content: dict[str, object]) -> None:
    del content["migrations"]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (_other_kind, BadBackupError, "is of something else"),
        (_format_to_come, SchemaTooNewError, r"made by a newer Thumper \(0\.1\.0, format 2"),
        (_format_that_never_was, BadBackupError, "has the format 'one'"),
        (_a_field_too_few, BadBackupError, "migrations: Field required"),
    ],
)
async def test_a_manifest_that_is_not_one_of_ours_is_refused(
    settings: Settings,
    whole: Path,
    change: Callable[[dict[str, object]], None],
    error: type[Exception],
    words: str,
) -> None:
    content = json.loads((whole / FILE).read_text())
    change(content)
    (whole / FILE).write_text(json.dumps(content))
    sums = checksums.read_list(whole)
    sums[FILE] = checksums.sha256_of(whole / FILE)
    (whole / checksums.LIST).write_text(checksums.text_of(sums))
    with pytest.raises(error, match=words):
        await check(settings, whole)


async def test_a_backup_of_a_newer_schema_is_refused_in_plain_words(settings: Settings, whole: Path) -> None:
    seal_anew(whole, migrations=("0001_first_schema", "0099_antlers"), thumper="9.1")
    with pytest.raises(SchemaTooNewError, match=r"newer Thumper, 9\.1 \(0099_antlers is not known here\)"):
        await check(settings, whole)
