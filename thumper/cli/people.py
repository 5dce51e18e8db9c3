"""`thumper people`: who may sign in, in which browsers they have, and how that ends."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Final

import typer

from thumper.cli.client import ApiRefusedError, ask
from thumper.cli.consent import refuse_unless_asked
from thumper.cli.which_home import settings_to_ask
from thumper.domain.access import Role
from thumper.errors import NotFoundError
from thumper.settings import Settings

people = typer.Typer(name="people", help="Who may sign in.", no_args_is_help=True)

_LIST: Final = """query ($after: String, $sessionsAfter: String) {
  people(first: 100, after: $after, where: {removed: false}) {
    nodes { id name role createdAt } pageInfo { hasNextPage endCursor } }
  sessions(first: 100, after: $sessionsAfter, where: {ended: false}) {
    nodes { id userAgent createdAt lastUsedAt expiresAt person { id } } pageInfo { hasNextPage endCursor } } }"""
_FIND: Final = """query ($name: String!) {
  people(first: 1, where: {name: $name, removed: false}) { nodes { id name role } } }"""
_PERSON: Final = "person { id name role removedAt } errors { message }"
_REMOVE: Final = (
    f"mutation ($input: RemovePersonInput!) {{ answer: removePerson(input: $input) {{ {_PERSON} }} }}"
)
_UPDATE: Final = (
    f"mutation ($input: UpdatePersonInput!) {{ answer: updatePerson(input: $input) {{ {_PERSON} }} }}"
)
_SIGN_OUT: Final = """mutation ($input: RevokeSessionInput!) { answer: revokeSession(input: $input) {
  session { id revokedAt person { name } } errors { message } } }"""
_NOT_DONE: Final = 1
"""Exit code when the person said no."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="What they are called.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@people.command(name="list")
def show(as_json: AsJson = False) -> None:
    """List people, with the browsers in which they have signed in."""
    found = asyncio.run(_read(settings_to_ask()))
    if as_json:
        typer.echo(json.dumps(found))
        return
    for person in found:
        typer.echo(f"{person['name']} ({person['role'].lower()}), since {person['createdAt'][:10]}")
        for session in person["sessions"]:
            used = session["lastUsedAt"][:16].replace("T", " ")
            typer.echo(f"  {session['id']}  last used {used} UTC  {session['userAgent'] or 'unnamed'}")


async def _read(settings: Settings) -> list[dict[str, Any]]:
    """Return all people, each with their sessions."""
    found: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        answer = await ask(settings, _LIST, after)
        found += answer["people"]["nodes"]
        sessions += answer["sessions"]["nodes"]
        pages = {"after": answer["people"]["pageInfo"], "sessionsAfter": answer["sessions"]["pageInfo"]}
        if not any(page["hasNextPage"] for page in pages.values()):
            break
        after = {name: page["endCursor"] or after.get(name) for name, page in pages.items()}
    own: dict[str, list[dict[str, Any]]] = {person["id"]: [] for person in found}
    for session in sessions:
        own.get(session.pop("person")["id"], []).append(session)
    return [person | {"sessions": own[person["id"]]} for person in found]


@people.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a person: they are signed out everywhere, and their tokens stop counting. What they said stays."""
    if not yes:
        refuse_unless_asked(as_json=as_json, instead="Add --yes to do it.")
    settings = settings_to_ask()
    person = asyncio.run(_find(settings, name))
    if not yes and not typer.confirm(f"Remove {person['name']} ({person['role'].lower()})?"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(_NOT_DONE)
    _tell(_change(settings, _REMOVE, personId=person["id"])["person"], "was removed", as_json=as_json)


@people.command()
def role(
    name: Name,
    role: Annotated[
        Role, typer.Argument(metavar="ROLE", help="What they are from now on: owner, member or guest.")
    ],
    as_json: AsJson = False,
) -> None:
    """Change what a person is to the ranch; it counts at once."""
    settings = settings_to_ask()
    person = asyncio.run(_find(settings, name))
    done = _change(settings, _UPDATE, personId=person["id"], role=role.name)["person"]
    _tell(done, f"is {role.value} now", as_json=as_json)


@people.command(name="sign-out")
def sign_out(
    session: Annotated[
        str, typer.Argument(metavar="ID", help="The session, as `thumper people list` shows it.")
    ],
    as_json: AsJson = False,
) -> None:
    """End a session, such as that of a phone that was lost."""
    done = _change(settings_to_ask(), _SIGN_OUT, sessionId=session)["session"]
    _tell(done | done["person"], "is signed out there", as_json=as_json)


async def _find(settings: Settings, name: str) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = (await ask(settings, _FIND, {"name": name}))["people"]["nodes"]
    if not nodes:
        raise NotFoundError(f"There is no {name}. `thumper people list` lists those who are there.")
    return nodes[0]


def _change(settings: Settings, mutation: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = asyncio.run(ask(settings, mutation, {"input": given}))["answer"]
    if answer["errors"]:
        raise ApiRefusedError(answer["errors"][0]["message"])
    return answer


def _tell(done: dict[str, Any], what: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(done) if as_json else f"{done['name']} {what}.")
