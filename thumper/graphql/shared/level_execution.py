"""Executing a list of objects level by level: a field is resolved for all of them before its values are completed.

graphql-core goes through a list object by object, with a task for each relation of each. Here a relation of fifty
images is resolved in one go (`together`), and what it brought is completed in one go, to the leaves. Only errors are
worded by graphql-core, each where it belongs, and fields of other kinds are executed by it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    get_argument_values,
    get_nullable_type,
    is_object_type,
)
from graphql.pyutils import Path, Undefined, gather_with_cancel
from strawberry.types.field import StrawberryField

from thumper.graphql.shared.direct_resolvers import DECLARED
from thumper.graphql.shared.leaf import leaf_of
from thumper.graphql.shared.level import Level, ObjectList, Slot, Step, is_promised, step_of
from thumper.graphql.shared.planned_execution import PlannedExecutor
from thumper.graphql.shared.together import answer


class LevelExecutor(PlannedExecutor):
    """Completes lists of objects of one type level by level."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._levels: dict[tuple[Any, int], Level] = {}

    def build_per_event_executor(self, payload: Any) -> Any:
        """Return the executor for one message of a subscription."""
        executor: Any = super().build_per_event_executor(payload)
        executor._levels = {}  # noqa: SLF001  # its own
        return executor

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: Any,
        info: Any,
        path: Path,
        items: Any,
        position_context: Any,
    ) -> Any:
        """Complete a list; what to wait for if a field of its objects has to be waited for."""
        kind = get_nullable_type(item_type)
        if not (is_object_type(kind) and isinstance(items, list)):
            return super().complete_iterable_value(
                item_type, field_details_list, info, path, items, position_context
            )
        level = self.level(kind, field_details_list)
        row = ObjectList(self, item_type, field_details_list, info, path, items)
        executing = self._execute(level, row.slots, info)
        if level.steps or level.others:
            return _completed(executing, row)
        return without_waiting(_completed(executing, row))

    def level(self, kind: GraphQLObjectType, details: Any) -> Level:
        """Return how a selection is executed."""
        key = (kind, id(details))
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = self._made(kind, details)
        return level

    def level_of(self, step: Step) -> Level:
        """Return how the objects of a field are executed."""
        return self.level(step.kind, step.details)

    def _made(self, kind: GraphQLObjectType, details: Any) -> Level:
        selection = self.collect_subfields(kind, details).grouped_field_set
        level = Level(details, kind, list(selection), [], [], {})
        withheld = self.withheld(kind)
        for name, own in selection.items():
            field_name = own[0].node.name.value
            hidden = field_name in withheld
            leaf = withheld[field_name] if hidden else leaf_of(kind, field_name)
            if leaf is not None:
                level.plain.append((name, own, leaf))
            elif not hidden and (step := step_of(kind, name, own)) is not None:
                level.steps.append(step)
            else:
                level.others[name] = own
        return level

    async def _execute(self, level: Level, slots: list[Slot], info: Any) -> None:
        """Fill the slots with the values of their fields, or with the error that leaves none."""
        self._enter(level, slots, info)
        for slot in slots:
            if slot.error is None:
                slot.values.update(dict.fromkeys(level.names))
                self._read(level, slot)
        open_slots = [slot for slot in slots if slot.error is None]
        if not open_slots:
            return
        waiting = [self._executed(level, each, slot) for slot in open_slots for each in level.others.items()]
        if level.steps:
            waiting.append(self._step(level, open_slots))
        await _all(waiting)

    async def _step(self, level: Level, slots: list[Slot]) -> None:
        """Resolve the fields that are resolved for all objects at once, and complete their values."""
        resolved = await self._resolved(level, slots)
        steps = zip(level.steps, resolved, strict=True)
        await _all([self._fill(level, step, slots, values) for step, values in steps])

    def _enter(self, level: Level, slots: list[Slot], info: Any) -> None:
        """Admit the objects, and check that they are what their type promises."""
        is_type_of, details = level.kind.is_type_of, level.details
        if not slots:
            return
        try:
            self.admit(level.kind, details, slots[0].path, len(slots))
        except GraphQLError as error:
            for slot in slots:
                slot.error = error
        for slot in slots:
            if slot.error is None and is_type_of is not None and not is_type_of(slot.source, info):
                slot.error = GraphQLError(
                    f"Expected value of type '{level.kind}' but got: {slot.source!r}.",
                    [each.node for each in details],
                )

    def _read(self, level: Level, slot: Slot) -> None:
        """Read the plain fields of one object."""
        source, values = slot.source, slot.values
        for name, details, leaf in level.plain:
            try:
                values[name] = leaf.read(source)
            except Exception:  # noqa: BLE001  # whatever it is, graphql-core words it
                place = Path(slot.path, name, level.kind.name)
                try:
                    values[name] = self.execute_field(level.kind, source, details, place, None)
                except GraphQLError as error:
                    slot.error = slot.error or error

    async def _executed(self, level: Level, selected: tuple[str, Any], slot: Slot) -> None:
        """Execute one field of one object as graphql-core does."""
        name, details = selected
        place = Path(slot.path, name, level.kind.name)
        try:
            value: Any = self.execute_field(level.kind, slot.source, details, place, None)
            value = await value if self.is_awaitable(value) else value
        except GraphQLError as error:
            slot.error = slot.error or error
        else:
            _put(slot, name, value)

    async def _resolved(self, level: Level, slots: list[Slot]) -> list[list[Any]]:
        """Return the values of each step for each object, errors among them."""
        sources = [slot.source for slot in slots]
        found = [self.asked(level, step, sources, slots[0].path) for step in level.steps]
        await answer([values for step, values in zip(level.steps, found, strict=True) if step.waits])
        return found

    def asked(self, level: Level, step: Step, sources: list[Any], first: Path) -> list[Any]:
        """Return the value of a field of each object, or what brings it, or an error; `first` is the first's place."""
        try:
            resolve = self._resolver(level, step, first)
        except Exception as error:  # noqa: BLE001  # an argument that is refused
            return [error] * len(sources)
        try:
            return list(map(resolve, sources))
        except Exception:  # noqa: BLE001  # of one of them: a coroutine raises nothing before it is awaited
            return [_value_or_error(resolve, source) for source in sources]

    def _resolver(self, level: Level, step: Step, first: Path) -> Callable[[Any], Any]:
        if step.resolver is None:
            own: StrawberryField = step.declared.extensions[DECLARED]
            return operator.attrgetter(own.python_name)
        node = step.details[0].node
        given = (
            get_argument_values(step.declared, node, self.variable_values)
            if step.declared.args or node.arguments
            else {}
        )
        return step.resolver.bound(self._info(level, step, first), given)

    def _info(self, level: Level, step: Step, first: Path) -> Any:
        nodes = [each.node for each in step.details]
        place = Path(first, step.name, level.kind.name)
        return self.build_resolve_info(step.declared, nodes, level.kind, place)

    async def _fill(self, level: Level, step: Step, slots: list[Slot], values: list[Any]) -> None:
        """Complete the values of one field of all objects."""
        info, kind = self._info(level, step, slots[0].path), level.kind.name
        returned: Any = get_nullable_type(step.declared.type)
        inner: list[Slot] = []
        endings: list[tuple[Slot, Path, ObjectList | Slot]] = []
        for slot, value in zip(slots, values, strict=True):
            if slot.error is not None:
                continue
            place = Path(slot.path, step.name, kind)
            if step.kind is None or not is_promised(step, value):
                self._complete(slot, step, info, place, value)
            elif step.is_list:
                row = ObjectList(self, returned.of_type, step.details, info, place, value)
                inner += row.slots
                endings.append((slot, place, row))
            else:
                one = Slot(value, place, {})
                inner.append(one)
                endings.append((slot, place, one))
        if inner:
            await self._execute(self.level_of(step), inner, info)
        for slot, place, ending in endings:
            try:
                _put(slot, step.name, _ended(ending))
            except Exception as error:  # noqa: BLE001  # graphql-core words it
                self._fail(slot, step, place, error)

    def _complete(self, slot: Slot, step: Step, info: Any, place: Path, value: Any) -> None:
        """Complete one value as graphql-core does: a leaf, or one that is not as its type promises."""
        try:
            _put(
                slot,
                step.name,
                self.complete_value(step.declared.type, step.details, info, place, value, None),
            )
        except Exception as error:  # noqa: BLE001  # graphql-core words it
            self._fail(slot, step, place, error)

    def _fail(self, slot: Slot, step: Step, place: Path, error: Exception) -> None:
        try:
            self.handle_field_error(error, step.declared.type, step.details, place)
        except GraphQLError as located:
            slot.error = slot.error or located


def _ended(ending: ObjectList | Slot) -> Any:
    """Return what the slots of a value hold; raises the error that leaves nothing."""
    if isinstance(ending, ObjectList):
        return ending.ended()
    if ending.error is not None:
        raise ending.error
    return ending.values


def _put(slot: Slot, name: str, value: Any) -> None:
    if value is Undefined:  # a field that its type has not
        slot.values.pop(name, None)
    else:
        slot.values[name] = value


async def _all(waiting: Sequence[Coroutine[Any, Any, None]]) -> None:
    if len(waiting) == 1:
        await waiting[0]
    elif waiting:
        await gather_with_cancel(*waiting)


async def _completed(executing: Coroutine[Any, Any, None], row: ObjectList) -> list[Any]:
    await executing
    return row.ended()


def without_waiting(completing: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine returns that does not wait."""
    try:
        completing.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("it waits")


def _value_or_error(resolve: Callable[[Any], Any], source: Any) -> Any:
    try:
        return resolve(source)
    except Exception as error:  # noqa: BLE001  # the same as a value that is an error
        return error
