"""Addresses of the pictures of an image: for those who signed in, and signed ones for all who are given them."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

import strawberry

from thumper.domain.signed_picture import LEAST, MOST, USUAL, SignedPicture
from thumper.graphql.context import Info
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.field import WITHHELD, field, optional
from thumper.graphql.relay.identity import encode
from thumper.graphql.relay.scalar import Url
from thumper.store import models
from thumper.store.disk.picture_key import picture_key
from thumper.store.postgres.guest_pool import is_guest


@strawberry.type(
    description="Addresses of a photo on this server. What an address shows never changes; guests see no originals, and"
    " the strips that cameras print into pictures are painted over for them."
)
class ImageUrls:
    """URLs of the three sizes."""

    thumb: Url = strawberry.field(
        description="JPEG of at most 300 px on its longer side, upright, without EXIF; made when first asked for."
    )
    view: Url = strawberry.field(
        description="JPEG of at most 1280 px on its longer side, upright, without EXIF; made when first asked for."
    )
    original: Url | None = strawberry.field(
        description=f"The file as the camera wrote it, EXIF included. {WITHHELD}"
    )


ExpiresInSeconds: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description="How long the addresses last, 60 (a minute) to 2592000 (30 days); an hour when left out."
    ),
]
_SECOND: Final = dt.timedelta(seconds=1)


@strawberry.type
class UrlFields:
    """The fields of an image that are addresses."""

    @field("Where the picture files are, for who is signed in.")
    @staticmethod
    def urls(root: strawberry.Parent[models.Image], info: Info) -> ImageUrls:
        return _urls(root, info, lambda _: "")

    @field(
        "The same for who is not: addresses that show the picture to whoever has them until they expire, such as in"
        " another program. They end before that with the session or token with which they were asked for. Those that a"
        " guest gets show what a guest sees. Refused with BAD_VALUE.",
        optional(ImageUrls),
        personal=True,
    )
    @staticmethod
    def signed_urls(
        root: strawberry.Parent[models.Image],
        info: Info,
        expires_in_seconds: ExpiresInSeconds = USUAL // _SECOND,
    ) -> ImageUrls:
        seconds = USUAL // _SECOND if expires_in_seconds is None else expires_in_seconds
        if not LEAST // _SECOND <= seconds <= MOST // _SECOND:
            raise bad_request(
                "BAD_VALUE",
                f"expiresInSeconds is {seconds}; give {LEAST // _SECOND} to {MOST // _SECOND}, which are 30 days.",
            )
        signer = info.context.actor.credential_id
        if signer is None:
            raise bad_request(
                "BAD_VALUE", "A command in its own process signs no addresses: ask a running API."
            )
        key = picture_key(info.context.settings.home)
        image, expires = encode("Image", root.id), int(time.time()) + seconds

        def signed(size: str) -> str:
            allowed = SignedPicture(
                image=image, size=size, as_guest=is_guest(), expires=expires, signer=signer
            )
            return f"?{allowed.query(key)}"

        return _urls(root, info, signed)


def _urls(image: models.Image, info: Info, query: Callable[[str], str]) -> ImageUrls:
    folder = f"{info.context.base_url}/media/{encode('Image', image.id)}"
    thumb, view, original = (Url(f"{folder}/{size}{query(size)}") for size in ("thumb", "view", "original"))
    return ImageUrls(thumb=thumb, view=view, original=None if is_guest() else original)
