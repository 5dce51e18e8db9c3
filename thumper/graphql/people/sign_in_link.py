"""Links by which people sign in, and which of them still can."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Final

import segno
import strawberry

from thumper.graphql.people.person import Person
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.recorded_payload import SECRET
from thumper.graphql.relay.scalar import Url
from thumper.store import models
from thumper.store.access import sessions

BORDER: Final = 4
"""Bright modules around a code (ISO/IEC 18004), without which readers do not find it."""


@strawberry.type(
    description="A QR code as a drawing: dark shapes on a bright square, whatever the colours around it."
)
class QrCode:
    """The same address in another form, and as secret."""

    size: int = strawberry.field(
        description="Width and height of the square, with the border that readers need."
    )
    path: str = strawberry.field(
        description="The dark shapes, as `d` of an SVG path with `viewBox` 0 0 size size: letters and numbers only."
    )


@strawberry.type(description="A link that signs one person in, once.")
class SignInLink:
    """Told once: of its secret only a hash is kept."""

    url: Url | None = strawberry.field(
        default=None,
        description="Its address, with the secret behind the #. Null when the mutation was sent again with its"
        " idempotencyKey, and in a list: it is kept nowhere, so make another link.",
        metadata={SECRET: True},
    )
    qr_code: QrCode | None = strawberry.field(
        default=None,
        description="The address to be photographed by a phone; null as the address is.",
        metadata={SECRET: True},
    )
    expires_at: dt.datetime = strawberry.field(description="When it stops counting.")
    person: models.Person | None = strawberry.field(
        default=None, description="Whom it signs in.", graphql_type=optional(Person)
    )


def drawn(address: str) -> QrCode:
    """Return an address as a QR code."""
    # It is shown on a screen, which has no stains: the weakest correction makes the largest modules.
    code = segno.make(address, error="l", micro=False)
    path, size = "", len(code.matrix) + 2 * BORDER
    for y, row in enumerate(code.matrix_iter(border=BORDER)):
        x = 0
        for dark, modules in groupby(row):
            length = len(list(modules))
            path += f"M{x} {y}h{length}v1h-{length}z" if dark else ""
            x += length
    return QrCode(size=size, path=path)


@strawberry.type
class SignInLinkQuery:
    """The query for links."""

    @field(
        "Links that still sign somebody in: not used, not revoked, not expired; the newest first, 100 at most.",
        optional(listed(SignInLink)),
        takes=price(items=FEW, own=1),
    )
    @staticmethod
    async def sign_in_links() -> list[SignInLink]:
        return [
            SignInLink(expires_at=link.expires_at, person=link.person) for link in await sessions.open_links()
        ]
