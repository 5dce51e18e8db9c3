"""What keeps work waiting or slow, for people: each condition once when it begins and once when it ends."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from thumper.domain.condition import Condition, process_name
from thumper.domain.progress import ProcessRole

FIELDS: Final = "code message process { role host } source { path }"
"""What the view needs, in GraphQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """One condition that stands, of a process or of a drop folder."""

    code: Condition
    message: str
    role: ProcessRole | None = None
    host: str = ""
    path: str = ""

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Self:
        """Take the API's answer apart."""
        process, source = answer["process"], answer["source"]
        return cls(
            code=Condition(answer["code"]),
            message=answer["message"],
            role=ProcessRole[process["role"]] if process else ProcessRole.WATCH,
            host=process["host"] if process else "",
            path=source["path"] if source else "",
        )

    @classmethod
    def noticed(cls, code: Condition) -> Self:
        """Make one that the command itself notices: that what it asks does not answer."""
        return cls(code=code, message=code.meaning.begins)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same one later: its message may change, and so may the process that reports it."""
        of_machine = self.role is None or self.code is Condition.DISK_FULL
        return self.code, "" if of_machine else str(self.role), self.host, self.path

    @property
    def all_clear(self) -> str:
        """The sentence that says that it is over."""
        who = process_name(self.role, self.host, here=socket.gethostname()) if self.role else ""
        return self.code.meaning.ends.format(who=who, path=self.path)

    @property
    def fields(self) -> dict[str, str]:
        """What a log says of it besides its sentence."""
        told = {"condition": self.code, "role": self.role or "", "host": self.host, "path": self.path}
        return {name: str(value) for name, value in told.items() if value}

    def hides(self, other: ConditionView) -> bool:
        """Whether it leaves open how a condition of the same process has ended."""
        same_machine = self.host == other.host or not (self.host and other.host)
        return self.code.meaning.hides and self.role == other.role and same_machine


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """That a condition began or ended."""

    view: ConditionView
    over: bool

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        return self.view.all_clear if self.over else self.view.message


class ConditionWatch:
    """Finds out what changed between one list of conditions and the next."""

    def __init__(self) -> None:
        self._standing: dict[tuple[str, ...], ConditionView] = {}

    def take(self, views: Sequence[ConditionView]) -> list[ConditionChange]:
        """Return what ended and what began; of a process that is gone nothing is over."""
        now = {view.key: view for view in views}
        ended = [
            view
            for key, view in self._standing.items()
            if key not in now and not any(other.hides(view) for other in views)
        ]
        begun = [view for key, view in now.items() if key not in self._standing]
        self._standing = now
        return [ConditionChange(view, over=True) for view in ended] + [
            ConditionChange(view, over=False) for view in begun
        ]
