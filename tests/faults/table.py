"""The table of `docs/reliability.md`: what was run, with which seeds, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.faults.plan import Entry
from tests.faults.scenario import Outcome

BEGIN: Final = "<!-- table of `make faults`: begin -->"
END: Final = "<!-- table of `make faults`: end -->"
HEAD: Final = (
    "| Scenario | Fault | Seeds | Images | Done to it | Violations | Worst |\n|---|---|---|---|---|---|---|"
)


def render(plan: Sequence[Entry], outcomes: Sequence[Outcome]) -> str:
    """Return the table in Markdown; a scenario that was not run is said to be so."""
    return "\n".join([HEAD, *(_row(entry, _own(entry, outcomes)) for entry in plan)])


def write(path: Path, table: str) -> None:
    """Put the table between its marks. Raises `ValueError` if the page has no such marks."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} has no place for the table: {BEGIN} … {END}")
    path.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


def _own(entry: Entry, outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.scenario == entry.scenario.name and one.seed in entry.seeds]


def _row(entry: Entry, own: Sequence[Outcome]) -> str:
    scenario = entry.scenario
    kind = "real" if scenario.real else "injected"
    start = f"| **{scenario.name}**: {scenario.words} | {kind} |"
    if not own:
        return f"{start} – | – | not run | – | – |"
    faults: Counter[str] = Counter()
    for one in own:
        faults.update(one.faults)
    done = ", ".join(f"{number} × {what}" for what, number in sorted(faults.items()))
    broken = sum(len(one.violations) for one in own)
    images = sum(one.images for one in own)
    return f"{start} {_seeds(own)} | {images:,} | {done} | {broken} | {_worst(own)} |"


def _seeds(own: Sequence[Outcome]) -> str:
    run = sorted({one.seed for one in own})
    return (
        f"{run[0]}–{run[-1]}"
        if run == list(range(run[0], run[-1] + 1)) and len(run) > 1
        else ", ".join(map(str, run))
    )


def _worst(own: Sequence[Outcome]) -> str:
    """Return the largest figure of each name, and the longest run."""
    figures: dict[str, float] = {}
    for one in own:
        for name, value in one.measured.items():
            figures[name] = max(value, figures.get(name, value))
    told = [f"{name.removesuffix(' s')} {_figure(name, value)}" for name, value in sorted(figures.items())]
    return ", ".join([*told, f"a run {max(one.seconds for one in own):.0f} s"])


def _figure(name: str, value: float) -> str:
    if not name.endswith(" s"):
        return f"{value:g}"
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"  # tenths of long times say nothing
