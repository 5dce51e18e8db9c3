"""Which Thumpers of this user run on this machine, and with which settings, so that commands need not be given them.

A Thumper that serves the API holds a lock in its home and writes its settings beside it; a register in the user's
own folder names such homes. The lock is the truth, as with `home_note`: what a killed Thumper leaves behind is never
believed. The note may hold the password of a database; only its user can read it, as the process's environment.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from thumper.embedded.lock_file import is_locked, try_lock
from thumper.setting_files import Given, Source
from thumper.settings import Settings, state_dir

_LOCK: Final = "instance.lock"
_NOTE: Final = "instance.json"
_REGISTER: Final = "running"
_REFUSE_S: Final = 1.0
"""How long the lock must stay taken before it counts: a command takes it for an instant to look."""
_LOOK_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Instance:
    """A Thumper that runs. Its settings are texts by field; the time zone is left out when no person chose one."""

    pid: int
    machine: str
    passing: bool
    """Whether its home will be made anew, as that of the demo: nothing that is to last belongs there."""
    settings: dict[str, str]

    @property
    def home(self) -> Path:
        """Its home."""
        return Path(self.settings["home"])

    def given(self) -> dict[str, Given]:
        """Return its settings; those that this version does not know are left out."""
        place = f"process {self.pid}, which runs on {self.home}"
        return {
            name: Given(value, Source.RUNNING, f"{name} of {place}")
            for name, value in self.settings.items()
            if name in Settings.model_fields
        }

    @property
    def api_url(self) -> str:
        """Where it answers."""
        return Settings.of(self.given()).api_url


@contextlib.contextmanager
def announced(settings: Settings, *, passing: bool = False) -> Iterator[None]:
    """Have commands of this user find the Thumper of these settings for as long as the context lasts.

    Of several processes that serve one home the first is found.
    """
    run_dir = settings.run_dir
    run_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    lock = _take_lock(run_dir / _LOCK)
    if lock is None:
        yield
        return
    note = run_dir / _NOTE
    try:
        note.unlink(missing_ok=True)
        # On a full disk it runs all the same; commands are then given its home and port by variables.
        with contextlib.suppress(OSError):
            _write(note, json.dumps(asdict(_described(settings, passing=passing))))
        with _registered(settings.home):
            yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink()
        os.close(lock)


def _take_lock(path: Path) -> int | None:
    """Return the lock, None if another process holds it and not only looks."""
    give_up_at = time.monotonic() + _REFUSE_S
    while (lock := try_lock(path)) is None and time.monotonic() < give_up_at:
        time.sleep(_LOOK_S)
    return lock


@contextlib.contextmanager
def _registered(home: Path) -> Iterator[None]:
    """Name this home in the user's register. A user without a folder, as of a container, has to name it instead."""
    name = f"{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}.json"
    with contextlib.suppress(OSError, RuntimeError):
        folder = state_dir() / _REGISTER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / name, json.dumps({"home": str(home)}))
    try:
        yield
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            (state_dir() / _REGISTER / name).unlink()


def find_instance(home: Path) -> Instance | None:
    """Return the Thumper that serves this home on this machine now."""
    try:
        if not is_locked(home / "run" / _LOCK):
            return None
        instance = Instance(**json.loads((home / "run" / _NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    # A home on a share is locked for all machines, but the address in the note is one of the other machine's own.
    return instance if instance.machine == socket.gethostname() and "home" in instance.settings else None


def find_instances() -> list[Instance]:
    """Return the Thumpers of this user that run on this machine, those of killed ones left out."""
    found = []
    for entry in _entries():
        try:
            home = Path(json.loads(entry.read_text(encoding="utf-8"))["home"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        instance = find_instance(home)
        if instance is not None:
            found.append(instance)
    return found


def _entries() -> list[Path]:
    try:
        return sorted((state_dir() / _REGISTER).glob("*.json"))
    except (OSError, RuntimeError):
        return []


def _described(settings: Settings, *, passing: bool) -> Instance:
    # A default is noted as well: this version's may differ from that of the one that asks.
    said = {name: str(value) for name, value in settings if value is not None}
    if settings.lacks_zone:
        del said["time_zone"]
    return Instance(os.getpid(), socket.gethostname(), passing, said)


def _write(path: Path, text: str) -> None:
    """Write a file that only this user can read; readers see all of it or none."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
