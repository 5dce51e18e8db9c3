"""The table of addresses: who may ask which. One that has no rule does not exist.

What an operation at `/graphql` may ask for is ruled field by field (`graphql/access`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from starlette.routing import compile_path
from starlette.types import Scope

from thumper.graphql.access.rule import EVERYBODY, FRAME, MEMBERS, MONITORS, SENDERS, Rule
from thumper.web.base_path import path_within
from thumper.web.view_addresses import SIGN_IN, VIEWS


@dataclass(frozen=True, slots=True)
class RouteRule:
    """Who may ask an address; `rule` is None where it holds no data, so that everybody may have it."""

    address: str
    rule: Rule | None
    within: str = ""
    """The route that answers, where this is only a part of it."""

    @property
    def route(self) -> str:
        """The path of the route that answers."""
        return self.within or self.address


RULES: Final = (
    RouteRule("/", None),
    RouteRule("/pages", None),
    RouteRule("/health/live", None),
    RouteRule("/health/ready", None),
    *(RouteRule(view, None) for view in (SIGN_IN, *VIEWS)),
    RouteRule("/session", None),
    RouteRule("/graphql", FRAME),
    RouteRule("/media/{id}/original", MEMBERS, within="/media/{id}/{size}"),
    RouteRule("/media/{id}/{size}", EVERYBODY),
    RouteRule("/upload/{token}", SENDERS),
    RouteRule("/export/{sheet}.csv", MEMBERS),
    RouteRule("/metrics", MONITORS),
)
"""The first that matches counts."""
NOWHERE: Final = RouteRule("/{path:path}", FRAME)
"""Of every other address: who has signed in is told that nothing is there."""


def _pattern(address: str) -> re.Pattern[str]:
    files = f"{address}/{{path:path}}" if address == "/pages" else address
    return compile_path(files)[0]


_MATCHED: Final = tuple((_pattern(each.address), each) for each in RULES)


_MEANT: Final = {"": "/", "/graphql/": "/graphql"}
"""Addresses that people write, from which the routes lead on: the base path alone, and a slash too many."""


def rule_of(scope: Scope) -> RouteRule:
    """Return the rule for the address of a request."""
    path = path_within(scope)
    path = _MEANT.get(path, path)
    return next((rule for pattern, rule in _MATCHED if pattern.match(path)), NOWHERE)
