"""`thumper invite`: a link by which somebody signs in, new to the ranch or with a new phone."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.network_view import url_for_people
from thumper.cli.sign_in_link import show_link
from thumper.cli.which_home import settings_to_ask
from thumper.domain.access import Role
from thumper.errors import UsageError
from thumper.settings import Settings

_FIND: Final = """query ($name: String!) {
  people(first: 1, where: {name: $name, removed: false}) { nodes { id name role } } }"""
_ANSWER: Final = "person { id name role } link { url expiresAt } errors { message }"
_INVITE: Final = (
    f"mutation ($input: InvitePersonInput!) {{ answer: invitePerson(input: $input) {{ {_ANSWER} }} }}"
)
_LINK: Final = (
    f"mutation ($input: CreateSignInLinkInput!) {{ answer: createSignInLink(input: $input) {{ {_ANSWER} }} }}"
)


def invite(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What they are called.")],
    role: Annotated[
        Role | None,
        typer.Option(
            help="What somebody new is: a member sees everything and says what photos show, a guest sees what is"
            " shared, an owner decides who signs in."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a link by which NAME signs in, once, within a day; for somebody who is known it is for another device."""
    answer = asyncio.run(_invite(settings_to_ask(), name, role))
    if as_json:
        typer.echo(json.dumps({"person": answer["person"], "link": answer["link"]}))
        return
    show_link(answer["person"]["name"], answer["link"]["url"])


async def _invite(settings: Settings, name: str, role: Role | None) -> dict[str, Any]:
    known = (await ask(settings, _FIND, {"name": name}))["people"]["nodes"]
    if known and role is not None and known[0]["role"] != role.name:
        raise UsageError(
            f"{known[0]['name']} is {known[0]['role'].lower()} already. Leave --role out for a link, or"
            f" change it with `thumper people role {known[0]['name']!r} {role.value}`."
        )
    if not known and role is None:
        raise UsageError(
            f"There is no {name} yet: say what they shall be with --role member, guest or owner."
        )
    if known:
        mutation, given = _LINK, {"personId": known[0]["id"]}
    else:
        mutation, given = _INVITE, {"name": name, "role": role.name if role is not None else None}
    answer: dict[str, Any] = (await ask(settings, mutation, {"input": given}))["answer"]
    if answer["errors"]:
        raise ApiRefusedError(answer["errors"][0]["message"])
    link = answer["link"]
    if link["url"].startswith(settings.api_url):
        # The API knows the address under which it was asked, which leads a phone to itself.
        link["url"] = url_for_people(settings) + link["url"].removeprefix(settings.api_url)
    return answer
