"""The harness resumes where it was interrupted, and its table says what was run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import __main__ as command
from tests.faults import table
from tests.faults.journal import Journal
from tests.faults.plan import Entry
from tests.faults.scenario import Outcome


@dataclass
class Trial:
    """A scenario that only takes notes, and breaks or is interrupted when told."""

    name: str = "trial"
    words: str = "nothing is done"
    real: bool = False

    def __post_init__(self) -> None:
        self.seeds: list[int] = []
        self.trouble: dict[int, BaseException | str] = {}

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        self.seeds.append(seed)
        trouble = self.trouble.get(seed)
        if isinstance(trouble, BaseException):
            raise trouble
        return Outcome(
            scenario=self.name,
            seed=seed,
            images=size,
            faults={"pinch": 2},
            seconds=1.5,
            violations=(trouble,) if trouble else (),
            measured={"pain s": float(seed), "tears": 3.0},
        )


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trial:
    own = Trial()
    monkeypatch.setattr(command, "PLAN", (Entry(own, range(1, 5), 100),))
    monkeypatch.setattr(command, "JOURNAL", tmp_path / "journal.jsonl")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    monkeypatch.setattr(command, "PAGE", page)
    return own


def page_of(folder: Path) -> str:
    return (folder / "page.md").read_text()


def test_an_interrupted_run_goes_on_at_the_next_seed(trial: Trial, tmp_path: Path) -> None:
    trial.trouble[3] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        command.main([])
    assert trial.seeds == [1, 2, 3]
    trial.trouble.clear()
    assert command.main([]) == 0
    assert trial.seeds == [1, 2, 3, 3, 4]
    assert command.main([]) == 0
    assert trial.seeds == [1, 2, 3, 3, 4], "all was done before"
    assert command.main(["--afresh", "--seeds", "2"]) == 0
    assert trial.seeds == [1, 2, 3, 3, 4, 2]


def test_the_table_takes_the_place_of_the_old_one(trial: Trial, tmp_path: Path) -> None:
    command.main([])
    row = "| **trial**: nothing is done | injected | 1–4 | 400 | 8 × pinch | 0 | pain 4.0 s, tears 3, a run 2 s |"
    assert page_of(tmp_path) == f"before\n{table.BEGIN}\n{table.HEAD}\n{row}\n{table.END}\nafter\n"


def test_a_broken_promise_is_told_and_tried_again(trial: Trial, tmp_path: Path) -> None:
    trial.trouble[2] = "a photo was lost"
    assert command.main([]) == 1
    assert "| 1 | pain" in page_of(tmp_path)
    trial.trouble.clear()
    assert command.main([]) == 0
    assert trial.seeds == [1, 2, 3, 4, 2]
    assert "| 0 | pain" in page_of(tmp_path)


def test_a_scenario_that_breaks_off_is_a_violation_and_costs_no_other(trial: Trial) -> None:
    trial.trouble[1] = RuntimeError("no room")
    assert command.main([]) == 1
    assert trial.seeds == [1, 2, 3, 4]
    (broken,) = [one for one in Journal(command.JOURNAL).outcomes() if one.violations]
    assert "RuntimeError: no room" in broken.violations[0]


def test_a_line_that_was_cut_off_does_not_count(trial: Trial) -> None:
    command.main([])
    content = command.JOURNAL.read_bytes()
    command.JOURNAL.write_bytes(content[:-10])
    assert len(Journal(command.JOURNAL).outcomes()) == 3
    assert command.main([]) == 0
    assert trial.seeds[-1] == 4
    assert len(Journal(command.JOURNAL).outcomes()) == 4


def test_what_was_not_run_is_said_to_be_so(trial: Trial, tmp_path: Path) -> None:
    command.main(["--seeds", "9"])
    assert "| **trial**: nothing is done | injected | – | – | not run | – | – |" in page_of(tmp_path)
