"""What the image and compose files say, and the entrypoint, run as a user without a name.

Whether the image builds and works is checked by hand (docs/container.md says how): here is no registry.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from thumper.cli.app import app
from thumper.settings import Settings, variable_name

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
GPU: dict[str, Any] = yaml.safe_load((ROOT / "compose.gpu.yaml").read_text())
VARIABLES = {variable_name(name) for name in Settings.model_fields}
HEAVY = {"photos", "shared", ".venv", ".git", "tests", "benchmarks", "docs"}


def _instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_holds_what_is_copied_by_name_and_the_context_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert ignored[1] == "*"
    assert allowed.isdisjoint(HEAVY)
    sources = [
        source
        for name, words in _instructions()
        if name == "COPY" and "--from=" not in words
        for source in words.split()[:-1]
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source.split("/")[0] in allowed, source


def test_it_runs_as_a_plain_user_with_a_health_check_and_one_port() -> None:
    last = [*_instructions()]
    last = last[max(number for number, (name, _) in enumerate(last) if name == "FROM") :]
    said = dict(last)
    user = said["USER"].split(":")[0]
    assert user.isdigit()
    assert int(user) >= 500, "libnss-extrausers knows no id below"
    assert said["EXPOSE"] == "8480" == str(Settings().port)
    assert said["VOLUME"] == "/data"
    command = re.search(r'CMD \["thumper", "(\w+)"\]', said["HEALTHCHECK"])
    assert command is not None
    commands = {each.callback.__name__ for each in app.registered_commands if each.callback is not None}
    assert command[1] in commands
    named = dict(re.findall(r"(THUMPER_\w+)=(\S+)", said["ENV"]))
    assert set(named) <= VARIABLES
    Settings(**{name.removeprefix("THUMPER_").lower(): value for name, value in named.items()})


def test_nothing_of_the_build_asks_for_more_than_packages() -> None:
    for name, words in _instructions():
        assert name != "ADD"
        if name == "RUN" and "apt-get install" in words:
            assert "--no-install-recommends" in words
            assert "rm -rf /var/lib/apt/lists/*" in words
        assert not re.search(r"curl|wget|chmod 666|sudo", words)


def test_compose_publishes_one_port_to_this_machine_and_takes_every_privilege_away() -> None:
    (service,) = COMPOSE["services"].values()
    assert service["ports"] == ["${PUBLISH:-127.0.0.1}:8480:8480"]
    assert service["user"] == "${RUN_AS:-1000:1000}"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/var/lib/extrausers" in service["tmpfs"]
    assert next(volume for volume in service["volumes"] if ":/photos" in volume).endswith(":/photos:ro")
    assert "privileged" not in service


def test_compose_names_settings_and_holds_no_secret() -> None:
    text = (ROOT / "compose.yaml").read_text()
    (service,) = COMPOSE["services"].values()
    assert set(service["environment"]) <= VARIABLES
    assert all(re.fullmatch(r"\$\{[A-Z_]+:-\}", value) for value in service["environment"].values())
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    page = (ROOT / "docs" / "container.md").read_text()
    assert used <= set(re.findall(r"`([A-Z_]+)`", page)), "each is explained"
    assert not any(name.startswith("THUMPER_") for name in used), (
        "a shell that has it would refuse other commands"
    )


def test_the_gpu_file_changes_the_same_service_and_builds_with_an_extra_that_there_is() -> None:
    (name,) = GPU["services"]
    assert name in COMPOSE["services"]
    extras = GPU["services"][name]["build"]["args"]["EXTRAS"].split(",")
    assert "torch" in extras
    assert f"EXTRAS={extras[0]}" in DOCKERFILE
    for extra in extras:
        assert re.search(rf"^{extra} = \[", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)


def test_the_entrypoint_gives_a_user_a_name_and_is_the_command_then() -> None:
    """In namespaces of its own, as any user: there /var/lib is empty but for the folder of the names."""
    entrypoint = ROOT / "container" / "entrypoint.sh"
    inner = f"exec unshare --user --map-user=12345 --map-group=12345 sh {shlex.quote(str(entrypoint))} "
    inner += "sh -c 'cat /var/lib/extrausers/passwd; echo $$ $PPID'"
    names = "/var/lib/extrausers"
    script = f"mount -t tmpfs none /var/lib && mkdir -m 1777 {names} && HOME=/data && export HOME && {inner}"
    argv = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    entry, _ = done.stdout.splitlines()
    assert entry == "thumper:x:12345:12345:Thumper:/data:/usr/sbin/nologin"
