"""Revoking sessions."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.people.revocation import revocable
from thumper.graphql.people.session import Session
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.store import models
from thumper.store.access import sessions


@strawberry.input(description="Which session to revoke.")
class RevokeSessionInput:
    """Input of `revokeSession`."""

    session_id: strawberry.ID = strawberry.field(description="The session.")


@strawberry.type(description="Answer of revokeSession.")
class RevokeSessionPayload(Payload):
    """The session or the errors."""

    session: models.Session | None = strawberry.field(
        default=None,
        description="The session, which has ended; null when refused.",
        graphql_type=optional(Session),
    )


RevokeInput: TypeAlias = Annotated[RevokeSessionInput, strawberry.argument(description="The session.")]


@strawberry.type
class SessionMutation:
    """Mutations of sessions."""

    @change(
        "End a session, such as that of a phone that was lost; one's own in a browser that has signed in, or with the"
        " scope admin anybody's. Refused with NOT_FOUND."
    )
    @staticmethod
    async def revoke_session(info: Info, input: RevokeInput) -> RevokeSessionPayload:
        session_id = await revocable(input.session_id, "Session", info=info)
        session = await sessions.revoke(session_id)
        info.context.credentials.revoked(session_id)
        return RevokeSessionPayload(session=session)
