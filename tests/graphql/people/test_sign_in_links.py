"""Links that still sign somebody in: what is drawn of them, listed and ended."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import uuid4

import cv2
import numpy as np

from tests.api import Api, api
from thumper.graphql.people.sign_in_link import drawn
from thumper.graphql.relay.identity import encode

__all__ = ["api"]

INVITE: Final = """mutation ($input: InvitePersonInput!) { answer: invitePerson(input: $input) {
    person { id } link { url expiresAt person { name } qrCode { size path } } errors { code } } }"""
REVOKE: Final = """mutation ($input: RevokeSignInLinksInput!) { answer: revokeSignInLinks(input: $input) {
    revokedCount errors { code path } } }"""
OPEN: Final = "{ signInLinks { url qrCode { path } expiresAt person { name } } }"


def read(code: dict[str, Any]) -> str:
    """Return what the phone's camera reads of a drawing."""
    picture = np.full((code["size"], code["size"]), 255, dtype=np.uint8)
    for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code["path"]):
        x, y, length = map(int, run)
        picture[y, x : x + length] = 0
    reader: Any = cv2.QRCodeDetectorAruco()  # the other one misreads one drawing of a hundred
    said, _, _ = reader.detectAndDecode(np.kron(picture, np.ones((8, 8), dtype=np.uint8)))
    return str(said)


async def test_a_link_is_drawn_once_and_listed_without_its_secret_until_it_is_used(api: Api) -> None:
    wanted = {"name": "Ann", "role": "MEMBER", "idempotencyKey": "once"}
    made = (await api.ask(INVITE, input=wanted))["answer"]
    assert read(made["link"]["qrCode"]) == made["link"]["url"]
    again = (await api.ask(INVITE, input=wanted))["answer"]["link"]
    assert (again["url"], again["qrCode"], again["person"]) == (None, None, {"name": "Ann"})
    (listed,) = (await api.ask(OPEN))["signInLinks"]
    assert listed == {
        "url": None,
        "qrCode": None,
        "person": {"name": "Ann"},
        "expiresAt": made["link"]["expiresAt"],
    }
    secret = made["link"]["url"].partition("#")[2]
    assert (await api.anonymous.post("/session", json={"secret": secret})).status_code == 201
    assert (await api.ask(OPEN))["signInLinks"] == []


async def test_links_that_were_not_used_are_ended(api: Api) -> None:
    made = (await api.ask(INVITE, input={"name": "Ann", "role": "MEMBER"}))["answer"]
    other = (await api.ask(INVITE, input={"name": "Bob", "role": "MEMBER"}))["answer"]
    ended = (await api.ask(REVOKE, input={"personId": made["person"]["id"]}))["answer"]
    assert ended == {"revokedCount": 1, "errors": []}
    assert [link["person"]["name"] for link in (await api.ask(OPEN))["signInLinks"]] == ["Bob"]
    refused = await api.anonymous.post("/session", json={"secret": made["link"]["url"].partition("#")[2]})
    assert refused.status_code == 403
    used = await api.anonymous.post("/session", json={"secret": other["link"]["url"].partition("#")[2]})
    assert used.status_code == 201
    again = (await api.ask(REVOKE, input={"personId": made["person"]["id"]}))["answer"]
    assert again["revokedCount"] == 0
    nobody = (await api.ask(REVOKE, input={"personId": encode("Person", uuid4())}))["answer"]
    assert nobody["errors"] == [{"code": "NOT_FOUND", "path": ["input", "personId"]}]


def test_the_drawing_is_letters_and_numbers_with_a_border() -> None:
    code = drawn("http://box.lan:8480/sign-in#secret")
    assert set(code.path) <= set("Mhvz- 0123456789")
    assert code.path.startswith("M4 4h7v1h-7z")
