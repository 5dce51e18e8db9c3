"""The table of access as a part of a page to read, docs/api.md: `make schema` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from thumper.domain.access import Role, Scope
from thumper.graphql.access.permissions import ROOTS
from thumper.graphql.access.rule import ADMINS, EVERYBODY, FRAME, MEMBERS, OWNERS, Rule
from thumper.graphql.access.table import ARGUMENT_RULES, FIELDS, INPUT_FIELDS
from thumper.web.route_rules import RULES

PAGE: Final = Path(__file__).parents[2] / "docs" / "api.md"
BEGIN: Final = "<!-- written by: python -m tests.clients.access_table -->\n"
END: Final = "<!-- end of the table -->\n"


def table() -> str:
    """Return the part in Markdown."""
    return "\n".join([*_roots(), "", *_withheld(), "", *_addresses(), ""])


def written(page: str) -> str:
    """Return the page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _who(rule: Rule) -> str:
    roles = ", ".join(role.value for role in Role if role in rule.roles)
    scopes = " or ".join(f"`{scope.name}`" for scope in Scope if scope in rule.scopes)
    return f"{roles}, with {scopes}" + (" or in a browser that has signed in" if rule.signed_in else "")


def _by_rule(table: Mapping[str, Rule]) -> dict[Rule, list[str]]:
    found: dict[Rule, list[str]] = {}
    for name, rule in table.items():
        found.setdefault(rule, []).append(f"`{name}`")
    return found


def _roots() -> Iterator[str]:
    yield "| Who | Queries | Changes | Subscriptions |"
    yield "|---|---|---|---|"
    columns = [_by_rule(FIELDS[kind]) for kind in ("Query", "Mutation", "Subscription")]
    for rule in dict.fromkeys(rule for column in columns for rule in column):
        cells = " | ".join(", ".join(column.get(rule, ["–"])) for column in columns)
        yield f"| {_who(rule)} | {cells} |"


def _withheld() -> Iterator[str]:
    """Yield what is narrower than what it stands in: fields of what guests see, and of what filters take."""
    yield "| Of | not for guests | for owners only |"
    yield "|---|---|---|"
    arguments: dict[str, dict[str, Rule]] = {}
    for place, rule in ARGUMENT_RULES.items():
        kind, name, argument = place.split(".")
        arguments.setdefault(f"{kind}.{name}", {})[argument] = rule
    for place, own in sorted({**FIELDS, **INPUT_FIELDS, **arguments}.items()):
        if place in ROOTS:
            continue
        by_rule = _by_rule(own)
        hidden = by_rule.get(MEMBERS, []) if EVERYBODY in by_rule else []
        owners = [*by_rule.get(OWNERS, []), *(by_rule.get(ADMINS, []) if FRAME in by_rule else [])]
        if hidden or (owners and not place.endswith("Payload")):
            yield f"| `{place}` | {', '.join(hidden) or '–'} | {', '.join(owners) or '–'} |"


def _addresses() -> Iterator[str]:
    yield "| Address | Who |"
    yield "|---|---|"
    for each in RULES:
        who = "everybody; it holds no data" if each.rule is None else _who(each.rule)
        yield f"| `{each.address}` | {'whoever has signed in' if each.rule is FRAME else who} |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
