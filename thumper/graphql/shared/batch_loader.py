"""Loading by key: what is asked for at the same moment is read at once.

Strawberry's loader has a future for each key; the hundred relations of a page then cost more than their statements.
Here all keys that are read together wait for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterable, Mapping
from functools import partial
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
C = TypeVar("C", bound=Hashable)
V = TypeVar("V")

MOST_CHOICES: Final = 100
"""Choices that are kept apart where no answers are kept: as many as a page of different ones."""

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
        return await self.wanted(key)

    def wanted(self, key: K) -> Load[K, V]:
        """Ask for the answer to a key, without waiting for it."""
        batch = self._known.get(key) if self._cache else None
        return Load(self._collect(key) if batch is None else batch, key)

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


class ChoiceLoader(Generic[K, C, V]):
    """Loads by key and choice, such as a filter with a page: what is asked with the same choice is read at once."""

    def __init__(self, read: Callable[[list[K], C], Awaitable[Mapping[K, V]]], *, cache: bool) -> None:
        self._read = read
        self._cache = cache
        self._loaders: dict[C, Loader[K, V]] = {}

    async def load(self, wanted: tuple[K, C]) -> V:
        """Return the answer to a key with a choice."""
        return await self.wanted(wanted)

    def wanted(self, wanted: tuple[K, C]) -> Load[K, V]:
        """Return the answer as something that is loaded when it is awaited."""
        key, choice = wanted
        loader = self._loaders.get(choice)
        if loader is None:
            if (
                not self._cache and len(self._loaders) > MOST_CHOICES
            ):  # over a connection there is no end of them
                self._loaders.clear()
            loader = self._loaders[choice] = Loader(partial(self._read_with, choice), cache=self._cache)
        return loader.wanted(key)

    async def _read_with(self, choice: C, keys: list[K]) -> Mapping[K, V]:
        return await self._read(keys, choice)

    def clear(self) -> None:
        """Forget the answers."""
        self._loaders.clear()


class Load(Generic[K, V]):
    """The answer to a key, which may still have to be waited for. Who resolves a field of many rows does so once."""

    __slots__ = ("batch", "key")

    def __init__(self, batch: Batch[K, V], key: K) -> None:
        self.batch = batch
        self.key = key

    def __await__(self) -> Generator[Any, None, V]:
        if self.batch.is_open:
            yield from self.batch.waiter()
        return self.batch.answer(self.key)  # type: ignore[return-value]  # None where its type allows it
