"""Links by which people sign in, as a terminal shows them: the address, and its QR code for a phone.

A link is a secret until it is used. It goes to a terminal, or where a person sent it, and into no log.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Final

import typer

from thumper.cli.network_view import url_for_others, url_for_people
from thumper.cli.qr_code import qr_code
from thumper.domain.host_name import authority_of
from thumper.errors import ServiceDownError
from thumper.settings import Settings

_LASTS: Final = "24 hours"
_HERE_ONLY: Final = (
    "It opens on this machine only. THUMPER_HOST=0.0.0.0 lets phones and other machines in; behind a proxy and in a"
    " container THUMPER_PUBLIC_URL says where they come."
)


def show_link(name: str, url: str) -> None:
    """Print a link, and on a terminal its QR code."""
    typer.echo(f"{name} signs in with this link, once, within {_LASTS}:\n\n  {url}\n")
    reached = authority_of(url)
    if reached is not None and reached.is_loopback:
        typer.echo(_HERE_ONLY, err=True)
    if sys.stdout.isatty():
        typer.echo(qr_code(url))


async def offer_first_link(settings: Settings) -> None:
    """Show the owner how to sign in, as long as no one has: by a link on a terminal, elsewhere by a command.

    Afterwards show phones on a terminal where they find the page. There is one QR code at a time to hold a phone to.
    """
    from thumper.store.postgres.connect import OUTAGES, open_database

    with contextlib.suppress(ServiceDownError, *OUTAGES):  # what needs PostgreSQL says what is wrong with it
        async with open_database(settings.postgres_url, pool_size=2):
            await offer_link(settings)


async def offer_link(settings: Settings) -> None:
    """Do it with a database that is open."""
    from thumper.domain.access import OWNER
    from thumper.store.access import first_owner, sessions
    from thumper.store.requests import audit
    from thumper.store.requests.audit import Deed

    if await sessions.ever_began():
        if sys.stdout.isatty() and (url := url_for_others(settings)) is not None:
            typer.echo(qr_code(url))
        return
    owner = await first_owner.ensure_owner(settings.home)
    if not sys.stdout.isatty():
        typer.echo(f"Sign in      no one has yet: `thumper invite {owner.name}` makes a link")
        return
    link = await sessions.make_link(owner)
    await audit.append(Deed(action="createSignInLink", actor=OWNER))
    show_link(owner.name, f"{url_for_people(settings)}/sign-in#{link.secret}")
    typer.echo(f"Another one: `thumper invite {owner.name}`. Others: `thumper invite NAME --role member`.\n")
