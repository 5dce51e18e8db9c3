"""What the migration leaves of the answers to `createUpload` that were kept with their addresses."""

from __future__ import annotations

import importlib
import json
from typing import Any

from tests import factories as make
from thumper.graphql.dumps import upload_change
from thumper.graphql.loaders import Loaders
from thumper.graphql.relay.recorded_payload import restored
from thumper.store.models import IdempotencyKey
from thumper.store.postgres.connect import client

MIGRATION = importlib.import_module("thumper.migrations.0032_uploads_again")


async def test_no_address_is_left_and_the_key_still_says_which_dump_was_made(database: str) -> None:
    dump, module = await make.make_dump(), upload_change.__name__
    address = {"file_name": "a.jpg", "url": "http://x/upload/secret", "expires_at": {"instant": "2026-11-30"}}
    payload = {
        "errors": [],
        "dump": {"row": ["Dump", str(dump.id)]},
        "uploads": [{"object": [f"{module}:Upload", address]}],
    }
    old: dict[str, Any] = {
        "actor": "owner",
        "input_sha256": bytes(32),
        "request_sha256": bytes(32),
        "answer": '"secret"',
    }
    recorded = json.dumps({"object": [f"{module}:CreateUploadPayload", payload]})
    await IdempotencyKey.create(**old, key="card", mutation="createUpload", payload=recorded)
    await IdempotencyKey.create(**old, key="deer", mutation="createDeer", payload="{}")
    await client().execute_query_dict(MIGRATION.FORGET_ADDRESSES)
    (kept,) = await IdempotencyKey.filter(key="card").values()
    assert "secret" not in repr(kept)
    made = await restored(kept["payload"], Loaders(cache=True))
    assert (made.dump.id, made.uploads, made.errors) == (dump.id, None, [])
    assert (await IdempotencyKey.get(key="deer")).answer == '"secret"'
