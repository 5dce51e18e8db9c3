"""The API answers the same after a backup and its restoration into an empty home."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.api import Api, running_api
from tests.backup.keeping import bring_back, keep
from tests.backup.questions import answers, questions
from tests.backup.ranch import deliver, is_settled, is_walked, use, watching
from tests.databases import create_database, drop_database
from tests.patience import until
from tests.pipeline import detect, use_detector
from thumper.embedded.servers import Addresses, running_servers
from thumper.settings import Settings
from thumper.store.models import DetectionRun, Dump, File, Image, Job, Source
from thumper.store.postgres.connect import open_database

pytestmark = pytest.mark.slow

TOKEN = 'mutation { createToken(input: {name: "sync", scopes: [READ]}) { secret } }'
INVITE = 'mutation { invitePerson(input: {name: "Dale", role: MEMBER}) { link { url } } }'
Photos = Callable[[int], list[Path]]


async def command(settings: Settings, *words: str) -> str:
    """Run `thumper …`, which must succeed; return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "thumper", *words),
        env=settings.as_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return out.decode()


async def let_in(api: Api) -> str:
    """Make a token, which is returned, and have somebody sign in."""
    link = (await api.ask(INVITE))["invitePerson"]["link"]["url"]
    begun = await api.anonymous.post("/session", json={"secret": link.rpartition("#")[2]})
    assert begun.status_code == 201
    secret: str = (await api.ask(TOKEN))["createToken"]["secret"]
    return secret


async def are_let_in(api: Api, token: str) -> None:
    """Assert that people and the token are known, and that everybody signs in anew."""
    who = await api.ask("{ people { nodes { name } } sessions { totalCount } }")
    assert who["people"]["nodes"] == [{"name": "Dale"}, {"name": "owner"}]
    assert who["sessions"]["totalCount"] == 0
    shown = {"authorization": f"Bearer {token}"}
    told = await api.anonymous.post("/graphql", json={"query": "{ viewer { scopes } }"}, headers=shown)
    assert told.json()["data"] == {"viewer": {"scopes": ["READ"]}}


async def test_fifty_answers_are_the_same_to_the_byte_in_an_empty_home(
    settings: Settings, tmp_path: Path
) -> None:
    settings.drop_dir.mkdir()
    async with running_api(settings) as api:
        await deliver(settings, tmp_path / "cards")
        await use(api)
        asked = await questions(api)
        before = await answers(api, asked)
        kept = await let_in(api)
    assert len(asked) >= 50
    assert len(set(before)) > 45, "the questions are about different things"

    await command(settings, "backup", str(tmp_path / "backup"), "--originals")
    empty = settings.model_copy(
        update={"home": tmp_path / "new machine", "database_url": None, "redis_url": None, "drop": None}
    )
    told = json.loads(await command(empty, "restore", str(tmp_path / "backup"), "--json"))
    assert told["missing"] == []

    async with running_servers(empty) as addresses:
        named = empty.model_copy(
            update={"database_url": addresses.database_url, "redis_url": addresses.redis_url}
        )
        async with running_api(named) as api:
            after = await answers(api, asked)
            for (query, variables), own, other in zip(asked, before, after, strict=True):
                assert other == own, (query, variables)
            await are_let_in(api, kept)
            found = await api.ask("{ images(first: 100) { nodes { sha256 urls { original } } } }")
            for image in found["images"]["nodes"]:
                original = await api.http.get(image["urls"]["original"])
                assert hashlib.sha256(original.content).hexdigest() == image["sha256"]


async def test_a_drop_folder_that_moved_is_known_file_by_file_and_nothing_runs_again(
    settings: Settings, servers: Addresses, photos: Photos, tmp_path: Path
) -> None:
    card = settings.drop_dir / "Barn Feed" / "DCIM"
    card.mkdir(parents=True)
    for photo in photos(12):
        shutil.copy2(photo, card)
    async with open_database(settings.postgres_url, pool_size=4):
        await use_detector()
        async with watching(settings):
            await until(is_settled)
        await detect(12)
        before = await counts()
    await keep(settings, tmp_path / "backup")

    moved = tmp_path / "another disk" / "photos"
    moved.parent.mkdir()
    shutil.move(settings.drop_dir, moved)
    url = await create_database(servers.database_url, f"moved_{uuid4().hex}")
    try:
        here = settings.model_copy(update={"home": tmp_path / "new", "database_url": url, "drop": moved})
        restored = await bring_back(here, tmp_path / "backup")
        assert (restored.drop_to, restored.missing) == (str(moved), [])
        async with open_database(url, pool_size=4):
            await Source.all().update(last_scan_at=None)
            async with watching(here):
                await until(is_walked)
            assert await counts() == before
            assert {Path(os.fsdecode(image.original_path)).parent for image in await Image.all()} == {
                moved / "Barn Feed" / "DCIM"
            }
    finally:
        await drop_database(url)


async def counts() -> dict[str, object]:
    """Return how many dumps, files and images there are, and what became of the jobs."""
    return {
        "dumps": await Dump.all().count(),
        "files": sorted([(file.display_path, file.state.value, file.live) for file in await File.all()]),
        "images": await Image.all().count(),
        "jobs": sorted([(job.state.value, job.attempts) for job in await Job.all()]),
        "runs": await DetectionRun.all().count(),
    }
