"""Writing rows of cameras: the devices that took new photos, hundreds at a time.

Rows are inserted in the order of their keys, so that two processes that admit photos of the
same cameras wait for each other instead of deadlocking.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from thumper.store.postgres.ids import new_id


class CameraKey(NamedTuple):
    """What a device writes of itself into its photos; empty where it writes nothing."""

    make: str = ""
    model: str = ""
    serial: str = ""
    name: str = ""


_MAKE: Final = """
INSERT INTO camera (id, make, model, serial, name)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
ON CONFLICT (make, model, serial, name) DO NOTHING
"""

_FIND: Final = """
SELECT camera.id, camera.make, camera.model, camera.serial, camera.name
FROM camera JOIN unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS wanted(make, model, serial, name)
    USING (make, model, serial, name)
"""


async def find_or_make(transaction: BaseDBAsyncClient, keys: Collection[CameraKey]) -> dict[CameraKey, UUID]:
    """Return the ids of devices, recorded where they are new. A device that writes nothing of itself has none."""
    wanted = sorted({key for key in keys if any(key)})
    if not wanted:
        return {}
    columns: list[list[Any]] = [list(column) for column in zip(*wanted, strict=True)]
    found = await transaction.execute_query_dict(_FIND, columns)
    if len(found) < len(wanted):
        await transaction.execute_query_dict(_MAKE, [[new_id() for _ in wanted], *columns])
        found = await transaction.execute_query_dict(_FIND, columns)
    return {CameraKey(row["make"], row["model"], row["serial"], row["name"]): row["id"] for row in found}
