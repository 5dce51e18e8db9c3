"""The text of the units with which systemd runs `thumper up`.

Two units: the service, and a target for the mounts of its folders, which the service wants and waits for but does not
require: a disk that comes late, or goes, must not end it for good. Why they say what they say is in
`docs/decisions/042`. Values are written as systemd.syntax(7) and systemd.service(5) have them, whatever a path holds.
This module writes no file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from thumper.errors import UsageError

MARK: Final = "# Written by `thumper service install`"
"""How the first line of each unit of ours begins: no other file is replaced or removed."""

NO_RESTART: Final = (2, 5, 78)
"""Exit codes after which another start would end alike: wrong settings, refused, EX_CONFIG of sysexits.h."""

START_S: Final = 120
"""How long a start may be silent; `thumper up` asks for more while it gets on, as with a migration."""
STOP_S: Final = 30
"""Three times what `thumper up` promises to take."""
WATCHDOG_S: Final = 120
"""How long `thumper up` may be silent: it tells four times as often, also on a machine that swaps."""
RESTART_S: Final = 10
_TEMPORARY: Final = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  # named, not used
_NO_SIGNS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of Unicode that no line of a unit holds: control characters, halves of pairs, ends of lines."""

_Lines = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What the units have to say of one Thumper. Without an `account` they are of a user's own manager."""

    name: str
    argv: Sequence[str]
    home: Path
    drop: Path
    account: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables besides THUMPER_HOME, from where the rest of the settings is read."""
    needs_network: bool = False
    """Whether a setting names a server that may be elsewhere, or an address that the network gives this machine."""
    shares_tmp: bool = False
    """Whether the servers' sockets lie in /tmp, where other commands have to find them."""

    @property
    def service(self) -> str:
        """Name of the service."""
        return f"{self.name}.service"

    @property
    def target(self) -> str:
        """Name of the target that stands for the mounts of home and drop folder."""
        return mounts_of(self.name)

    def texts(self) -> dict[str, str]:
        """Return the unit files by name. Raises `UsageError` for a path or value that systemd cannot be told."""
        return {
            self.service: _text(
                ("Unit", self._unit()), ("Service", self._service()), ("Install", self._install())
            ),
            self.target: _text(("Unit", self._mounts())),
        }

    def starts_same(self, text: str) -> bool:
        """Return whether a service that was written before is of this home."""
        return f"\nEnvironment={self._home}\n" in text

    @property
    def _home(self) -> str:
        return _quoted(f"THUMPER_HOME={self.home}")

    def _unit(self) -> _Lines:
        yield "Description", "Thumper, the trail-camera system"
        yield "Wants", self.target
        yield "After", self.target
        if self.account is not None:
            # A machine without a clock of its own, such as a Pi, has the right time first, where that is waited for.
            yield "After", "time-sync.target"
            if self.needs_network:
                yield "Wants", "network-online.target"
                yield "After", "network-online.target"

    def _mounts(self) -> _Lines:
        yield "Description", "Mounts of the folders of Thumper"
        yield "RequiresMountsFor", _words(*_ends(self.home))
        yield "RequiresMountsFor", _words(*_ends(self.drop))

    def _service(self) -> _Lines:
        yield "Type", "notify"
        yield "NotifyAccess", "main"
        # In an empty mount point a second, empty home would be made: without this folder the start fails, and is
        # tried again, until the home's disk is there.
        yield "ExecStartPre", _command(["/bin/sh", "-c", 'test -d "$0"', str(self.home / "run")])
        yield "ExecStart", _command(self.argv)
        yield "Environment", self._home
        for name, value in self.environment.items():
            yield "Environment", _quoted(f"{name}={value}")
        if self.account is not None:
            yield "User", self.account
        yield "Restart", "on-failure"
        yield "RestartSec", str(RESTART_S)
        yield "RestartPreventExitStatus", " ".join(str(code) for code in NO_RESTART)
        yield "TimeoutStartSec", str(START_S)
        yield "TimeoutStopSec", str(STOP_S)
        yield "WatchdogSec", str(WATCHDOG_S)
        # `thumper up` ends its children in their order; systemd kills what is left.
        yield "KillMode", "mixed"
        # A worker that is killed for memory is started again by `thumper up`.
        yield "OOMPolicy", "continue"
        yield from self._sandbox()

    def _sandbox(self) -> _Lines:
        yield "NoNewPrivileges", "yes"
        yield "ProtectSystem", "strict"
        yield "ReadWritePaths", _words(self.home, *(_TEMPORARY if self._sees_tmp else ()))
        # The dash: it may come later.
        yield "ReadOnlyPaths", _quoted(f"-{self.drop}")
        yield "PrivateTmp", "no" if self._sees_tmp else "yes"
        yield "LockPersonality", "yes"
        yield "RestrictRealtime", "yes"
        yield "RestrictSUIDSGID", "yes"

    @property
    def _sees_tmp(self) -> bool:
        used = (self.home, self.drop, Path(self.argv[0]))
        return self.shares_tmp or any(path.is_relative_to(tmp) for path in used for tmp in _TEMPORARY)

    def _install(self) -> _Lines:
        yield "WantedBy", "default.target" if self.account is None else "multi-user.target"


def mounts_of(name: str) -> str:
    """Return the name of the target that belongs to a service."""
    return f"{name}-mounts.target"


def _text(*sections: tuple[str, Iterable[tuple[str, str]]]) -> str:
    parts = [f"{MARK}, which writes it anew. What `systemctl edit` adds stays.\n"]
    for name, lines in sections:
        parts.append(f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in lines))
    return "\n".join(parts)


def _ends(path: Path) -> list[Path]:
    """Return a path, and what it leads to: systemd looks for mounts on the way to a name, and follows no links."""
    return list(dict.fromkeys((path, path.resolve())))


def _words(*paths: Path) -> str:
    return " ".join(_quoted(str(path)) for path in paths)


def _command(argv: Sequence[str]) -> str:
    """Return a command line. systemd takes no quotes and nothing but ASCII in the name of a program; a shell does."""
    program, *rest = argv
    if not program.isascii() or any(sign in program for sign in "'\"\\"):
        program, rest = "/bin/sh", ["-c", 'exec "$0" "$@"', *argv]
    # A dollar begins a variable in arguments, but not in the program's name.
    return " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in rest)])


def _quoted(text: str) -> str:
    """Return one word of a line. Raises `UsageError` if it holds what no line can."""
    if any(unicodedata.category(sign) in _NO_SIGNS for sign in text):
        raise UsageError(
            f"{text!r} cannot be written into a unit of systemd: it holds control characters, or bytes that are no "
            "UTF-8. Rename that folder, or name a link to it whose name is plain"
        )
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%")):
        text = text.replace(sign, written)
    return f'"{text}"'
