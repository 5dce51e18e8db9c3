"""What somebody of a role, with certain scopes, may see and do: the table, read once for all who are alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from graphql import GraphQLObjectType, get_nullable_type

from thumper.domain.access import Actor, Role, Scope
from thumper.graphql.access.rule import Rule
from thumper.graphql.access.table import ARGUMENT_RULES, FIELDS, INPUT_FIELDS, NODE_RULES
from thumper.graphql.refusal import RequestError
from thumper.graphql.shared.leaf import NULL, Leaf

FORBIDDEN: Final = "FORBIDDEN"
ROOTS: Final = frozenset({"Query", "Mutation", "Subscription"})
_OF_THE_LANGUAGE: Final = "__"
"""With which the names of introspection begin."""

Withheld = Leaf | None
"""What is read in place of a field: null; None where it is refused with an error."""


class Permissions:
    """What a role and scopes allow. There is one for all who are alike (`permissions_of`)."""

    def __init__(self, role: Role, scopes: frozenset[Scope], *, signed_in: bool = False) -> None:
        self.role = role
        self.scopes = scopes
        self.signed_in = signed_in
        self._withheld: dict[GraphQLObjectType, Mapping[str, Withheld]] = {}

    def may_see(self, kind: str, name: str) -> bool:
        """Return whether a field may be asked for."""
        if name.startswith(_OF_THE_LANGUAGE) or kind.startswith(_OF_THE_LANGUAGE):
            return True
        return self._allows(FIELDS.get(kind, {}).get(name))

    def may_look_up(self, kind: str) -> bool:
        """Return whether records of a type are found by their ids: whether they exist for somebody."""
        if kind in NODE_RULES:
            return self._allows(NODE_RULES[kind])
        return any(map(self._allows, FIELDS.get(kind, {}).values()))

    def may_give(self, kind: str, name: str) -> bool:
        """Return whether a field of an input may be given."""
        return self._allows(INPUT_FIELDS.get(kind, {}).get(name))

    def may_ask_by(self, place: str) -> bool:
        """Return whether an argument that has a rule of its own may be given, such as `Query.image.sha256`."""
        return self._allows(ARGUMENT_RULES.get(place))

    def withheld(self, kind: GraphQLObjectType) -> Mapping[str, Withheld]:
        """Return the fields of a type that are withheld; nothing of most types."""
        known = self._withheld.get(kind)
        if known is None:
            known = self._withheld[kind] = {
                name: NULL if _can_be_null(kind, field.type) else None
                for name, field in kind.fields.items()
                if not self.may_see(kind.name, name)
            }
        return known

    def refusal(self, place: str, rule: Rule | None) -> RequestError:
        """Return the error for a field or argument that needs more."""
        needs = "is for nobody" if rule is None else f"needs {rule.needs}"
        scopes = [scope.value for scope in Scope if scope in self.scopes]
        held = f"the scope{'s' if len(scopes) > 1 else ''} {', '.join(scopes)}" if scopes else "no scope"
        return RequestError(
            f"{place} {needs}. You have the role {self.role.value} and {held}.",
            extensions={
                "code": FORBIDDEN,
                "field": place,
                "roles": [] if rule is None else [role.name for role in Role if role in rule.roles],
                "scopes": [] if rule is None else [scope.name for scope in Scope if scope in rule.scopes],
            },
        )

    def refusal_of(self, kind: str, name: str) -> RequestError:
        """Return the error for a field that is refused."""
        return self.refusal(f"{kind}.{name}", FIELDS.get(kind, {}).get(name))

    def refusal_of_node(self, kind: str) -> RequestError:
        """Return the error for the id of a type whose records are not looked up."""
        return self.refusal(f"{kind}.id", NODE_RULES.get(kind) or FIELDS.get(kind, {}).get("id"))

    def _allows(self, rule: Rule | None) -> bool:
        return rule is not None and rule.allows(self.role, self.scopes, signed_in=self.signed_in)


def permissions_of(actor: Actor) -> Permissions:
    """Return what somebody may see and do."""
    return _permissions(actor.role, actor.scopes, signed_in=actor.signed_in)


@cache  # as many as there are roles and sets of scopes, for a browser and for a program
def _permissions(role: Role, scopes: frozenset[Scope], *, signed_in: bool) -> Permissions:
    return Permissions(role, scopes, signed_in=signed_in)


def _can_be_null(kind: GraphQLObjectType, returned: Any) -> bool:
    """Return whether a field can be null without a word; one at the root says that it was refused."""
    return kind.name not in ROOTS and get_nullable_type(returned) is returned
