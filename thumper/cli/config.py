"""`thumper config show`: what each setting is, and where that is from."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from thumper.cli.which_home import settings_to_keep_in
from thumper.domain.secret_text import without_password
from thumper.embedded.instance import Instance, find_instance
from thumper.errors import UsageError
from thumper.setting_files import Given, Source, hint
from thumper.settings import SECRET, Settings, default_home, given_settings, variable_name

config = typer.Typer(name="config", help="What is set, and where.", no_args_is_help=True)

EX_NOT_CHOSEN: Final = 1
"""With --chosen: none of what was asked for differs from its default."""


@dataclass(frozen=True, slots=True)
class Line:
    """One setting as it is shown: passwords are hidden. `running` is what a running Thumper uses, if that differs."""

    setting: str
    value: str | None
    source: Source
    place: str
    running: str | None = None


@config.command()
def show(
    setting: Annotated[
        str | None, typer.Argument(metavar="[SETTING]", help="Only this one, such as port; else all.")
    ] = None,
    chosen: Annotated[
        bool, typer.Option("--chosen", help="Only what is set somewhere; exit code 1 if nothing is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """Show each setting, its value and where that is from. Passwords are hidden.

    A Thumper that runs goes on with what was set when it started; where that differs it is said.
    """
    lines = _lines()
    if setting is not None:
        names = [line.setting for line in lines]
        name = setting.lower().removeprefix("thumper_")
        if name not in names:
            raise UsageError(f"{setting} is not a setting of Thumper{hint(setting, names)}")
        lines = [line for line in lines if line.setting == name]
    if chosen:
        lines = [line for line in lines if line.source is not Source.DEFAULT]
    _print(lines, as_json=as_json)
    if chosen and not lines:
        raise typer.Exit(EX_NOT_CHOSEN)


def _lines() -> list[Line]:
    given, instance = _given_for_next_start()
    settings = Settings.of(given)
    in_use = None if instance is None else Settings.of(instance.given())
    lines = []
    for name in Settings.model_fields:
        value = _shown(settings, name)
        running = value if in_use is None else _shown(in_use, name)
        origin = given.get(name, Given(None, Source.DEFAULT, Source.DEFAULT.value))
        lines.append(
            Line(name, value, origin.source, origin.place, None if running == value else running or "default")
        )
    return lines


def _given_for_next_start() -> tuple[dict[str, Given], Instance | None]:
    """Return what is set for the Thumper that is meant, whether it runs with that or not, and its running self."""
    home = settings_to_keep_in().home
    instance = find_instance(home)
    given = given_settings({"home": home})
    del given["home"]  # no option named it
    stated = given_settings(files=False)
    if "home" in stated:
        given["home"] = stated["home"]
    elif home != default_home() and instance is not None:
        given["home"] = instance.given()["home"]
    return given, instance


def _shown(settings: Settings, name: str) -> str | None:
    value = settings.drop_dir if name == "drop" else getattr(settings, name)
    if value is None:
        return None
    return without_password(str(value)) if name in SECRET else str(value)


def _print(lines: list[Line], *, as_json: bool) -> None:
    if as_json:
        typer.echo(
            json.dumps(
                [{"variable": variable_name(line.setting), **dataclasses.asdict(line)} for line in lines]
            )
        )
        return
    for line in lines:
        running = "" if line.running is None else f"  (the Thumper that runs uses {line.running})"
        typer.echo(f"{line.setting:<18} {line.value or '-':<28} {_where(line)}{running}")


def _where(line: Line) -> str:
    return line.place if line.source is not Source.ENVIRONMENT else f"{line.place} in the environment"
