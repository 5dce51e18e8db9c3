"""Executing plain fields by a plan that is made once for all items of a list.

A page of fifty images has hundreds of fields, and most are attributes of a row. graphql-core asks of each anew what it
is, which arguments it has and how its value is written. Here it is asked once for each selection. Everything that is
not plain is left to graphql-core, and so is a plain field whose value is not as its type promises: executed there, it
makes the right error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from thumper.graphql.shared.leaf import Leaf, leaf_of


@dataclass(slots=True)
class _Plan:
    """How the fields of one selection are executed."""

    selection: dict[str, Any]
    """Kept, so that no other gets its id."""
    names: list[str]
    plain: list[tuple[str, Any, Leaf]] = field(default_factory=list)
    others: dict[str, Any] = field(default_factory=dict)


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Makes a plan for each selection of an operation."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plans: dict[int, _Plan] = {}

    def build_per_event_executor(self, payload: Any) -> Any:
        """Return the executor for one message of a subscription."""
        executor: Any = super().build_per_event_executor(payload)
        # A copy, which collects its selections anew: what is remembered of them must not grow with each message.
        executor._plans, executor._relevant_sub_fields = {}, {}  # noqa: SLF001  # its own
        return executor

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """Return the values of the fields of one object, or what to wait for to have them."""
        plan = self._plans.get(id(grouped_field_set))
        if plan is None:
            plan = self._plans[id(grouped_field_set)] = self._plan(parent_type, grouped_field_set)
        values: dict[str, Any] = dict.fromkeys(plan.names)
        for name, details, leaf in plan.plain:
            try:
                values[name] = leaf.read(source_value)
            except Exception:  # noqa: BLE001  # whatever it is, graphql-core words it
                place = Path(path, name, parent_type.name)
                values[name] = self.execute_field(parent_type, source_value, details, place, position_context)
        if not plan.others:
            return values
        others: Any = super().execute_fields(parent_type, source_value, path, plan.others, position_context)
        if self.is_awaitable(others):
            return _completed(values, others)
        values.update(others)
        return values

    def admit(self, kind: GraphQLObjectType, details: Any, path: Path, objects: int = 1) -> None:
        """Take note of objects before their fields are executed; raises where they must not be."""

    def weight(self, kind: GraphQLObjectType, details: Any, objects: int) -> int:
        """Return how much objects count when they are admitted."""
        return 0

    def withdraw(self, weight: int) -> None:
        """Forget objects that were admitted and will be executed anew."""

    def withheld(self, kind: GraphQLObjectType) -> Mapping[str, Leaf | None]:
        """Return what is read in place of the fields that are withheld; None where executing one says so."""
        return {}

    def complete_object_value(self, return_type: Any, field_details_list: Any, *more: Any) -> Any:
        """Admit an object, and execute its fields."""
        self.admit(return_type, field_details_list, more[1])
        return super().complete_object_value(return_type, field_details_list, *more)

    def _plan(self, parent_type: GraphQLObjectType, selection: dict[str, Any]) -> _Plan:
        plan = _Plan(selection=selection, names=list(selection))
        withheld = self.withheld(parent_type)
        for name, details in selection.items():
            field_name = details[0].node.name.value
            leaf = withheld[field_name] if field_name in withheld else leaf_of(parent_type, field_name)
            if leaf is None:
                plan.others[name] = details
            else:
                plan.plain.append((name, details, leaf))
        return plan


async def _completed(values: dict[str, Any], others: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    values.update(await others)
    return values
