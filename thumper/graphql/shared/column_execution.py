"""Executing a list of objects by columns: the values of a field for all of them, then the next field.

It goes without a place for each object, as only errors need one. A list that holds anything that is not as its type
promises is executed once more, level by level, where errors are worded; and so is every other list of the operation
from then on, so that what fails costs twice as much at most.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import chain, islice
from typing import Any

from graphql import get_named_type, get_nullable_type, is_list_type, is_non_null_type, is_object_type
from graphql.pyutils import Path, gather_with_cancel

from thumper.graphql.shared.leaf import leaf_of_values
from thumper.graphql.shared.level import Level, Step
from thumper.graphql.shared.level_execution import LevelExecutor, without_waiting
from thumper.graphql.shared.together import answer

_Finish = Callable[[list[Any]], Awaitable[list[Any]]]


class ColumnExecutor(LevelExecutor):
    """Executes lists by columns whose fields are leaves of rows and relations, all the way down."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._found_fault = False

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
        slowly = super().complete_iterable_value
        kind: Any = get_nullable_type(item_type)
        arguments = (item_type, field_details_list, info, path, items, position_context)
        if self._found_fault or not (is_object_type(kind) and isinstance(items, list)):
            return slowly(*arguments)
        level = self.level(kind, field_details_list)
        if not self._is_regular(level):
            return slowly(*arguments)
        run = _Run(self, info)
        executing = self._by_columns(
            run,
            lambda: run.completed(item_type, items, lambda rows: run.objects(level, rows, path)),
            lambda: slowly(*arguments),
        )
        return executing if level.steps else without_waiting(executing)

    def _is_regular(self, level: Level) -> bool:
        """Return whether nothing below has to be left to graphql-core."""
        if level.is_regular is None:
            below = (self.level_of(step) for step in level.steps if step.kind is not None)
            level.is_regular = not level.others and all(map(self._is_regular, below))
        return level.is_regular

    async def _by_columns(
        self, run: _Run, complete: Callable[[], Awaitable[list[Any]]], slowly: Callable[[], Any]
    ) -> list[Any]:
        try:
            return await complete()
        except Exception:  # noqa: BLE001  # whatever it is, it is found again where it is worded
            self._found_fault = True
            self.withdraw(run.weight)
        done: Any = slowly()
        exact: list[Any] = await done if self.is_awaitable(done) else done
        return exact


class _Run:
    """The execution of one list."""

    def __init__(self, executor: ColumnExecutor, info: Any) -> None:
        self._executor = executor
        self._info = info
        self.weight = 0
        """How much the objects count that were admitted."""

    async def completed(self, kind: Any, values: list[Any], finish: _Finish) -> list[Any]:
        """Return values of a type when all of them are as it promises; `finish` has what is neither null nor a list."""
        present = [value for value in values if value is not None]
        if len(present) < len(values) and is_non_null_type(kind):
            raise ValueError("null")
        if any(issubclass(kind_of_value, Exception) for kind_of_value in set(map(type, present))):
            raise ValueError("an error among the values")
        inner: Any = get_nullable_type(kind)
        done = await (self._lists(inner.of_type, present, finish) if is_list_type(inner) else finish(present))
        if len(done) == len(values):
            return done
        rest = iter(done)
        return [None if value is None else next(rest) for value in values]

    async def _lists(self, item_type: Any, lists: list[Any], finish: _Finish) -> list[Any]:
        """Return lists of values, whose items are completed as one list."""
        if not all(isinstance(each, list) for each in lists):
            raise TypeError("no list")
        items = iter(await self.completed(item_type, list(chain.from_iterable(lists)), finish))
        return [list(islice(items, len(each))) for each in lists]

    async def objects(self, level: Level, rows: list[Any], path: Path) -> list[Any]:
        """Return the objects that rows are, each with its fields."""
        if not rows:
            return []
        self._admit(level, rows, path)
        columns = {name: leaf.column(rows) for name, _, leaf in level.plain}
        if level.steps:
            columns.update(await self._relations(level, rows, Path(path, 0, None)))
        if not columns:  # all fields are skipped
            return [{} for _ in rows]
        if len(columns) == 1:
            [(name, values)] = columns.items()
            return [{name: value} for value in values]
        in_order = [columns[name] for name in level.names]
        return [dict(zip(level.names, values, strict=True)) for values in zip(*in_order, strict=True)]

    def _admit(self, level: Level, rows: list[Any], path: Path) -> None:
        """Admit the objects, and check that they are what their type promises."""
        self.weight += self._executor.weight(level.kind, level.details, len(rows))
        self._executor.admit(level.kind, level.details, path, len(rows))
        is_type_of = level.kind.is_type_of
        if is_type_of is not None and not all(is_type_of(row, self._info) for row in rows):
            raise TypeError(level.kind.name)

    async def _relations(self, level: Level, rows: list[Any], first: Path) -> dict[str, list[Any]]:
        """Return the values of the fields that are more than a leaf of the row; `first` is the place of the first."""
        executor, steps = self._executor, level.steps
        found = [executor.asked(level, step, rows, first) for step in steps]
        await answer([values for step, values in zip(steps, found, strict=True) if step.waits])
        pairs = list(zip(steps, found, strict=True))
        if len(pairs) > 1 and any(executor.level_of(step).steps for step in steps if step.kind):
            # What they load is read together.
            done = await gather_with_cancel(*(self._values(level, *pair, first) for pair in pairs))
        else:
            done = [await self._values(level, *pair, first) for pair in pairs]
        return {step.name: values for step, values in zip(steps, done, strict=True)}

    async def _values(self, level: Level, step: Step, values: list[Any], first: Path) -> list[Any]:
        """Return the completed values of one field."""
        inner = None if step.kind is None else self._executor.level_of(step)

        async def finish(present: list[Any]) -> list[Any]:
            if inner is None:
                return leaf_of_values(get_named_type(step.declared.type)).column(present)
            return await self.objects(inner, present, Path(first, step.name, level.kind.name))

        return await self.completed(step.declared.type, values, finish)
