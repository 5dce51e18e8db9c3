"""Which Thumper a command means that was given no variables: the one that runs.

What this shell's environment says wins. Else the settings are those with which that Thumper was started, and files in
its home count again when it starts. Nothing is guessed between several.
"""

from __future__ import annotations

from pathlib import Path

from thumper.embedded.instance import Instance, find_instance, find_instances
from thumper.errors import ServiceDownError, UsageError
from thumper.setting_files import TOML_NAME, Given
from thumper.settings import Settings, default_home, given_settings


def settings_to_examine() -> Settings:
    """Return the settings of the Thumper that runs, else those of the next start."""
    given = given_settings(files=False)
    instance = _running(given, find_instances())
    return Settings.from_env() if instance is None else Settings.of(instance.given() | given)


def settings_to_ask() -> Settings:
    """Return the same for a command that speaks to the API.

    Raises `ServiceDownError` if the Thumper that is meant does not run and another one answers at its address.
    """
    settings = settings_to_examine()
    if "port" in given_settings(files=False) or find_instance(settings.home) is not None:
        return settings
    for other in find_instances():
        if other.api_url == settings.api_url:
            raise ServiceDownError(
                f"No Thumper runs on {settings.home}. What answers at {settings.api_url} is that of {other.home}: "
                f"start this one with `thumper up --port PORT`, or set THUMPER_HOME={other.home} to ask that one."
            )
    return settings


def settings_to_keep_in() -> Settings:
    """Return the same for a command that brings or keeps photos, which need no running Thumper.

    A demo is not meant. Raises `UsageError` if the Thumper that runs is of another home than the one that is set up.
    """
    given = given_settings(files=False)
    instance = _running(given, [one for one in find_instances() if not one.passing])
    if instance is None:
        return Settings.from_env()
    usual = default_home()
    if "home" not in given and instance.home != usual and _is_set_up(usual):
        raise UsageError(
            f"There are two homes: {instance.home}, on which a Thumper runs, and {usual}. "
            "Say which one is meant: set THUMPER_HOME to it."
        )
    return Settings.of(instance.given() | given)


def _running(given: dict[str, Given], instances: list[Instance]) -> Instance | None:
    """Return the Thumper that is meant, None if it does not run. Raises `UsageError` if it could be several."""
    if "home" in given:
        return find_instance(Settings.of(given).home)
    if "port" in given:
        instances = [one for one in instances if one.settings["port"] == str(given["port"].value)]
    usual = find_instance(default_home())
    if usual is not None and (usual in instances or not instances):
        return usual
    if len(instances) > 1:
        homes = ", ".join(sorted(str(one.home) for one in instances))
        raise UsageError(
            f"Several Thumpers run: {homes}. Say which one is meant: set THUMPER_HOME to its home."
        )
    return instances[0] if instances else None


def _is_set_up(home: Path) -> bool:
    return any((home / name).exists() for name in (TOML_NAME, "postgres", "library"))
