"""Making tokens for programs, and revoking them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, TypeAlias

import strawberry

from thumper.domain.access import Scope
from thumper.domain.refusal import NoRecordError
from thumper.graphql.context import Info
from thumper.graphql.people.revocation import revocable
from thumper.graphql.people.token import Token
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.recorded_payload import SECRET
from thumper.store import models
from thumper.store.access import people, tokens


@strawberry.input(description="A new token.")
class CreateTokenInput:
    """Input of `createToken`."""

    name: str = strawberry.field(description="What it is for, 1 to 200 characters.")
    scopes: list[Scope] = strawberry.field(
        description="What may be asked with it, at least one; no more than you may."
    )
    expires_at: dt.datetime | None = strawberry.field(
        default=None, description="When it ends; null when it lasts until it is revoked."
    )


@strawberry.input(description="Which token to revoke.")
class RevokeTokenInput:
    """Input of `revokeToken`."""

    token_id: strawberry.ID = strawberry.field(description="The token.")


@strawberry.type(description="Answer of createToken.")
class CreateTokenPayload(Payload):
    """The token or the errors."""

    holds_secret: ClassVar[bool] = True

    token: models.Token | None = strawberry.field(
        default=None, description="The new token; null when refused.", graphql_type=optional(Token)
    )
    secret: str | None = strawberry.field(
        default=None,
        description="What the program has to show, `thm_…`. Null when refused, and when the mutation was sent again"
        " with its idempotencyKey: it is kept nowhere, so make another token and revoke this one.",
        metadata={SECRET: True},
    )


@strawberry.type(description="Answer of revokeToken.")
class RevokeTokenPayload(Payload):
    """The token or the errors."""

    token: models.Token | None = strawberry.field(
        default=None,
        description="The token, which has ended; null when refused.",
        graphql_type=optional(Token),
    )


CreateInput: TypeAlias = Annotated[CreateTokenInput, strawberry.argument(description="The new token.")]
RevokeInput: TypeAlias = Annotated[RevokeTokenInput, strawberry.argument(description="The token.")]


@strawberry.type
class TokenMutation:
    """Mutations of tokens."""

    @change("Make a token for a program that shall ask for you. Refused with INVALID.")
    @staticmethod
    async def create_token(info: Info, input: CreateInput) -> CreateTokenPayload:
        actor = info.context.actor
        person = await (people.find(actor.person_id) if actor.person_id is not None else people.owner())
        if person is None:
            raise NoRecordError("person", "name")
        token, secret = await tokens.create(
            person, input.name, input.scopes, allowed=actor.scopes, expires_at=input.expires_at
        )
        return CreateTokenPayload(token=token, secret=secret)

    @change(
        "End a token, such as one that was lost; one's own in a browser that has signed in, or with the scope admin"
        " anybody's. Refused with NOT_FOUND."
    )
    @staticmethod
    async def revoke_token(info: Info, input: RevokeInput) -> RevokeTokenPayload:
        token_id = await revocable(input.token_id, "Token", info=info)
        token = await tokens.revoke(token_id)
        info.context.credentials.revoked(token_id)
        return RevokeTokenPayload(token=token)
