"""Inviting people, changing and removing them, and links by which they sign in."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry

from thumper.domain.access import Role
from thumper.graphql.context import Context, Info
from thumper.graphql.people.person import Person
from thumper.graphql.people.sign_in_link import SignInLink, drawn
from thumper.graphql.relay.change import Payload, change, given
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.scalar import Url
from thumper.store import models
from thumper.store.access import credentials, people, sessions

SIGN_IN: str = "/sign-in"
"""Where the page is that signs in."""


@strawberry.input(description="Whom to invite.")
class InvitePersonInput:
    """Input of `invitePerson`."""

    name: str = strawberry.field(
        description="The name by which they will be known, 1 to 200 characters, unique whatever the case."
    )
    role: Role = strawberry.field(description="What they are to the ranch.")


@strawberry.input(description="Whom to let sign in on another device.")
class CreateSignInLinkInput:
    """Input of `createSignInLink`."""

    person_id: strawberry.ID = strawberry.field(description="The person.")


@strawberry.input(description="Whose links to end.")
class RevokeSignInLinksInput:
    """Input of `revokeSignInLinks`."""

    person_id: strawberry.ID = strawberry.field(description="The person.")


@strawberry.input(description="Changes to a person; what is left out stays as it is.")
class UpdatePersonInput:
    """Input of `updatePerson`."""

    person_id: strawberry.ID = strawberry.field(description="The person.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Their new name. What they said before stays signed with the old one.",
    )
    role: Role | None = strawberry.field(
        default=strawberry.UNSET, description="What they are to the ranch now; it counts at once."
    )


@strawberry.input(description="Whom to remove.")
class RemovePersonInput:
    """Input of `removePerson`."""

    person_id: strawberry.ID = strawberry.field(description="The person.")


@strawberry.type
class LinkPayload(Payload):
    """A payload with a link that is told once."""

    holds_secret: ClassVar[bool] = True

    person: models.Person | None = strawberry.field(
        default=None, description="Who signs in with it; null when refused.", graphql_type=optional(Person)
    )
    link: SignInLink | None = strawberry.field(
        default=None, description="The link to send them; null when refused."
    )


@strawberry.type(description="Answer of invitePerson.")
class InvitePersonPayload(LinkPayload):
    """The person and their first link, or the errors."""


@strawberry.type(description="Answer of createSignInLink.")
class CreateSignInLinkPayload(LinkPayload):
    """The link or the errors."""


@strawberry.type(description="Answer of revokeSignInLinks.")
class RevokeSignInLinksPayload(Payload):
    """How many or the errors."""

    revoked_count: int | None = strawberry.field(
        default=None, description="How many links sign nobody in any more; null when refused."
    )


@strawberry.type(description="Answer of updatePerson.")
class UpdatePersonPayload(Payload):
    """The person or the errors."""

    person: models.Person | None = strawberry.field(
        default=None,
        description="The person as they are now; null when refused.",
        graphql_type=optional(Person),
    )


@strawberry.type(description="Answer of removePerson.")
class RemovePersonPayload(Payload):
    """The person or the errors."""

    person: models.Person | None = strawberry.field(
        default=None,
        description="The person, who was removed; null when refused.",
        graphql_type=optional(Person),
    )


InviteInput: TypeAlias = Annotated[InvitePersonInput, strawberry.argument(description="Whom to invite.")]
LinkInput: TypeAlias = Annotated[CreateSignInLinkInput, strawberry.argument(description="Whom to let in.")]
RevokeLinksInput: TypeAlias = Annotated[
    RevokeSignInLinksInput, strawberry.argument(description="Whose links to end.")
]
UpdateInput: TypeAlias = Annotated[
    UpdatePersonInput, strawberry.argument(description="The person and their changes.")
]
RemoveInput: TypeAlias = Annotated[RemovePersonInput, strawberry.argument(description="Whom to remove.")]


async def _link(person: models.Person, context: Context) -> SignInLink:
    made = await sessions.make_link(person)
    base = context.settings.public_url or context.base_url
    address = f"{base}{SIGN_IN}#{made.secret}"
    return SignInLink(url=Url(address), qr_code=drawn(address), expires_at=made.expires_at, person=person)


@strawberry.type
class PersonMutation:
    """Mutations of people."""

    @change(
        f"Let somebody sign in: makes a link to send them, which can be used once within {sessions.LINK_HOURS} hours."
        " Refused with NAME_TAKEN or INVALID."
    )
    @staticmethod
    async def invite_person(info: Info, input: InviteInput) -> InvitePersonPayload:
        person = await people.add(input.name, input.role)
        return InvitePersonPayload(person=person, link=await _link(person, info.context))

    @change(
        "Make another link for somebody, such as for their new phone. Those that were made before still count."
        " Refused with NOT_FOUND."
    )
    @staticmethod
    async def create_sign_in_link(info: Info, input: LinkInput) -> CreateSignInLinkPayload:
        person = await people.find(decode(input.person_id, "Person"), "person_id")
        return CreateSignInLinkPayload(person=person, link=await _link(person, info.context))

    @change(
        "End the links of a person that were not used, such as one that was sent to the wrong phone. Who signed in"
        " stays signed in. Refused with NOT_FOUND."
    )
    @staticmethod
    async def revoke_sign_in_links(input: RevokeLinksInput) -> RevokeSignInLinksPayload:
        person = await people.find(decode(input.person_id, "Person"), "person_id")
        return RevokeSignInLinksPayload(revoked_count=await sessions.revoke_links(person.id))

    @change(
        "Change a person's name or role; what is left out stays as it is. Refused with NOT_FOUND, NAME_TAKEN, INVALID"
        " or LAST_OWNER."
    )
    @staticmethod
    async def update_person(info: Info, input: UpdateInput) -> UpdatePersonPayload:
        person_id = decode(input.person_id, "Person")
        values: dict[str, Any] = given(input, "name", "role")
        person = await people.update(person_id, values)
        for credential_id in await credentials.of_person(person_id):
            info.context.credentials.revoked(credential_id)  # who comes back has what they have now
        return UpdatePersonPayload(person=person)

    @change(
        "Remove a person: their sessions, tokens and links stop counting at once. What they said stays. Refused with"
        " NOT_FOUND or LAST_OWNER."
    )
    @staticmethod
    async def remove_person(info: Info, input: RemoveInput) -> RemovePersonPayload:
        person, revoked = await people.remove(decode(input.person_id, "Person"))
        for credential_id in revoked:
            info.context.credentials.revoked(credential_id)
        return RemovePersonPayload(person=person)
