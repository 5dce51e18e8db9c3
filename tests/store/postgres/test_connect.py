"""Addresses of PostgreSQL that lead nowhere are named, in a sentence and without their password."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from thumper.errors import ServiceDownError
from thumper.store.postgres.connect import migrate_database, open_database
from thumper.store.postgres.outage import wait_for_database


def _other_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(query=parts.query.replace("user=thumper", "user=nobody&password=secret")).geturl()


def _other_database(url: str) -> str:
    return urlsplit(url)._replace(path="/not_there").geturl()


def _other_place(url: str) -> str:
    return "postgresql://thumper:secret@127.0.0.1:1/thumper"


@pytest.mark.parametrize("wrong", [_other_user, _other_database, _other_place])
async def test_an_address_that_is_not_right_is_a_service_that_is_down(
    database_url: str, wrong: object
) -> None:
    assert callable(wrong)
    url = wrong(database_url)
    assert url != database_url
    with pytest.raises(ServiceDownError, match="THUMPER_DATABASE_URL") as opened:
        async with open_database(url):
            pass
    with pytest.raises(ServiceDownError):
        await migrate_database(url)
    with pytest.raises(ServiceDownError):
        await wait_for_database(url, timeout_s=0.1)
    assert "secret" not in str(opened.value)
