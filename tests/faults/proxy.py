"""A wire between Thumper and a server, which can be cut, fall silent, lose bytes, slow down and carry rubbish.

It stands on loopback before PostgreSQL. A cut is an RST. A silent wire keeps what it gets and delivers it later, as TCP
does when a cable is put back. A half-open one loses bytes, and a connection that lost some never recovers, nor does the
server hear that the client has gone: so it is with a router that forgot, or a peer that lost its power.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

_CHUNK: int = 65536
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends an RST."""


class Way(enum.Flag):
    """In which directions something happens."""

    TO_SERVER = enum.auto()
    TO_CLIENT = enum.auto()
    BOTH = TO_SERVER | TO_CLIENT


@dataclass(eq=False)
class _Link:
    """One connection through the wire; `lost` says where its bytes vanish, for ever."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    lost: Way = field(default_factory=lambda: Way(0))

    def reset(self) -> None:
        for writer in (self.client, self.server):
            own = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):  # a unix socket may know no RST
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()


class Wire:
    """The wire before the server of a `postgresql://` URL. Use it in one event loop, or through `strung`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._query = dict(parse_qsl(parts.query))
        self._host = self._query.get("host") or parts.hostname or "127.0.0.1"
        self._far_port = int(self._query.get("port") or parts.port or 5432)
        self._user = self._query.get("user") or parts.username or "thumper"
        self._path = parts.path
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_cut = False
        self._loses = Way(0)
        self._delay_s = 0.0
        self.port = 0

    @property
    def url(self) -> str:
        """The server's address through the wire."""
        return f"postgresql://{self._user}@127.0.0.1:{self.port}{self._path}"

    @property
    def connections(self) -> int:
        """How many connections go through the wire now."""
        return len(self._links)

    async def open(self) -> None:
        """Begin to pass connections on."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End the wire and all connections."""
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection, and every new one until the wire is mended."""
        self._is_cut = True
        for link in self._links:
            link.reset()

    def silence(self) -> None:
        """Deliver nothing until the wire is mended, and everything then."""
        self._flows.clear()

    def half_open(self, way: Way = Way.BOTH) -> None:
        """Lose what is sent that way: on these connections for ever, on new ones until the wire is mended."""
        self._loses = way
        for link in self._links:
            link.lost |= way

    def delay(self, seconds: float) -> None:
        """Deliver each piece so much later."""
        self._delay_s = seconds

    def garbage(self, way: Way, *, seed: int, size: int = 64) -> int:
        """Send rubbish into every connection; return into how many.

        By seed it begins as no message of PostgreSQL does, or as one of half a gigabyte that never comes.
        """
        chance = random.Random(seed)
        head = chance.choice([b"\xff", struct.pack("!ci", b"D", 1 << 29), struct.pack("!ci", b"Q", 1 << 29)])
        rubbish = head + chance.randbytes(size)
        for link in self._links:
            for writer in _ends(link, way):
                writer.write(rubbish)
        return len(self._links)

    def mend(self) -> None:
        """End the fault: what is new passes."""
        self._is_cut = False
        self._loses = Way(0)
        self._delay_s = 0.0
        self._flows.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await self._reach()
        except OSError:  # the server is down: so it would look without the wire
            writer.transport.abort()
            return
        link = _Link(writer, far_writer, self._loses)
        if self._is_cut:
            link.reset()
            return
        self._links.add(link)
        for source, way in ((reader, Way.TO_SERVER), (far_reader, Way.TO_CLIENT)):
            task = asyncio.create_task(self._pump(link, source, way))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._host.startswith("/"):
            return await asyncio.open_unix_connection(f"{self._host}/.s.PGSQL.{self._far_port}")
        return await asyncio.open_connection(self._host, self._far_port)

    async def _pump(self, link: _Link, source: asyncio.StreamReader, way: Way) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(_CHUNK):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                await self._flows.wait()
                for writer in _ends(link, way & ~link.lost):
                    writer.write(data)
                    await writer.drain()
        await self._flows.wait()
        if link.lost:
            return  # neither end hears of the other's
        self._links.discard(link)
        for writer in (link.client, link.server):
            writer.close()


def _ends(link: _Link, way: Way) -> list[asyncio.StreamWriter]:
    ends = {Way.TO_SERVER: link.server, Way.TO_CLIENT: link.client}
    return [writer for end, writer in ends.items() if end & way]


class Strung:
    """A wire that runs in a thread of its own, for callers without an event loop."""

    def __init__(self, wire: Wire, loop: asyncio.AbstractEventLoop) -> None:
        self._wire = wire
        self._loop = loop
        self.url = wire.url

    def do(self, act: Callable[[Wire], object]) -> None:
        """Do something with the wire, such as `Wire.cut`, and return when it is done."""

        async def acting() -> None:
            act(self._wire)

        asyncio.run_coroutine_threadsafe(acting(), self._loop).result(timeout=30)


@contextlib.contextmanager
def strung(url: str) -> Iterator[Strung]:
    """String a wire before the server at `url`, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="wire", daemon=True)
    thread.start()

    async def string() -> Wire:
        wire = Wire(url)
        await wire.open()
        return wire

    wire = asyncio.run_coroutine_threadsafe(string(), loop).result(timeout=30)
    try:
        yield Strung(wire, loop)
    finally:
        asyncio.run_coroutine_threadsafe(wire.close(), loop).result(timeout=30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
        loop.close()
