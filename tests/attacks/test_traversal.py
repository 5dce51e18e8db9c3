"""No path of an address leads out of what is meant to be given."""

from __future__ import annotations

import asyncio
import http.client
import itertools
from typing import Final
from urllib.parse import urlsplit

from tests.api import Api
from tests.sign_in import headers_at

UPWARDS: Final = (
    "../",
    "..\\",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%2f",
    "..%5c",
    "%252e%252e%252f",
    "....//",
    "..;/",
    "%c0%ae%c0%ae/",
)
"""Ways to write `../` that some server took for it."""
TARGETS: Final = (
    "etc/passwd",
    "etc/passwd%00.jpg",
    "proc/self/environ",
    "thumper/web/app.py",
    "windows/win.ini",
)
BEGINNINGS: Final = (
    "/pages/",
    "/pages/graphiql/",
    "/media/",
    "/media/x/",
    "/upload/",
    "/",
    "//",
    "/graphql/",
)
DEPTHS: Final = (1, 8)
PATHS: Final = [
    f"{beginning}{upwards * depth}{target}"
    for beginning, upwards, depth, target in itertools.product(BEGINNINGS, UPWARDS, DEPTHS, TARGETS)
] + [
    f"{beginning}{target}"
    for beginning in BEGINNINGS
    for target in ("/etc/passwd", "file:///etc/passwd", "C:/x")
]
SECRETS: Final = (b"root:", b"PATH=", b"def create_app")


def ask_all(url: str) -> dict[str, tuple[int, bytes]]:
    """Return status and body by path; each is sent as it is written, over one connection."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    answers = {}
    for path in PATHS:
        connection.putrequest("GET", path, skip_accept_encoding=True)
        for name, value in headers_at(url).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        answers[path] = (answer.status, answer.read())
    connection.close()
    return answers


async def test_no_address_leads_out(api: Api) -> None:
    answers = await asyncio.to_thread(ask_all, api.url)
    assert len(answers) >= 500
    assert {path: status for path, (status, _) in answers.items() if not 400 <= status < 500} == {}
    assert [path for path, (_, body) in answers.items() if any(secret in body for secret in SECRETS)] == []
