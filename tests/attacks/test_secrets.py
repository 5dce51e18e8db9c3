"""No secret is found anywhere after a whole run: not in logs, processes, metrics, rows, files or backups."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

import httpx
import psutil
import pytest
import redis

from tests.journeys.conftest import Ranch, query, ranch
from thumper.domain.secret import new_secret, new_token
from thumper.embedded.servers import find_running
from thumper.owner_token import NAME, read_owner_token

__all__ = ["ranch"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CREATE: Final = """mutation ($key: String!) {
createToken(input: {name: "nightly", scopes: [READ], idempotencyKey: $key}) { secret token { id } } }"""
REVOKE: Final = "mutation ($id: ID!) { revokeToken(input: {tokenId: $id}) { errors { message } } }"
QUERY: Final = {"query": "{ viewer { name } images { totalCount } }"}
TABLES: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


class Processes:
    """What everybody on the machine may read of a Thumper's processes, or its user, as long as the context lasts."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for process in psutil.Process().children(recursive=True):
                for name in ("cmdline", "environ", "comm"):
                    with contextlib.suppress(OSError):
                        self.seen.add(Path(f"/proc/{process.pid}/{name}").read_bytes())


def command(ranch: Ranch, *words: str) -> tuple[str, str]:
    """Return what a command prints; what it says beside that is searched."""
    done = subprocess.run(
        [sys.executable, "-m", "thumper", *words],
        env=ranch.settings.as_environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout, done.stderr


def test_no_secret_of_a_whole_run_is_found_anywhere(ranch: Ranch, tmp_path: Path) -> None:
    ranch.settings = ranch.settings.model_copy(update={"log_level": "debug"})
    with Processes() as processes:
        ranch.start("up")
        ranch.wait_for_api()
        secrets, said = journey(ranch)
        backup = tmp_path / "backup"
        _, said["backup"] = command(ranch, "backup", str(backup), "--originals", "--json")
        said["metrics"] = asked(ranch, "GET", "/metrics", read_owner_token(ranch.settings.home)).text
        said["audit"], _ = command(ranch, "audit", "--json")
        said |= {f"table {name}": rows_of(ranch, name) for (name,) in query(ranch, TABLES)}
        said["redis"] = in_redis(ranch)
        ranch.stop()
    places = {name: text.encode() for name, text in said.items()}
    places |= {f"process {number}": seen for number, seen in enumerate(processes.seen)}
    places |= dict(files(ranch.settings.home, backup))
    assert len(secrets) == 7
    assert [entry["action"] for entry in json.loads(said["audit"])].count("createToken") >= 3
    token_file = str(ranch.settings.home / NAME)
    found = {(name, place) for name, secret in secrets.items() for place in found_in(secret, places)}
    assert found == {("the owner's token", token_file)}, (
        "that one is found, so the search finds what there is"
    )


def journey(ranch: Ranch) -> tuple[dict[str, str], dict[str, str]]:
    """Do what people do; return all secrets of it, and what was said beside the answers that tell them."""
    said: dict[str, str] = {}
    secrets = {"the owner's token": read_owner_token(ranch.settings.home)}
    out, said["invite"] = command(ranch, "invite", "Dale", "--role", "member", "--json")
    secrets["the link"] = json.loads(out)["link"]["url"].partition("#")[2]
    out, said["create"] = command(ranch, "token", "create", "nightly", "--scope", "read", "--json")
    secrets["a token"] = json.loads(out)["secret"]
    kept = ranch.ask(CREATE, key="the same")["createToken"]
    said["sent again"] = json.dumps(ranch.ask(CREATE, key="the same"))
    secrets["a token under a key"] = kept["secret"]
    secrets["a wrong token"], secrets["a wrong link"] = new_token(), new_secret()
    with httpx.Client(base_url=ranch.settings.api_url, timeout=60) as browser:
        wrong = browser.post("/session", json={"secret": secrets["a wrong link"]})
        begun = browser.post("/session", json={"secret": secrets["the link"]})
        assert (wrong.status_code, begun.status_code) == (403, 201)
        secrets["the session"] = browser.cookies[f"thumper_session_{ranch.settings.port}"]
        again = browser.post("/session", json={"secret": secrets["the link"]})
        query_page = browser.post("/graphql", json=QUERY)
        assert query_page.json()["data"]["viewer"]["name"] == "Dale"
        answers = [
            wrong,
            again,
            query_page,
            asked(ranch, "POST", "/graphql", secrets["a token"], json=QUERY),
            asked(ranch, "POST", "/graphql", secrets["a wrong token"], json=QUERY),
            asked(ranch, "GET", f"/graphql?token={secrets['a token']}", "", params=QUERY),
            asked(ranch, "PUT", "/upload/x", secrets["a token under a key"]),
            asked(ranch, "POST", "/graphql", secrets["a token"], content=b"{"),
        ]
        ranch.ask(REVOKE, id=kept["token"]["id"])
        answers.append(asked(ranch, "POST", "/graphql", kept["secret"], json=QUERY))
        assert answers[-1].status_code == 401
        assert browser.delete("/session").status_code == 204
    said["answers"] = "\n".join(f"{answer.headers}{answer.text}" for answer in answers)
    said["people"], _ = command(ranch, "people", "list", "--json")
    said["tokens"], _ = command(ranch, "token", "list", "--json")
    return secrets, said


def asked(ranch: Ranch, method: str, path: str, secret: str, **request: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return httpx.request(method, f"{ranch.settings.api_url}{path}", headers=headers, timeout=60, **request)


def rows_of(ranch: Ranch, table: str) -> str:
    """Return all that is in a table, bytes as the hexadecimal digits that they are."""
    return "\n".join(row for (row,) in query(ranch, f'SELECT own::text FROM "{table}" AS own'))


def in_redis(ranch: Ranch) -> str:
    """Return all that is in the Redis of a running Thumper."""
    addresses = find_running(ranch.settings)
    assert addresses is not None
    with redis.Redis.from_url(addresses.redis_url) as connection:
        return repr({key: connection.dump(key) for key in connection.scan_iter()})


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file with its name: logs, the database with its journal, what was kept, the backup."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield str(path), os.fsencode(path) + path.read_bytes()


def found_in(secret: str, places: dict[str, bytes]) -> Iterator[str]:
    """Yield where a secret stands: as it is, without what tells its kind, or in another writing."""
    core = secret.removeprefix("thm_").encode()
    ways = (core, core.hex().encode(), base64.b64encode(core)[:40], base64.urlsafe_b64encode(core)[:40])
    yield from (place for place, content in places.items() if any(way in content for way in ways))
