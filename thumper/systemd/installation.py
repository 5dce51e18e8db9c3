"""Writing, enabling and removing the units, and asking systemd how the service is.

Only files that `thumper service install` wrote are replaced or removed. What a unit starts, and the home with
everything that Thumper knows, is never touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thumper.errors import NotFoundError, RefusedError, ServiceDownError, UsageError
from thumper.systemd.unit import MARK, Units, mounts_of

BOOTED: Final = Path("/run/systemd/system")
"""Whether systemd runs this machine: sd_booted(3)."""
SYSTEM_UNITS: Final = Path("/etc/systemd/system")
USER_UNITS: Final = Path("~/.config/systemd/user")
PATIENCE_S: Final = 60.0
"""Longest that `systemctl` may take; it waits for nothing but an end, which takes half of that at most."""

_PROPERTIES: Final = (
    *("LoadState", "ActiveState", "SubState", "UnitFileState", "StatusText", "MainPID"),
    *("NRestarts", "Result", "ExecMainStatus"),
)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What systemd knows of the service, in its own words."""

    load: str
    active: str
    sub: str
    enabled: str
    status: str
    pid: int | None
    restarts: int
    result: str
    exit_code: int

    @property
    def runs(self) -> bool:
        """Whether the service does its work, or is about to."""
        return self.active in {"active", "activating", "reloading"}


@dataclass(frozen=True, slots=True)
class Manager:
    """The system's manager, or with `user` that of this user."""

    user: bool

    @property
    def folder(self) -> Path:
        """Where its units are."""
        return USER_UNITS.expanduser() if self.user else SYSTEM_UNITS

    def refuse_absence(self) -> None:
        """Raise `UsageError` if systemd does not run this machine."""
        if not BOOTED.is_dir() or shutil.which("systemctl") is None:
            raise UsageError(
                "this machine is not run by systemd, so it has no units to install: have `thumper up` started by what "
                "starts programs here, such as an @reboot line of crontab, OpenRC or runit. --print shows the units"
            )

    def install(self, units: Units, *, start: bool) -> list[Path]:
        """Write the units, enable them, and start the service or start it anew; return the files.

        Raises `RefusedError` if there are units of that name that are not ours or are of another home.
        """
        files = {self.folder / name: text for name, text in units.texts().items()}
        for path in files:
            _refuse_foreign(path)
        self._refuse_another_home(units)
        self.folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            _write(path, text)
        self._systemctl("daemon-reload")
        self._systemctl("enable", units.service)
        if start:
            # It is ready when everything runs, which a first start or a migration takes its time for.
            self._systemctl("restart", "--no-block", units.service)
        return list(files)

    def uninstall(self, name: str) -> list[Path]:
        """Stop and disable the service and remove its units; return the files.

        Raises `NotFoundError` if there is none, `RefusedError` if it is not ours.
        """
        files = [self.folder / f"{name}.service", self.folder / mounts_of(name)]
        if not files[0].exists():
            raise self._not_installed(name)
        for path in files:
            _refuse_foreign(path)
        self._systemctl("disable", "--now", files[0].name)
        for path in files:
            path.unlink(missing_ok=True)
        self._systemctl("daemon-reload")
        return files

    def state(self, name: str) -> ServiceState:
        """Ask how the service is. Raises `NotFoundError` if there is none."""
        answer = self._systemctl("show", f"{name}.service", f"--property={','.join(_PROPERTIES)}")
        said = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
        state = ServiceState(
            load=said.get("LoadState", ""),
            active=said.get("ActiveState", ""),
            sub=said.get("SubState", ""),
            enabled=said.get("UnitFileState", ""),
            status=said.get("StatusText", ""),
            pid=_number(said, "MainPID") or None,
            restarts=_number(said, "NRestarts"),
            result=said.get("Result", ""),
            exit_code=_number(said, "ExecMainStatus"),
        )
        if state.load == "not-found":
            raise self._not_installed(name)
        return state

    def _refuse_another_home(self, units: Units) -> None:
        path = self.folder / units.service
        if path.exists() and not units.starts_same(path.read_text(encoding="utf-8", errors="replace")):
            raise RefusedError(
                f"{path} starts the Thumper of another THUMPER_HOME: choose another name for this one with --name, or "
                "remove that one with `thumper service uninstall` first"
            )

    def _not_installed(self, name: str) -> NotFoundError:
        switch, other = (" --user", "") if self.user else ("", " --user")
        return NotFoundError(
            f"{name}.service is not installed in {self.folder}: run `thumper service install{switch}`, or ask for the "
            f"{'system' if self.user else 'user'}'s with `thumper service status{other}`"
        )

    def ask(self, name: str) -> ServiceState | None:
        """Return how the service is; None if there is none."""
        try:
            return self.state(name)
        except NotFoundError:
            return None

    def _systemctl(self, *words: str) -> str:
        argv = ["systemctl", *(("--user",) if self.user else ()), "--no-pager", *words]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServiceDownError(f"`{' '.join(argv)}` failed: {error}") from error
        if done.returncode != 0:
            said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise ServiceDownError(f"`{' '.join(argv)}` failed: {said}{self._advice(said)}")
        return done.stdout

    def _advice(self, said: str) -> str:
        if self.user and "bus" in said:
            return (
                ". The manager of this user does not run: log in as that user rather than with su or sudo, or run "
                "`sudo loginctl enable-linger` with its name first"
            )
        return ""


def _number(said: dict[str, str], name: str) -> int:
    text = said.get(name, "")
    return int(text) if text.isdigit() else 0


def _refuse_foreign(path: Path) -> None:
    """Raise `RefusedError` if there is a unit that is not ours."""
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(MARK):
        raise RefusedError(
            f"{path} was not written by Thumper: move it away, or choose another name with --name"
        )


def _write(path: Path, text: str) -> None:
    """Write a unit whole or not at all: a power cut must not leave a half."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o644)
    draft.replace(path)
