"""The table put together: which rule a field, an input field or an argument has. What has none is refused to all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from thumper.graphql.access.answer_rules import ANSWERS
from thumper.graphql.access.input_rules import ARGUMENTS, INPUTS
from thumper.graphql.access.object_rules import BY_ID, NOUNS, PAGES
from thumper.graphql.access.rule import FRAME, Names, Rule

_CONNECTION: Final = "edges nodes pageInfo totalCount"
_EDGE: Final = "cursor node"


def _each(names: Names) -> dict[str, Rule]:
    """Return the rule for each name; raises for one that has two."""
    pairs = [(name, rule) for rule, words in names.items() for name in words.split()]
    rules = dict(pairs)
    if len(rules) != len(pairs):
        raise ValueError(f"a name has two rules: {sorted(name for name, _ in pairs)}")
    return rules


def _pages(names: Names) -> dict[str, dict[str, Rule]]:
    found = {}
    for noun, rule in _each(names).items():
        found[f"{noun}Connection"] = _each({rule: _CONNECTION})
        found[f"{noun}Edge"] = _each({rule: _EDGE})
    return found


FIELDS: Final[Mapping[str, Mapping[str, Rule]]] = {
    **{kind: _each(names) for kind, names in {**NOUNS, **ANSWERS}.items()},
    **_pages(PAGES),
}
"""The rule of each field, by the type of which it is."""

INPUT_FIELDS: Final[Mapping[str, Mapping[str, Rule]]] = {kind: _each(names) for kind, names in INPUTS.items()}
"""The rule of each field of an input, by its type."""

ARGUMENT_RULES: Final[Mapping[str, Rule]] = _each(ARGUMENTS)
"""The rule of each argument, as `Query.image.sha256`."""

NODE_RULES: Final[Mapping[str, Rule]] = _each(BY_ID)
"""The rule for looking up records of a type by id, of whatever type, where it is not that of its fields."""

RULED_BY_TYPE: Final = frozenset({"where", "orderBy", "input"})
"""Arguments that are ruled by the fields of their type."""
PAGING: Final = frozenset({"first", "after", "last", "before"})
"""Arguments of a list with pages, which all may give who may see the list."""

INTROSPECTION: Final = FRAME
"""`__schema`, `__type` and `__typename`: the schema is no secret."""
