"""What a guest, and a client with a signed address, gets for the address of a picture."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import numpy as np
import pytest
from PIL import Image as Picture

from tests import factories as make
from tests.api import Api
from tests.patience import until
from tests.people import Asker, make_asker
from thumper.domain.access import SCOPES_OF, Role, Scope
from thumper.domain.signed_picture import SignedPicture
from thumper.graphql.relay.identity import encode
from thumper.imaging.printed_strip import BOTTOM, PAINT, TOP
from thumper.settings import Settings
from thumper.store import models
from thumper.store.access import people, tokens
from thumper.store.disk.picture_key import picture_key

URLS = (
    "query ($id: ID!) { image(id: $id) { urls { thumb view original } signedUrls { thumb view original } } }"
)


@dataclass(frozen=True, slots=True)
class Ranch:
    """One photo at a shared place, and one at a hidden one, with a guest's client."""

    guest: httpx.AsyncClient
    location: models.Location
    seen: str
    hidden: str
    sha256: str


async def _client(api: Api, role: Role, scopes: frozenset[Scope]) -> httpx.AsyncClient:
    person = await people.add(f"{role} {len(scopes)}", role)
    _, secret = await tokens.issue(person, "test", scopes)
    return httpx.AsyncClient(base_url=api.url, headers={"authorization": f"Bearer {secret}"}, timeout=60)


@pytest.fixture
async def ranch(api: Api, photos: Callable[[int], list[Path]]) -> AsyncIterator[Ranch]:
    shared, hidden = await make.make_location(shared=True), await make.make_location()
    dump, images = await make.make_dump(), []
    for path, place in zip(photos(2), (shared, hidden), strict=True):
        content = path.read_bytes()
        image = await make.make_image(
            dump,
            location=place,
            created_at=make.NOON,
            sha256=hashlib.sha256(content).digest(),
            original_path=bytes(path),
            size_bytes=len(content),
        )
        images.append(image)
    async with await _client(api, Role.GUEST, SCOPES_OF[Role.GUEST]) as guest:
        seen, not_seen = (encode("Image", image.id) for image in images)
        yield Ranch(guest, shared, seen, not_seen, images[0].sha256.hex())


def _pixels(content: bytes) -> np.ndarray[tuple[int, int, int], np.dtype[np.int_]]:
    with Picture.open(io.BytesIO(content)) as picture:
        assert not picture.getexif()
        return np.asarray(picture.convert("RGB")).astype(int)


def _is_painted(content: bytes) -> bool:
    pixels = _pixels(content)
    height = len(pixels)
    bands = pixels[: int(TOP * height) - 8], pixels[height - int(BOTTOM * height) + 8 :]
    return all(np.abs(band - PAINT).max() <= 4 for band in bands)


@pytest.mark.parametrize("size", ["thumb", "view"])
async def test_a_guest_sees_a_small_picture_without_what_is_printed(
    api: Api, ranch: Ranch, size: str
) -> None:
    url = f"/media/{ranch.seen}/{size}"
    own, theirs = await api.http.get(url), await ranch.guest.get(url)
    assert (own.status_code, theirs.status_code) == (200, 200)
    assert _pixels(own.content).shape == _pixels(theirs.content).shape
    assert (_is_painted(own.content), _is_painted(theirs.content)) == (False, True)
    assert ranch.sha256 not in str(theirs.headers)
    assert theirs.headers["cache-control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(theirs.headers["vary"].split(", "))
    tag = {"if-none-match": theirs.headers["etag"]}
    assert (await ranch.guest.get(url, headers=tag)).status_code == 304
    await models.Location.filter(id=ranch.location.id).update(shared=False)
    assert (await ranch.guest.get(url, headers=tag)).status_code == 404


async def test_a_guest_sees_no_original(ranch: Ranch) -> None:
    answer = await ranch.guest.get(f"/media/{ranch.seen}/original")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def test_a_hidden_picture_is_as_one_that_never_was(ranch: Ranch) -> None:
    never = encode("Image", make.unknown_id())
    for size in ("thumb", "view", "original", "other"):
        hidden, none = [await ranch.guest.get(f"/media/{image}/{size}") for image in (ranch.hidden, never)]
        assert (hidden.status_code, hidden.content) == (none.status_code, none.content)


async def test_a_guest_is_not_told_what_is_wrong_with_an_original(ranch: Ranch) -> None:
    await models.Image.all().update(original_path=b"/secret/gone.jpg")
    answer = await ranch.guest.get(f"/media/{ranch.seen}/view")
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_a_signed_address_does_not_tell_where_an_original_should_be(api: Api, ranch: Ranch) -> None:
    await models.Image.all().update(original_path=b"/secret/gone.jpg", file_name="secret.jpg")
    told = (await api.ask(URLS, id=ranch.seen))["image"]
    for size in ("thumb", "view", "original"):
        answer = await api.anonymous.get(told["signedUrls"][size])
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["extensions"]["code"] == "ORIGINAL_MISSING"
        assert "secret" not in answer.text
        assert "secret" in (await api.http.get(told["urls"][size])).text


async def test_a_token_that_may_not_read_sees_no_picture(api: Api, ranch: Ranch) -> None:
    async with await _client(api, Role.OWNER, frozenset({Scope.INGEST})) as ingest:
        answer = await ingest.get(f"/media/{ranch.seen}/thumb")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def test_nobody_sees_a_picture_without_a_signature(api: Api, ranch: Ranch) -> None:
    for size in ("thumb", "view", "original"):
        assert (await api.anonymous.get(f"/media/{ranch.seen}/{size}")).status_code == 401


async def test_a_signed_address_shows_the_picture_to_whoever_has_it(api: Api, ranch: Ranch) -> None:
    told = (await api.ask(URLS, id=ranch.seen))["image"]
    for size in ("thumb", "view", "original"):
        signed = told["signedUrls"][size]
        assert signed.startswith(told["urls"][size] + "?")
        answer = await api.anonymous.get(signed, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 200
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.content == (await api.http.get(told["urls"][size])).content
    not_signed = await api.http.get(told["urls"]["view"], headers={"sec-fetch-site": "cross-site"})
    assert not_signed.status_code == 403


async def test_an_address_that_a_guest_signed_shows_what_a_guest_sees(api: Api, ranch: Ranch) -> None:
    answer = await ranch.guest.post("/graphql", json={"query": URLS, "variables": {"id": ranch.seen}})
    told = answer.json()["data"]["image"]
    assert (told["urls"]["original"], told["signedUrls"]["original"]) == (None, None)
    shown = await api.anonymous.get(told["signedUrls"]["view"])
    assert shown.status_code == 200
    assert _is_painted(shown.content)
    # Nor does another size, nor a member's view, come of it.
    original = told["signedUrls"]["view"].replace("/view?", "/original?")
    member = told["signedUrls"]["view"].replace("as=guest", "as=member")
    assert {(await api.anonymous.get(url)).status_code for url in (original, member)} == {403}


async def test_a_signed_address_is_good_for_as_long_as_who_signed_it_may_see_it(
    api: Api, ranch: Ranch
) -> None:
    ann = await make_asker("Ann")

    async def signed_by(asker: Asker) -> str:
        body = {"query": URLS, "variables": {"id": ranch.seen}}
        answer = await api.anonymous.post("/graphql", json=body, headers=asker.headers)
        url: str = answer.json()["data"]["image"]["signedUrls"]["view"]
        assert not _is_painted((await api.anonymous.get(url)).content)
        return url

    revoked, kept = await signed_by(await ann.with_fewer(Scope.READ)), await signed_by(ann)
    another = await models.Token.get(name="another")
    revoke = """mutation ($id: ID!) { revokeToken(input: {tokenId: $id}) { errors { code } } }"""
    await api.ask(revoke, id=encode("Token", another.id))
    assert await _refused(api, revoked) == (403, "ADDRESS_REVOKED")
    change = """mutation ($id: ID!, $role: Role!) { updatePerson(input: {personId: $id, role: $role}) {
      errors { code } } }"""
    await api.ask(change, id=encode("Person", ann.person_id), role="GUEST")

    async def shows_what_a_guest_sees() -> bool:
        return _is_painted((await api.anonymous.get(kept)).content)

    await until(shows_what_a_guest_sees)  # what was found lately counts for two seconds
    remove = """mutation ($id: ID!) { removePerson(input: {personId: $id}) { errors { code } } }"""
    await api.ask(remove, id=encode("Person", ann.person_id))
    assert await _refused(api, kept) == (403, "ADDRESS_REVOKED")


async def _refused(api: Api, url: str) -> tuple[int, str]:
    # Signed in or not: an address that brings a signature is judged by that.
    codes = set()
    for client in (api.anonymous, api.http):
        answer = await client.get(url)
        codes.add((answer.status_code, answer.json()["errors"][0]["extensions"]["code"]))
    (code,) = codes
    return code


async def test_a_wrong_or_expired_signature_is_refused(api: Api, settings: Settings, ranch: Ranch) -> None:
    signed = (await api.ask(URLS, id=ranch.seen))["image"]["signedUrls"]["view"]
    query = dict(parse_qsl(urlsplit(signed).query))
    assert abs(int(query["expires"]) - time.time() - 3600) < 60
    bends: tuple[dict[str, str], ...] = (
        {"expires": "99999999999"},
        {"signature": ""},
        {"signature": "é"},
        {"as": "owner"},
        {"by": "0" * 32},
        {"by": "nobody"},
    )
    for changed in bends:
        bent = str(httpx.URL(signed).copy_merge_params(changed))
        assert await _refused(api, bent) == (403, "BAD_SIGNATURE")
    assert await _refused(api, signed.replace(ranch.seen, ranch.hidden)) == (403, "BAD_SIGNATURE")
    over = SignedPicture(
        image=ranch.seen,
        size="view",
        as_guest=False,
        expires=int(time.time()) - 1,
        signer=UUID(query["by"]),
    )
    url = f"/media/{ranch.seen}/view?{over.query(picture_key(settings.home))}"
    assert await _refused(api, url) == (403, "ADDRESS_EXPIRED")


@pytest.mark.parametrize("seconds", [59, 2_592_001, -1, 0])
async def test_an_address_lasts_a_minute_to_a_month(api: Api, ranch: Ranch, seconds: int) -> None:
    query = f'{{ image(id: "{ranch.seen}") {{ signedUrls(expiresInSeconds: {seconds}) {{ thumb }} }} }}'
    assert await api.refused(query) == "BAD_VALUE"
    good = query.replace(f" {seconds})", " 2592000)")
    assert (await api.ask(good))["image"]["signedUrls"]["thumb"]
