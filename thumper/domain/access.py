"""Who asks. There is no access control yet: everything that reaches Thumper is asked by its owner."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is to the ranch."""

    OWNER = "owner"
    MEMBER = "member"
    GUEST = "guest"


class Scope(StrEnum):
    """A kind of request that a token may be limited to."""

    READ = "read"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who asks: a person or a program that a person gave a token."""

    name: str
    role: Role
    scopes: frozenset[Scope]


OWNER: Final = Actor(name="owner", role=Role.OWNER, scopes=frozenset(Scope))
"""May do everything."""
