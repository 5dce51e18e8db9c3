"""The table of addresses is complete, and an address is refused to those who may not ask it."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from thumper.settings import Settings
from thumper.web.app import create_app
from thumper.web.route_rules import NOWHERE, RULES
from thumper.web.view_addresses import VIEWS


def paths_of(routes: list[BaseRoute]) -> set[str]:
    """Return the addresses that an app answers."""
    assert all(isinstance(route, Route | WebSocketRoute | Mount) for route in routes)
    return {route.path for route in routes}  # type: ignore[attr-defined]


def test_each_route_has_a_rule_and_each_rule_a_route(settings: Settings) -> None:
    ruled = {rule.route for rule in RULES}
    assert ruled | {NOWHERE.address} == paths_of(create_app(settings).routes)


def test_nothing_holds_data_that_is_open_to_all() -> None:
    public = {rule.address for rule in RULES if rule.rule is None}
    assert public - set(VIEWS) == {"/", "/pages", "/health/live", "/health/ready", "/sign-in", "/session"}
