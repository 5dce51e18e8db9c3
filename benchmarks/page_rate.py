"""How many pages a second one core serves: GraphQL against a route that does the same by hand (`bare_page`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks import bare_page
from benchmarks.bound_process import bound

_FOR_S: Final = 1.5
"""How long a server is asked at a time."""
_AT_ONCE: Final = 8
"""Clients that ask at the same time when the core is to be busy."""


class Client:
    """Sends one request again and again over one connection, and costs next to nothing itself."""

    def __init__(self, port: int, body: bytes, authorization: str) -> None:
        self._port = port
        head = (
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
            f"authorization: {authorization}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body

    async def ask(self, until_s: float) -> int:
        """Ask until a time; return the number of answers."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        answers = 0
        while time.perf_counter() < until_s:
            writer.write(self._request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))
            answers += 1
        writer.close()
        return answers


async def rate(port: int, body: bytes, *, authorization: str, clients: int, for_s: float) -> float:
    """Return the answers a second."""
    began_s = time.perf_counter()
    askers = (Client(port, body, authorization) for _ in range(clients))
    counts = await asyncio.gather(*(asker.ask(began_s + for_s) for asker in askers))
    return sum(counts) / (time.perf_counter() - began_s)


@contextlib.asynccontextmanager
async def bare(
    url: str, statements: list[str], answer: Any, *, folder: Path
) -> AsyncIterator[tuple[int, int]]:
    """Serve the bare page; the value is its port and process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    file = folder / "bare_page.json"
    file.write_text(json.dumps({"statements": statements, "answer": answer}), encoding="utf-8")
    command = [sys.executable, "-P", bare_page.__file__, url, str(port), str(file)]
    process = subprocess.Popen(bound(command))  # noqa: ASYNC220  # it starts in a moment
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.1)
        if process.poll() is not None:
            raise RuntimeError(f"the bare page ended with {process.returncode}")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


@dataclass(slots=True)
class _Server:
    """A server and what was measured of it."""

    port: int
    process: psutil.Process
    rates: list[float] = field(default_factory=list)
    pages: float = 0.0
    cpu_s: float = 0.0

    async def measure(self, body: bytes, *, authorization: str, clients: int) -> None:
        """Ask for a while."""
        before_s = sum(self.process.cpu_times()[:2])
        self.rates.append(
            await rate(self.port, body, authorization=authorization, clients=clients, for_s=_FOR_S)
        )
        self.pages += self.rates[-1] * _FOR_S
        self.cpu_s += sum(self.process.cpu_times()[:2]) - before_s

    def told(self, name: str) -> dict[str, float]:
        """Return the figures."""
        return {
            f"{name}, pages a second": round(statistics.median(self.rates), 1),
            f"{name}, ms of the core a page": round(1000 * self.cpu_s / self.pages, 2),
        }


async def compare(
    ours: tuple[int, int], theirs: tuple[int, int], body: bytes, *, authorization: str, rounds: int
) -> dict[str, Any]:
    """Return the rates of two servers, each a port and a process, in turn on one core while all else has the others."""
    own, *others = sorted(os.sched_getaffinity(0))
    psutil.Process().cpu_affinity(others or [own])
    for _, pid in (ours, theirs):
        psutil.Process(pid).cpu_affinity([own])
    found: dict[str, Any] = {}
    for name, clients in (("one after another", 1), (f"{_AT_ONCE} at once", _AT_ONCE)):
        graphql, by_hand = (_Server(port, psutil.Process(pid)) for port, pid in (ours, theirs))
        for server in (graphql, by_hand) * (rounds + 1):
            await server.measure(body, authorization=authorization, clients=clients)
        ratio = statistics.median(graphql.rates) / statistics.median(by_hand.rates)
        found[name] = {
            **graphql.told("GraphQL"),
            **by_hand.told("bare"),
            "GraphQL / bare": round(ratio, 3),
        }
    return found
