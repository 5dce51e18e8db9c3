"""`thumper service`: Thumper as a service of systemd, which starts it after a reboot and when it fails."""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from thumper.domain.secret_text import holds_password
from thumper.errors import NotFoundError, UsageError
from thumper.settings import SECRET, Settings, variable_name

if TYPE_CHECKING:
    from thumper.systemd.installation import Manager, ServiceState
    from thumper.systemd.unit import Units

EX_UNCLEAN: Final = 3
"""Installed, but something is left to do before it starts after a reboot."""
EX_DOWN: Final = 4
USUAL_NAME: Final = "thumper"
LINGERING: Final = Path("/var/lib/systemd/linger")
"""Names of the users whose managers run without a login, as `loginctl enable-linger` has it."""

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)

service = typer.Typer(
    name="service", help="Run Thumper as a service of systemd, also after a reboot.", no_args_is_help=True
)

Name = Annotated[str, typer.Option("--name", help="Name of the units, when there are several Thumpers.")]
OfUser = Annotated[
    bool, typer.Option("--user", help="A service of this user alone, which needs no administrator.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@service.command()
def install(
    of_user: OfUser = False,
    run_as: Annotated[
        str | None,
        typer.Option("--run-as", help="Account of the service; whom the home belongs to when not given."),
    ] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Print the units and change nothing.")] = False,
    name: Name = USUAL_NAME,
    as_json: AsJson = False,
) -> None:
    """Write the units of this Thumper, enable and start them; run it again after settings have changed.

    The settings of the home count, and the THUMPER_* variables that are set now. Exit code 3 when something is left
    to do.
    """
    from thumper.systemd.account import choose_account, make_home, refuse_closed_program
    from thumper.systemd.installation import Manager

    if of_user and run_as is not None:
        raise UsageError("--run-as is for a service of the system; one of a user (--user) runs as that user")
    settings = Settings.from_env()
    account = None if of_user else choose_account(settings.home, run_as=run_as, must_be_known=not print_only)
    units = _units(settings, name=_checked(name), account=account)
    if print_only:
        _print_units(units, as_json=as_json)
        return
    manager = Manager(of_user)
    manager.refuse_absence()
    _refuse_plain_user(settings, units, of_user=of_user)
    refuse_closed_program(account)
    _refuse_absent_drop(settings)
    make_home(settings.run_dir, account)
    holder = _holder(settings, manager, name)
    files = manager.install(units, start=holder is None)
    _tell(units, files, left=_left_to_do(units, of_user=of_user, holder=holder), as_json=as_json)


@service.command()
def uninstall(of_user: OfUser = False, name: Name = USUAL_NAME, as_json: AsJson = False) -> None:
    """Stop the service and remove its units. Photos, database and settings stay."""
    from thumper.systemd.installation import Manager

    manager = Manager(of_user)
    manager.refuse_absence()
    if not of_user and os.geteuid() != 0:
        raise UsageError(
            f"removing units of the system needs an administrator: run `sudo {_command()} uninstall{_named(name)}`"
        )
    files = manager.uninstall(_checked(name))
    if as_json:
        typer.echo(json.dumps({"removed": [str(path) for path in files]}))
        return
    for path in files:
        typer.echo(f"Removed {path}")
    typer.echo("Photos, database and settings are as they were.")


@service.command()
def status(of_user: OfUser = False, name: Name = USUAL_NAME, as_json: AsJson = False) -> None:
    """Show whether the service runs and what it reports. Exit code 4 when it does not run."""
    from thumper.systemd.installation import Manager

    manager = Manager(of_user)
    manager.refuse_absence()
    state = manager.state(_checked(name))
    if as_json:
        typer.echo(json.dumps(asdict(state) | {"runs": state.runs}))
    else:
        typer.echo("\n".join(_words(state, f"{name}.service", of_user=of_user)))
    raise typer.Exit(0 if state.runs else EX_DOWN)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f"--name: {name!r} is no name of a unit; take letters, digits, and . _ -")
    return name


def _units(settings: Settings, *, name: str, account: str | None) -> Units:
    from thumper.embedded.postgres_server import SOCKET
    from thumper.embedded.socket_dir import socket_dir
    from thumper.systemd.unit import Units
    from thumper.web.own_addresses import listens_on_one_of_network

    stated = settings.stated_in_environment()
    stated.pop(variable_name("home"), None)
    _refuse_passwords(stated, settings)
    near = socket_dir(settings.run_dir, "postgres", socket_name=SOCKET).is_relative_to(settings.home)
    return Units(
        name=name,
        # -P: this program, not another checkout of it in the folder in which it is started.
        argv=[sys.executable, "-P", "-m", "thumper", "up"],
        home=settings.home,
        drop=settings.drop_dir,
        account=account,
        environment=stated,
        needs_network=settings.database_url is not None
        or settings.redis_url is not None
        or listens_on_one_of_network(settings),
        shares_tmp=not near,
    )


def _refuse_passwords(stated: dict[str, str], settings: Settings) -> None:
    for name in sorted(map(variable_name, SECRET)):
        if name in stated and holds_password(stated[name]):
            raise UsageError(
                f"{name} holds a password, which every account of this machine could read in a unit: write the "
                f"variable into {settings.home / '.env'}, which only its owner may read, unset it here, and install "
                "again"
            )


def _print_units(units: Units, *, as_json: bool) -> None:
    texts = units.texts()
    if as_json:
        typer.echo(json.dumps({"units": texts}))
        return
    for name, text in texts.items():
        typer.echo(f"# {name}\n{text}")


def _refuse_plain_user(settings: Settings, units: Units, *, of_user: bool) -> None:
    if of_user or os.geteuid() == 0:
        return
    given = {variable_name("home"): str(settings.home), **units.environment}
    words = shlex.join(f"{name}={value}" for name, value in given.items())
    named = _named(units.name)
    raise UsageError(
        f"units of the system need an administrator: run `sudo env {words} {_command()} install "
        f"--run-as {units.account}{named}`. Or install a service of your own, without one: `thumper service install "
        f"--user{named}`"
    )


def _named(name: str) -> str:
    return "" if name == USUAL_NAME else f" --name {name}"


def _command() -> str:
    return shlex.join([sys.executable, "-P", "-m", "thumper", "service"])


def _refuse_absent_drop(settings: Settings) -> None:
    """Raise `NotFoundError` for a drop folder that is not there now: it may be a slip of the pen."""
    if settings.drop is not None and not settings.drop.is_dir():
        raise NotFoundError(
            f"THUMPER_DROP: {settings.drop} is no folder now. Mount its disk or correct the name, then install again; "
            "after a reboot it may come late"
        )


def _holder(settings: Settings, manager: Manager, name: str) -> int | None:
    """Return the process that runs Thumper on this home now, unless it is the service itself."""
    from thumper.embedded.home_note import HomeLock

    note, state = HomeLock(settings.run_dir).read(), manager.ask(name)
    return None if note is None or (state is not None and state.pid == note.pid) else note.pid


def _left_to_do(units: Units, *, of_user: bool, holder: int | None) -> list[str]:
    """Return what people still have to do, a sentence each."""
    left = []
    if holder is not None:
        start = f"{'systemctl --user' if of_user else 'sudo systemctl'} start {units.service}"
        left.append(
            f"Thumper runs on this home already (process {holder}): stop that one, then run `{start}`."
        )
    user = pwd.getpwuid(os.geteuid()).pw_name
    if of_user and not (LINGERING / user).exists():
        left.append(
            f"Run `sudo loginctl enable-linger {user}`: without it the service starts when you log in, not after a "
            "reboot, and ends when you log out."
        )
    return left


def _tell(units: Units, files: list[Path], *, left: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"units": [str(path) for path in files], "left_to_do": left}))
    else:
        for path in files:
            typer.echo(f"Wrote {path}")
        flag = " --user" if units.account is None else ""
        typer.echo(f"Enabled {units.service}. `thumper service status{flag}` says how it is.")
        for sentence in left:
            typer.echo(sentence)
    raise typer.Exit(EX_UNCLEAN if left else 0)


def _words(state: ServiceState, name: str, *, of_user: bool) -> list[str]:
    """Return how the service is, a line each."""
    told = [f"{name}: {state.active} ({state.sub}), {state.enabled or 'not enabled'}"]
    if state.status:
        told.append(state.status)
    if state.pid is not None:
        told.append(f"process {state.pid}, restarted by systemd {state.restarts} times")
    if not state.runs:
        flag = "--user " if of_user else ""
        told.append(
            f"last end: {state.result}, exit code {state.exit_code}. `journalctl {flag}-u {name}` says why; "
            f"`systemctl {flag}start {name}` starts it"
        )
    return told
