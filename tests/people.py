"""People who ask a running API in the test's process, each with a token of their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from thumper.domain.access import SCOPES_OF, Role, Scope
from thumper.store.access import people, tokens
from thumper.store.models import Person


@dataclass(frozen=True, slots=True)
class Asker:
    """A person with a token: its id, its secret, and the header that shows it."""

    person_id: UUID
    token_id: UUID
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}"}

    async def with_fewer(self, *scopes: Scope) -> Asker:
        """Return the same person with another token, for these scopes."""
        token, secret = await tokens.issue(await Person.get(id=self.person_id), "another", scopes)
        return Asker(self.person_id, token.id, secret)


async def make_asker(name: str, role: Role = Role.MEMBER, scopes: Collection[Scope] | None = None) -> Asker:
    """Add a person and give them a token for these scopes, all that the role has when none are named."""
    person = await people.add(name, role)
    token, secret = await tokens.issue(person, "test", SCOPES_OF[role] if scopes is None else scopes)
    return Asker(person.id, token.id, secret)
