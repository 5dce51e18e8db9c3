"""Loading by key: what is asked for at the same moment is read at once.

Strawberry's loader has a future for each key; the hundred relations of a page then cost more than their statements.
Here all keys that are read together wait for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Read = Callable[[list[K]], Awaitable[Mapping[K, V]]]
"""Reads the answers to distinct keys; one that is missing is None."""


class Batch(Generic[K, V]):
    """Keys that are read together, and their answers."""

    def __init__(self) -> None:
        self.keys: dict[K, None] = {}
        self.found: Mapping[K, V] = {}
        self.is_open = True
        """Whether the answers are still to come, or never came."""
        self.read: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.read.add_done_callback(take_note)
        self._waiter: asyncio.Future[None] | None = None
        self._waiting: asyncio.Task[Any] | None = None

    async def fill(self, read: Read[K, V]) -> None:
        """Read the answers; an error is raised for all who wait for one."""
        try:
            self.found = await read(list(self.keys))
        except asyncio.CancelledError:
            self.read.cancel()
            raise
        except Exception as error:  # noqa: BLE001  # it is raised for those who wait
            self.read.set_exception(error)
        else:
            self.is_open = False
            self.read.set_result(None)

    def waiter(self) -> asyncio.Future[None]:
        """Return what the current task has to wait for.

        When a field fails, graphql-core cancels its siblings, and a task that is cancelled cancels what it waits for:
        so each task has a future of its own.
        """
        if self.read.done():  # with an error
            return self.read
        task = asyncio.current_task()
        if self._waiter is None or self._waiter.done() or self._waiting is not task:
            self._waiter, self._waiting = asyncio.shield(self.read), task
        return self._waiter

    def answer(self, key: K) -> V | None:
        """Return the answer to one of the keys when the batch was read; raises the error of a read that failed."""
        if self.is_open:
            self.read.result()
        return self.found.get(key)


def take_note(answer: asyncio.Future[Any]) -> None:
    """Retrieve an error for which no one waits any more, so that asyncio does not log it as never retrieved."""
    if not answer.cancelled():
        answer.exception()


class Loader(Generic[K, V]):
    """Loads what belongs to a key; keeps the answers, if it caches, until it is told to forget them."""

    def __init__(self, read: Read[K, V], *, cache: bool) -> None:
        self._read = read
        self._cache = cache
        self._known: dict[K, Batch[K, V]] = {}
        self._collecting: Batch[K, V] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def load(self, key: K) -> V:
        """Return the answer to a key; None when there is none, which the type of the answers has to allow."""
        batch = self.ask(key)
        if batch.is_open:
            await batch.waiter()
        return batch.answer(key)  # type: ignore[return-value]

    def wanted(self, key: K) -> Load[K, V]:
        """Return the answer to a key as something that is loaded when it is awaited."""
        return Load(self, key)

    def ask(self, key: K) -> Batch[K, V]:
        """Return the batch that has the answer to a key, or will have it."""
        batch = self._known.get(key) if self._cache else None
        return self._collect(key) if batch is None else batch

    async def load_many(self, keys: Iterable[K]) -> list[V]:
        """Return the answers to several keys."""
        return list(await asyncio.gather(*map(self.load, keys)))

    def clear(self) -> None:
        """Forget the answers: what is asked for from now on is read anew."""
        self._known.clear()
        self._collecting = None

    def _collect(self, key: K) -> Batch[K, V]:
        batch = self._collecting
        if batch is None:
            batch = self._collecting = Batch()
            task = asyncio.create_task(self._fill(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        batch.keys[key] = None
        if self._cache:
            self._known[key] = batch
        return batch

    async def _fill(self, batch: Batch[K, V]) -> None:
        await asyncio.sleep(0)  # others who were woken with the first ask now
        if self._collecting is batch:
            self._collecting = None
        await batch.fill(self._read)


class Load(Generic[K, V]):
    """An answer that a resolver wants of a loader. Who resolves a field of many rows asks for all of them at once."""

    __slots__ = ("key", "loader")

    def __init__(self, loader: Loader[K, V], key: K) -> None:
        self.loader = loader
        self.key = key

    def __await__(self) -> Generator[Any, None, V]:
        return self.loader.load(self.key).__await__()
