"""Rules: whose role and which scope something takes. Who has neither gets nothing; there is no rule that allows all.

A rule is one of the few that are named here, so that a reader of the table knows them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from thumper.domain.access import Role, Scope


@dataclass(frozen=True, slots=True)
class Rule:
    """Allows somebody who has one of the roles and one of the scopes, or has signed in where that is enough."""

    name: str
    """For the documentation and for tests."""
    roles: frozenset[Role]
    scopes: frozenset[Scope]
    signed_in: bool = False
    """Whether a person in their own browser needs none of the scopes; a program always does."""

    def allows(self, role: Role, scopes: frozenset[Scope], *, signed_in: bool = False) -> bool:
        """Return whether somebody of a role with these scopes may; `signed_in` is who shows a session, not a token."""
        enough = self.signed_in and signed_in
        return role in self.roles and (enough or not self.scopes.isdisjoint(scopes))

    @property
    def needs(self) -> str:
        """What it takes, in words: `the role owner or member and the scope review`."""
        roles = _either(role.value for role in Role if role in self.roles)
        scopes = _either(scope.value for scope in Scope if scope in self.scopes)
        signed_in = " or a browser that has signed in" if self.signed_in else ""
        return f"the role {roles} and the scope {scopes}{signed_in}"


def _either(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


_ALL: Final = frozenset(Role)
_PARTNERS: Final = frozenset({Role.OWNER, Role.MEMBER})
_OWNER: Final = frozenset({Role.OWNER})
_CHANGING: Final = frozenset({Scope.REVIEW, Scope.INGEST, Scope.ADMIN})

FRAME: Final = Rule("frame", _ALL, frozenset(Scope))
"""What tells nothing by itself: the id of a record that one was given, the ends of a page, why a change was refused."""

EVERYBODY: Final = Rule("everybody", _ALL, frozenset({Scope.READ}))
"""What guests see too, of the rows that they may see."""

MEMBERS: Final = Rule("members", _PARTNERS, frozenset({Scope.READ}))
"""What is withheld from guests."""

OWNERS: Final = Rule("owners", _OWNER, frozenset({Scope.READ}))
"""Where Thumper runs."""

WATCHERS: Final = Rule("watchers", _PARTNERS, frozenset({Scope.READ, Scope.INGEST}))
"""Dumps: a program that may only upload sees those that it made itself (`own_dump`)."""

REVIEWERS: Final = Rule("reviewers", _PARTNERS, frozenset({Scope.REVIEW}))
"""Changes that can be taken back: what photos show, and where and when they were taken."""

SENDERS: Final = Rule("senders", _PARTNERS, frozenset({Scope.INGEST}))
"""Uploads."""

MONITORS: Final = Rule("monitors", _OWNER, frozenset({Scope.METRICS}))
"""The counters of the processes."""

ADMINS: Final = Rule("admins", _OWNER, frozenset({Scope.ADMIN}))
"""Deleting and restoring, and who may see what."""

PERSONAL: Final = Rule("personal", _ALL, frozenset({Scope.READ, Scope.ADMIN}))
"""One's own person, sessions and tokens; those of others are asked for by what is the owner's."""

HOLDERS: Final = Rule("holders", _PARTNERS, frozenset({Scope.ADMIN}), signed_in=True)
"""Ending one's own sessions and tokens: a program with a token of somebody must not be able to lock them out."""

CHANGERS: Final = Rule("changers", _PARTNERS, _CHANGING | {Scope.READ})
"""What changes do, before and after."""

Names: TypeAlias = Mapping[Rule, str]
"""The names to which each rule applies, with blanks between them."""
