"""`thumper token`: what programs show when they ask, and the way back in for an owner who has lost everything."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.consent import refuse_unless_asked
from thumper.cli.network_view import url_for_people
from thumper.cli.sign_in_link import show_link
from thumper.cli.which_home import settings_to_ask, settings_to_keep_in
from thumper.domain.access import Scope
from thumper.errors import UsageError
from thumper.settings import Settings

token = typer.Typer(name="token", help="Tokens of programs.", no_args_is_help=True)

_FIELDS: Final = "id name scopes createdAt expiresAt lastUsedAt revokedAt person { name }"
_CREATE: Final = f"""mutation ($input: CreateTokenInput!) {{ answer: createToken(input: $input) {{
  token {{ {_FIELDS} }} secret errors {{ message }} }} }}"""
_LIST: Final = f"""query ($after: String) {{ tokens(first: 100, after: $after, where: {{ended: false}}) {{
  nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
_REVOKE: Final = f"""mutation ($input: RevokeTokenInput!) {{ answer: revokeToken(input: $input) {{
  token {{ {_FIELDS} }} errors {{ message }} }} }}"""
_DAYS: Final = re.compile(r"([0-9]{1,5})d")
_NOT_DONE: Final = 1
"""Exit code when the person said no."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _read_expiry(text: str) -> str:
    """Return the instant that `90d`, a date or a time with its offset names. Raises `UsageError`."""
    if found := _DAYS.fullmatch(text):
        return (dt.datetime.now(dt.UTC) + dt.timedelta(days=int(found[1]))).isoformat()
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--expires {text}: name a number of days, such as 90d, or a date, such as 2027-03-01."
        ) from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).isoformat()


@token.command()
def create(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is for, such as the program that has it.")
    ],
    scope: Annotated[
        list[Scope], typer.Option("--scope", help="What may be asked with it; give it again for another.")
    ],
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="When it ends: 90d, or 2027-03-01. Without it lasts until it is revoked."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for a program. It is printed once and kept nowhere."""
    given = {
        "name": name,
        "scopes": [each.name for each in scope],
        "expiresAt": None if expires is None else _read_expiry(expires),
    }
    answer = _change(settings_to_ask(), _CREATE, given)
    if as_json:
        typer.echo(json.dumps({"token": answer["token"], "secret": answer["secret"]}))
        return
    typer.echo(answer["secret"])
    typer.echo("Send it as `Authorization: Bearer thm_…`. It is not shown again.", err=True)


@token.command(name="list")
def show(as_json: AsJson = False) -> None:
    """List the tokens that count."""
    found = asyncio.run(_read(settings_to_ask()))
    if as_json:
        typer.echo(json.dumps(found))
        return
    for each in found:
        scopes = ", ".join(scope.lower() for scope in each["scopes"])
        used = "never used" if each["lastUsedAt"] is None else f"last used {each['lastUsedAt'][:10]}"
        ends = "" if each["expiresAt"] is None else f", ends {each['expiresAt'][:10]}"
        typer.echo(f"{each['id']}  {each['name']} of {each['person']['name']}: {scopes}; {used}{ends}")


async def _read(settings: Settings) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = (await ask(settings, _LIST, {"after": after}))["tokens"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@token.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="The token, as `thumper token list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """End a token."""
    done = _change(settings_to_ask(), _REVOKE, {"tokenId": token})["token"]
    typer.echo(json.dumps(done) if as_json else f"{done['name']} does not count any more.")


@token.command(name="reset-owner")
def reset_owner(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let the owner in again who has lost everything: works on the machine itself, also while Thumper is stopped.

    All sessions and tokens of the owner end, the command line gets a new token, and a new link is shown.
    """
    if not yes:
        refuse_unless_asked(as_json=as_json, instead="Add --yes to do it.")
        if not typer.confirm("End all sessions and tokens of the owner, and make a new link?"):
            typer.echo("Nothing was changed.")
            raise typer.Exit(_NOT_DONE)
    from thumper.cli.logs import configure_logs
    from thumper.cli.servers import servers

    own = settings_to_keep_in()
    configure_logs(own)
    with servers(own) as settings:
        name, url = asyncio.run(_reset(settings))
    if as_json:
        typer.echo(json.dumps({"person": {"name": name}, "link": {"url": url}}))
        return
    show_link(name, url)


async def _reset(settings: Settings) -> tuple[str, str]:
    """Return the owner's name and the address of the link."""
    from thumper.store.access import first_owner, sessions
    from thumper.store.postgres.connect import open_database

    async with open_database(settings.postgres_url, pool_size=2):
        owner = await first_owner.reset_owner(settings.home)
        link = await sessions.make_link(owner)
    return owner.name, f"{url_for_people(settings)}/sign-in#{link.secret}"


def _change(settings: Settings, mutation: str, given: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = asyncio.run(ask(settings, mutation, {"input": given}))["answer"]
    if answer["errors"]:
        raise ApiRefusedError(answer["errors"][0]["message"])
    return answer
