from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from thumper.domain.condition import MORE_MEMORY
from thumper.embedded import log_file, supervised_child
from thumper.embedded.supervisor import Child, ChildFailure, Patience, Supervisor

REPOSITORY = Path(__file__).parents[2]
HASTE = Patience(first_s=0.1, longest_s=0.4, good_life_s=60.0, grace_s=1.0)
Until = Callable[[Callable[[], bool]], None]

WRITES_AND_DIES = """
import json, sys, time
with open(sys.argv[1], "a") as file:
    print(json.dumps([time.monotonic(), sys.argv[2:]]), file=file)
print("the antlers fell off", file=sys.stderr)
sys.exit(3)
"""
WRITES_ITS_PID = """
import os, signal, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file)
time.sleep(600)
"""
CHATTERS = """
import sys, time
while True:
    print("chatter", file=sys.stderr)
    time.sleep(0.001)
"""
FORGETS_A_CHILD = """
import subprocess, sys
sleeper = subprocess.Popen(["sleep", "600"])
with open(sys.argv[1], "a") as file:
    print(sleeper.pid, file=file)
"""
REFUSES_ITS_SETTINGS = """
import sys
print("starting", file=sys.stderr)
print("THUMPER_MODEL: /no/such.pt does not exist", file=sys.stderr)
sys.exit(78)
"""
KILLS_ITSELF = """
import json, os, signal, sys
with open(sys.argv[1], "a") as file:
    print(json.dumps(sys.argv[2:]), file=file)
os.kill(os.getpid(), signal.SIGKILL)
"""
GETS_NO_MEMORY = """
import json, resource, sys
with open(sys.argv[1], "a") as file:
    print(json.dumps(sys.argv[2:]), file=file)
resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
bytearray(1 << 30)
"""
SUPERVISES = """
import asyncio, os, sys
from thumper.embedded import supervised_child
from thumper.embedded.supervisor import Child, Supervisor

child = Child("sleeper", [sys.executable, "-c", sys.argv[2], sys.argv[1]], os.environ)
asyncio.run(Supervisor([child]).run(asyncio.Event()))
"""


def child(name: str, code: str, *arguments: str | Path) -> Child:
    argv = [sys.executable, "-I", "-S", "-c", code, *map(str, arguments)]
    return Child(name, argv, {"PATH": os.defpath})


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def reach(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  # other processes
            await asyncio.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_dead_child_is_started_again_later_and_later_and_told_why(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    told: list[tuple[str, str, str]] = []
    stop = asyncio.Event()
    supervisor = Supervisor(
        [child("worker", WRITES_AND_DIES, notes)],
        log_dir=tmp_path,
        patience=HASTE,
        on_change=lambda name, state, detail: told.append((name, state, detail)),
    )
    run = asyncio.create_task(supervisor.run(stop))
    await reach(lambda: len(lines(notes)) >= 4)
    stop.set()
    assert await run is None
    starts = [json.loads(line) for line in lines(notes)]
    why = "exit code 3: the antlers fell off"
    assert [arguments for _, arguments in starts[:3]] == [
        [],
        ["--restarts", "1", "--last-exit", why],
        ["--restarts", "2", "--last-exit", why],
    ]
    gaps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(starts)]
    assert all(gap >= pause for gap, pause in zip(gaps, (0.1, 0.2, 0.4), strict=False))
    assert [state for _, state, _ in told[:3]] == ["running", "waiting", "running"]
    assert told[1] == ("worker", "waiting", f"{why}; starts again in 0.1 s")
    assert told[-1] == ("worker", "stopped", "")


async def test_what_a_living_child_writes_stays_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "ROTATE_BYTES", 1000)
    monkeypatch.setattr(log_file, "LOOK_EVERY_S", 0.02)
    stop = asyncio.Event()
    run = asyncio.create_task(Supervisor([child("worker", CHATTERS)], log_dir=tmp_path).run(stop))
    await reach((tmp_path / "worker.log.1").exists)
    stop.set()
    assert await run is None


async def test_only_a_failed_device_is_given_long_pauses(tmp_path: Path) -> None:
    pauses: dict[str, list[str]] = {"3": [], "70": []}
    stop = asyncio.Event()
    supervisor = Supervisor(
        [
            Child(code, [sys.executable, "-c", f"raise SystemExit({code})"], {"PATH": os.defpath})
            for code in pauses
        ],
        log_dir=tmp_path,
        patience=Patience(first_s=0.01, longest_s=0.02, device_s=0.04),
        on_change=lambda name, state, detail: pauses[name].append(detail) if state == "waiting" else None,
    )
    run = asyncio.create_task(supervisor.run(stop))
    await reach(lambda: all(len(told) >= 4 for told in pauses.values()))
    stop.set()
    await run
    assert [pause.rpartition(" in ")[2] for pause in pauses["3"][:4]] == [
        "0.01 s",
        "0.02 s",
        "0.02 s",
        "0.02 s",
    ]
    assert [pause.rpartition(" in ")[2] for pause in pauses["70"][:4]] == [
        "0.01 s",
        "0.02 s",
        "0.04 s",
        "0.04 s",
    ]


async def test_settings_that_did_well_before_are_not_wrong_for_good(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    program = """
import pathlib, sys, time
seen = pathlib.Path(sys.argv[1])
seen.open("a").write("started\\n")
if len(seen.read_text().split()) == 1:
    time.sleep(0.5)
sys.exit(78)
"""
    stop = asyncio.Event()
    supervisor = Supervisor(
        [child("worker", program, notes)],
        log_dir=tmp_path,
        patience=Patience(first_s=0.01, longest_s=0.02, good_life_s=0.4),
    )
    run = asyncio.create_task(supervisor.run(stop))
    await reach(lambda: len(lines(notes)) >= 4)
    stop.set()
    assert await run is None


async def test_a_good_life_makes_the_next_restart_quick_again(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    pauses: list[str] = []
    stop = asyncio.Event()
    supervisor = Supervisor(
        [child("worker", WRITES_AND_DIES, notes)],
        log_dir=tmp_path,
        patience=Patience(first_s=0.01, longest_s=60.0, good_life_s=0.0),
        on_change=lambda name, state, detail: pauses.append(detail) if state == "waiting" else None,
    )
    run = asyncio.create_task(supervisor.run(stop))
    await reach(lambda: len(pauses) >= 4)
    stop.set()
    await run
    assert all(pause.endswith("again in 0.01 s") for pause in pauses)


@pytest.mark.slow
async def test_stopping_ends_all_even_a_child_that_ignores_sigterm(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    stop = asyncio.Event()
    children = [
        child("polite", WRITES_ITS_PID, pids),
        child("deaf", WRITES_ITS_PID, pids, "deaf"),
        child("resting", WRITES_AND_DIES, tmp_path / "notes"),
    ]
    patience = Patience(first_s=600.0, longest_s=600.0, grace_s=1.0)
    run = asyncio.create_task(Supervisor(children, log_dir=tmp_path, patience=patience).run(stop))
    await reach(lambda: len(lines(pids)) == 2 and len(lines(tmp_path / "notes")) == 1)
    started = time.monotonic()
    stop.set()
    assert await run is None
    assert time.monotonic() - started < 10
    assert not any(lives(int(pid)) for pid in lines(pids))


async def test_cancelling_ends_all_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    supervisor = Supervisor([child("polite", WRITES_ITS_PID, pids)], log_dir=tmp_path, patience=HASTE)
    run = asyncio.create_task(supervisor.run(asyncio.Event()))
    await reach(lambda: len(lines(pids)) == 1)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert not lives(int(lines(pids)[0]))


async def test_wrong_settings_end_everything_with_the_childs_own_words(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    children = [child("watch", WRITES_ITS_PID, pids), child("work", REFUSES_ITS_SETTINGS)]
    failure = await Supervisor(children, log_dir=tmp_path, patience=HASTE).run(asyncio.Event())
    assert failure == ChildFailure("work", 78, "THUMPER_MODEL: /no/such.pt does not exist")
    assert not any(lives(int(pid)) for pid in lines(pids))


async def test_without_a_log_folder_a_childs_words_go_to_our_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    failure = await Supervisor([child("work", REFUSES_ITS_SETTINGS)], patience=HASTE).run(asyncio.Event())
    assert failure == ChildFailure("work", 78, "its settings are wrong")
    assert capfd.readouterr().err.endswith("THUMPER_MODEL: /no/such.pt does not exist\n")


async def test_what_a_dead_child_forgot_is_killed_before_the_next_start(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    stop = asyncio.Event()
    supervisor = Supervisor([child("forgetful", FORGETS_A_CHILD, pids)], log_dir=tmp_path, patience=HASTE)
    run = asyncio.create_task(supervisor.run(stop))
    await reach(lambda: len(lines(pids)) >= 2)
    assert not lives(int(lines(pids)[0]))
    stop.set()
    await run
    await reach(lambda: not any(lives(int(pid)) for pid in lines(pids)))


async def test_a_program_that_is_missing_counts_as_a_death(tmp_path: Path) -> None:
    told: list[str] = []
    stop = asyncio.Event()
    supervisor = Supervisor(
        [Child("ghost", ["/no/such/program"], {})],
        log_dir=tmp_path,
        patience=HASTE,
        on_change=lambda name, state, detail: told.append(detail) if state == "waiting" else None,
    )
    run = asyncio.create_task(supervisor.run(stop))
    await reach(lambda: len(told) >= 2)
    stop.set()
    await run
    assert "/no/such/program" in told[0]


@pytest.mark.slow
def test_a_killed_supervisor_leaves_no_child(tmp_path: Path, until: Until) -> None:
    pids = tmp_path / "pids"
    argv = [sys.executable, "-c", SUPERVISES, str(pids), WRITES_ITS_PID]
    with subprocess.Popen(argv, cwd=REPOSITORY) as supervisor:
        until(lambda: len(lines(pids)) == 1)
        supervisor.kill()
    until(lambda: not lives(int(lines(pids)[0])))


async def test_a_hungry_child_is_told_how_often_memory_ran_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's counter is a double; the child is killed as the kernel kills."""
    kills = itertools.count()
    monkeypatch.setattr(supervised_child, "memory_kills", lambda: next(kills))
    told: list[str] = []
    hungry = replace(child("work", KILLS_ITSELF, tmp_path / "starts"), hungry=True)
    sated = child("watch", KILLS_ITSELF, tmp_path / "others")
    supervisor = Supervisor(
        [hungry, sated],
        log_dir=tmp_path,
        patience=HASTE,
        on_change=lambda name, state, detail: told.append(f"{name} {state} {detail}"),
    )
    running = asyncio.create_task(supervisor.run(asyncio.Event()))
    await reach(lambda: min(len(lines(tmp_path / name)) for name in ("starts", "others")) >= 3)
    running.cancel()
    await asyncio.wait([running])
    starts = [json.loads(line) for line in lines(tmp_path / "starts")]
    assert [start[-2:] for start in starts[1:3]] == [["--memory-kills", "1"], ["--memory-kills", "2"]]
    assert f"work waiting memory ran out; starts again in 0.1 s. {MORE_MEMORY}" in told
    assert "--memory-kills" not in json.loads(lines(tmp_path / "others")[2])


async def test_a_child_that_gets_no_memory_says_so_itself(tmp_path: Path) -> None:
    hungry = replace(child("work", GETS_NO_MEMORY, tmp_path / "starts"), hungry=True)
    supervisor = Supervisor([hungry], log_dir=tmp_path, patience=HASTE)
    running = asyncio.create_task(supervisor.run(asyncio.Event()))
    await reach(lambda: len(lines(tmp_path / "starts")) >= 2)
    running.cancel()
    await asyncio.wait([running])
    second = json.loads(lines(tmp_path / "starts")[1])
    assert second[-4:] == ["--last-exit", "memory ran out", "--memory-kills", "1"]
