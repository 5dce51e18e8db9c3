from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil

import benchmarks
from tests.patience import until

FOLDER = Path(benchmarks.__file__).parent
STARTS = {"Popen", "create_subprocess_exec"}
PARENT = """
import subprocess, sys
from benchmarks.bound_process import bound
child = subprocess.Popen(bound(["sleep", "600"]))
print(child.pid, flush=True)
child.wait()
"""


async def gone(process: psutil.Process) -> bool:
    """Return whether a process has ended; one that no process has waited for is a zombie for a while."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def began(process: psutil.Process) -> bool:
    """Return whether a bound process has become its program: only now is the promise of its death made."""
    return process.name() == "sleep"


async def test_what_a_benchmark_started_ends_when_the_benchmark_is_killed() -> None:
    with subprocess.Popen(  # noqa: ASYNC220  # it starts in a moment
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        await until(partial(began, child))
        assert not await gone(child)
        parent.kill()
    await until(partial(gone, child))


def starts(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in STARTS:
            yield node


def test_every_process_that_a_benchmark_starts_beside_itself_ends_with_it() -> None:
    found = {f"{path.name}:{node.lineno}": node for path in FOLDER.rglob("*.py") for node in starts(path)}
    assert len(found) >= 9
    for place, node in found.items():
        command = ast.unparse(node.args[0])
        assert command.removeprefix("*").startswith("bound("), place
