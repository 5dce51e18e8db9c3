"""Refusing an operation that costs too much: which field it is, and how to ask for less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graphql import FieldNode, GraphQLNamedType

from thumper.graphql.refusal import RequestError, bad_request
from thumper.graphql.relay.price import REREADING
from thumper.graphql.request import introspection
from thumper.graphql.request.cost import Figures, Reckoning, figures
from thumper.graphql.request.limits import MOST_COST

_CODE: Final = "TOO_COSTLY"
_REST: Final = "page through the rest with after"


@dataclass(frozen=True, slots=True)
class _Share:
    """What one field takes of the whole, and the cheaper way."""

    path: str
    objects: int
    advice: str

    @property
    def sentence(self) -> str:
        return f" {self.path} takes about {self.objects:,} of them: {self.advice}."


def too_costly(reckoned: Reckoning) -> RequestError | None:
    """Return the error for an operation that asks for too much; None for one that does not."""
    if reckoned.objects <= MOST_COST:
        return None
    dearest = _dearest(reckoned)
    advice = " Send its fields in several requests." if dearest is None else dearest.sentence
    return bad_request(
        _CODE,
        f"The query asks for about {reckoned.objects:,} objects; {MOST_COST:,} are the most.{advice}",
    )


def too_long(path: str) -> RequestError:
    """Return the error for an answer whose lists without pages turn out so long that it has too many objects."""
    return bad_request(
        _CODE,
        f"The answer has more than {MOST_COST:,} objects, the most that a request may have, as {path} has more than is"
        f" usual. Ask the connections around it for fewer items with first, and {_REST}.",
    )


def _dearest(reckoned: Reckoning) -> _Share | None:
    """Return the innermost field that takes more than half of all; None where none does."""
    parent: GraphQLNamedType | None = reckoned.root
    selections, page, times = reckoned.selections, 1, 1
    path: list[str] = []
    paged = ""
    found: _Share | None = None
    while True:
        node, parent = max(
            reckoned.fields(selections, parent),
            key=lambda each: reckoned.of_field(each[0], each[1], page).objects,
        )
        objects = times * reckoned.of_field(node, parent, page).objects
        if 2 * objects <= reckoned.objects:
            return found
        path.append(node.alias.value if node.alias else node.name.value)
        told = figures(parent, node.name.value)
        advice = _advice(reckoned, node, parent, paged=paged)
        if advice:
            found = _Share(".".join(path), objects, advice)
        if told is None or node.selection_set is None:
            return found
        if told.is_page:
            page, paged = reckoned.page_of(told, node), ".".join(path)
        else:
            times, page = times * reckoned.times(told, node, page), 1
        selections, parent = node.selection_set, told.inner


def _advice(reckoned: Reckoning, node: FieldNode, parent: GraphQLNamedType | None, *, paged: str) -> str:
    """Return how to ask a field for less; empty for one that has no length of its own."""
    if node.name.value in introspection.FIELDS:
        return (
            "ask for fewer things of each type, or for single types with __type(name:), in several requests"
        )
    told = figures(parent, node.name.value)
    if told is None:
        return ""
    if told.own >= REREADING:
        return (
            f"it counts {told.own:,} by itself, so ask for it in a request of its own, and of a few at a time"
        )
    if told.is_page:
        around = f", or {paged} for fewer" if paged else ""
        return f"ask it for fewer than {reckoned.page_of(told, node)} items with first{around}, and {_REST}"
    return _of_list(told, paged=paged)


def _of_list(told: Figures, *, paged: str) -> str:
    """Return how to ask a list without pages for less; empty for what is none."""
    if told.items_of:
        return f"give it fewer {told.items_of} at a time"
    if told.items is None or told.items == 1:
        return ""
    if paged:
        return f"it is a list of up to {told.items}, so ask {paged} for fewer items with first, and {_REST}"
    return f"it is a list of up to {told.items}, so ask for it in a request of its own"
