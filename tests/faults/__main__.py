"""`make faults`: runs the whole plan, or a part of it, and writes the table. Resumes at the next seed.

Exit codes: 0 every promise held, 1 one did not, 2 wrong arguments, 130 interrupted.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.faults import table
from tests.faults.journal import Journal
from tests.faults.plan import PLAN, Entry
from tests.faults.scenario import Outcome

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "reliability.md"
JOURNAL: Final = PAGE.with_name("faults.jsonl")
"""Committed beside the table: it is what the table was made of."""


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments name."""
    options = _parse(arguments)
    entries = [entry for entry in PLAN if not options.only or entry.scenario.name in options.only]
    if options.list:
        for entry in PLAN:
            print(f"{entry.scenario.name}: {len(entry.seeds)} x {entry.size} images; {entry.scenario.words}")
        return 0
    if options.afresh:
        JOURNAL.unlink(missing_ok=True)
    journal = Journal(JOURNAL)
    runs = _missing(entries, journal)
    if options.seeds:
        runs = [run for run in runs if run[1] in options.seeds]
    held = _run_all(runs, journal)
    table.write(PAGE, table.render(PLAN, journal.outcomes()))
    return 0 if held else 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    names = [entry.scenario.name for entry in PLAN]
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help="this scenario; repeatable"
    )
    parser.add_argument("--seeds", type=int, nargs="+", metavar="N", help="these seeds of the plan")
    parser.add_argument("--afresh", action="store_true", help="forget what was run before")
    parser.add_argument("--list", action="store_true", help="say what there is")
    return parser.parse_args(arguments)


def _missing(entries: Sequence[Entry], journal: Journal) -> list[tuple[Entry, int]]:
    """Return the runs that have not been done, or in which a promise did not hold."""
    done = {(one.scenario, one.seed) for one in journal.outcomes() if not one.violations}
    return [
        (entry, seed) for entry in entries for seed in entry.seeds if (entry.scenario.name, seed) not in done
    ]


def _run_all(runs: Sequence[tuple[Entry, int]], journal: Journal) -> bool:
    """Run one after the other; return whether every promise held."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    held = True
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("faults", total=len(runs))
        for entry, seed in runs:
            progress.update(task, description=f"{entry.scenario.name}, seed {seed}")
            outcome = _run(entry, seed)
            journal.add(outcome)
            progress.advance(task)
            console.print(f"{outcome.scenario}, seed {seed}: {outcome.seconds:.0f} s, {dict(outcome.faults)}")
            for violation in outcome.violations:
                held = False
                console.print(f"  [red]{violation}[/red]")
    return held


def _run(entry: Entry, seed: int) -> Outcome:
    """Run one seed; what breaks the harness itself counts as a violation, and its folder is kept."""
    scratch = Path(tempfile.mkdtemp(prefix="faults-"))
    began_s = time.monotonic()
    try:
        outcome = entry.scenario.run(seed, entry.size, scratch)
    except Exception as error:  # noqa: BLE001  # the other seeds still have something to say
        traceback.print_exc()
        outcome = Outcome(
            scenario=entry.scenario.name,
            seed=seed,
            images=entry.size,
            faults={},
            seconds=time.monotonic() - began_s,
            violations=(f"the run broke off: {type(error).__name__}: {error}; see {scratch}",),
        )
    if not outcome.violations:
        shutil.rmtree(scratch, ignore_errors=True)
    return outcome


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
