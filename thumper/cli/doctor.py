"""`thumper doctor`: whether everything is as it should be, and what to do where it is not."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Final, Self

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from thumper.cli.which_home import settings_to_examine
from thumper.domain.path_text import harmless

if TYPE_CHECKING:
    from thumper.domain.check_result import CheckResult, Report

EX_FAIL: Final = 1
"""At least one check failed; warnings end with 0."""

_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "bold red"}
_NAME_WIDTH: Final = 12


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Check database, Redis, folders, disks, clock, detector and queue; say what to do. Changes nothing.

    The exit code is 1 when a check fails; a warning is none.
    """
    from thumper.cli.logs import configure_logs
    from thumper.doctor.examination import examine

    settings = settings_to_examine()
    configure_logs(settings)
    with _Screen(quiet=as_json) as screen:
        report = asyncio.run(examine(settings, screen))
    if as_json:
        typer.echo(json.dumps(report.to_json()))
    else:
        screen.sum_up(report)
    raise typer.Exit(EX_FAIL if report.level.value == "fail" else 0)


class _Screen:
    """Prints verdicts on standard output as they come, and what goes on to standard error, if that is a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._out = Console(highlight=False, quiet=quiet)
        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(
            *columns,
            console=console,
            transient=True,
            redirect_stdout=False,  # it would send the report to standard error
            redirect_stderr=False,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None)
        self._name = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, name: str) -> None:
        """Print which check begins."""
        self._name = name
        self._progress.update(self._task, description=name)

    def count(self, done: int, total: int | None) -> None:
        """Print how far it is. May be called from any thread."""
        of = "" if total is None else f" of {total}"
        self._progress.update(self._task, description=f"{self._name}: {done}{of}")

    def tell(self, verdict: CheckResult) -> None:
        """Print a verdict, and its remedy below it, where the progress was."""
        self._progress.stop()
        level = verdict.level.value
        self._out.print(f"[{_COLOURS[level]}]{level:<5}[/]", end="")
        self._line(f"{verdict.check:<{_NAME_WIDTH}} {verdict.sentence}")
        if verdict.remedy:
            self._line(f"{'':<{_NAME_WIDTH + 5}} → {verdict.remedy}")
        self._progress.start()

    def sum_up(self, report: Report) -> None:
        """Print how many of each there were."""
        from thumper.domain.check_result import Level

        if report.not_examined:
            names = ", ".join(report.not_examined)
            self._line(f"Not examined, since the database cannot be asked about them: {names}.")
        counts = [f"{report.count(level)} {level.value}" for level in Level]
        self._line(", ".join(counts))

    def _line(self, text: str) -> None:
        self._out.print(harmless(text), markup=False, soft_wrap=True)
