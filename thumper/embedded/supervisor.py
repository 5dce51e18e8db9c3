"""Keeps the processes of `thumper up` running and ends them together.

It restarts what dies, gives up only when a child says that its settings are wrong (exit code 78), and leaves
no process behind. It knows nothing of what the children do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from thumper.embedded.log_file import keep_bounded
from thumper.embedded.supervised_child import (
    Child,
    ChildFailure,
    ChildState,
    OnChange,
    Patience,
    SupervisedChild,
)

__all__ = ["Child", "ChildFailure", "ChildState", "OnChange", "Patience", "Supervisor"]


class Supervisor:
    """Runs `children` until it is told to stop.

    With `log_dir` what a child writes goes to `log_dir/NAME.log`, else to our standard error.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        log_dir: Path | None = None,
        on_change: OnChange | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._children = [
            SupervisedChild(
                child, log_dir=log_dir, patience=patience or Patience(), on_change=on_change or _ignore
            )
            for child in children
        ]

    async def run(self, stop: asyncio.Event) -> ChildFailure | None:
        """Run all until `stop` is set (None) or a child must not be started again (its failure).

        Every child is gone when this returns or raises, at most `grace_s` and a moment later.
        """
        told = asyncio.create_task(stop.wait())
        logs = [child.log for child in self._children if child.log is not None]
        bounding = asyncio.create_task(keep_bounded(logs))
        lives = [asyncio.create_task(child.live()) for child in self._children]
        try:
            await asyncio.wait([told, *lives], return_when=asyncio.FIRST_COMPLETED)
            return next((life.result() for life in lives if life.done()), None)
        finally:
            for task in (told, bounding, *lives):
                task.cancel()
            await asyncio.gather(told, bounding, *lives, return_exceptions=True)
            await asyncio.gather(*(child.end() for child in self._children))


def _ignore(*_: str) -> None:
    """Take no notice."""
