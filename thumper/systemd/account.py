"""Whom a service of the system runs as, what that account has to reach, and the home that it has to own."""

from __future__ import annotations

import os
import pwd
import shlex
import subprocess
import sys
from pathlib import Path

from thumper.errors import UsageError


def choose_account(home: Path, *, run_as: str | None, must_be_known: bool) -> str:
    """Return the name of the account of a service of the system: that of the home, which has to be its owner's."""
    try:
        chosen = pwd.getpwnam(run_as).pw_name if run_as is not None else None
        owner = pwd.getpwuid(home.stat().st_uid).pw_name if home.exists() else None
    except KeyError as error:
        who = error.args[0]  # in words of the system: uid not found: 4711
        raise UsageError(f"--run-as: there is no such account on this machine ({who})") from None
    if chosen is not None and owner not in {None, chosen}:
        raise UsageError(
            f"--run-as: {home} belongs to {owner}, and PostgreSQL takes a folder of its own user only: leave --run-as "
            f"out, or give the home away first: chown -R {chosen} {shlex.quote(str(home))}"
        )
    if chosen is None and owner is None and must_be_known and os.geteuid() == 0:
        raise UsageError(
            f"THUMPER_HOME: {home} does not exist, so it is not known as whom Thumper should run: name the home "
            "that you use, or the account with --run-as"
        )
    return chosen or owner or pwd.getpwuid(os.geteuid()).pw_name


def refuse_closed_program(account: str | None) -> None:
    """Raise `UsageError` if the account may not run this Thumper, such as one that lies below root's home."""
    entry = None if account is None else pwd.getpwnam(account)
    if entry is None or entry.pw_uid == os.getuid():
        return
    argv = [sys.executable, "-P", "-c", "import thumper"]
    try:
        subprocess.run(
            argv,
            cwd="/",
            user=entry.pw_uid,
            group=entry.pw_gid,
            extra_groups=[],
            stderr=subprocess.DEVNULL,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise UsageError(
            f"--run-as: {account} cannot run {sys.executable}, or read Thumper beside it: install Thumper where that "
            f"account may read it, such as in its own home or below /opt ({error})"
        ) from error


def make_home(run_dir: Path, account: str | None) -> None:
    """Make the home of a service with its folder `run`, which systemd wants to find; both belong to the account."""
    new = [folder for folder in (*reversed(run_dir.parents), run_dir) if not folder.exists()]
    for folder in new:
        folder.mkdir(mode=0o711 if folder == run_dir else 0o777)
        if account is not None:
            entry = pwd.getpwnam(account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
