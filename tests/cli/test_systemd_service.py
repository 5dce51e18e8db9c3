"""`thumper service`, over real unit files; a stand-in for systemctl notes what it is asked, on any machine."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from thumper.cli import app as command_line
from thumper.cli import systemd_service
from thumper.embedded.home_note import HomeLock, HomeNote
from thumper.errors import NotFoundError, RefusedError, ServiceDownError, ThumperError, UsageError
from thumper.settings import Settings
from thumper.systemd import account, installation

OWN_NAME = pwd.getpwuid(os.geteuid()).pw_name
SYSTEMCTL = """#!/bin/sh
echo "$*" >> {folder}/asked
case "$*" in *{fails}*) echo "Failed to connect to bus: No medium found" >&2; exit 1;; esac
case "$*" in *" show "*) cat {folder}/state;; esac
"""
STATE = """LoadState={load}
ActiveState={active}
SubState=running
UnitFileState=enabled
StatusText=12 of 12 images done
MainPID={pid}
NRestarts=2
Result=success
ExecMainStatus=0
"""


class System:
    """A machine with systemd, of which only its manager is a double."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.units = folder / "units"
        self.home = folder / "home"
        self.drop = folder / "drop"
        self.drop.mkdir()
        self.home.mkdir()
        self.fail_at("nothing")
        self.is_in_state("not-found")

    def fail_at(self, word: str) -> None:
        program = self.folder / "systemctl"
        program.write_text(SYSTEMCTL.format(folder=self.folder, fails=word))
        program.chmod(0o755)

    def is_in_state(self, load: str, *, active: str = "active", pid: int = 0) -> None:
        (self.folder / "state").write_text(STATE.format(load=load, active=active, pid=pid))

    @property
    def asked(self) -> list[str]:
        """What was asked of systemctl, but questions."""
        file = self.folder / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line.removeprefix("--no-pager ") for line in lines if " show " not in line]


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    system = System(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("THUMPER_HOME", str(system.home))
    monkeypatch.setenv("THUMPER_DROP", str(system.drop))
    monkeypatch.setattr(installation, "BOOTED", tmp_path)
    monkeypatch.setattr(installation, "SYSTEM_UNITS", system.units)
    monkeypatch.setattr(installation, "USER_UNITS", system.units)
    monkeypatch.setattr(systemd_service, "LINGERING", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "root").touch()
    return system


def run(*words: str) -> Result:
    """Run the command in this process; what it raises as an error of ours is raised."""
    result = CliRunner().invoke(command_line.app, ["service", *words])
    if isinstance(result.exception, ThumperError):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(*words: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(run(*words, "--json").stdout)
    return read


def test_install_writes_the_units_enables_and_starts_them(system: System) -> None:
    result = run("install")
    assert result.exit_code == 0, result.output
    service = system.units / "thumper.service"
    assert {path.name for path in system.units.iterdir()} == {"thumper.service", "thumper-mounts.target"}
    assert stat.S_IMODE(service.stat().st_mode) == 0o644
    assert f'Environment="THUMPER_DROP={system.drop}"' in service.read_text()
    assert f"User={OWN_NAME}\n" in service.read_text()
    assert system.asked == ["daemon-reload", "enable thumper.service", "restart --no-block thumper.service"]
    assert (system.home / "run").is_dir()
    if real := shutil.which("systemctl", path="/usr/bin:/bin"):
        # What the stand-in was asked, for real, in a system that is a folder.
        root = system.folder / "machine"
        shutil.copytree(system.units, root / "etc" / "systemd" / "system")
        subprocess.run([real, f"--root={root}", "--quiet", "enable", "thumper.service"], check=True)
        assert (root / "etc/systemd/system/multi-user.target.wants/thumper.service").is_symlink()


def test_print_shows_the_units_and_changes_nothing(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "BOOTED", system.folder / "no systemd")
    assert f'RequiresMountsFor="{system.drop}"' in run("install", "--print").output
    assert "User=" not in run("install", "--print", "--user").output
    assert set(answer("install", "--print", "--name", "barn")["units"]) == {
        "barn.service",
        "barn-mounts.target",
    }
    assert not system.units.exists()
    assert not (system.home / "run").exists()
    assert system.asked == []


def test_a_user_installs_without_an_administrator_and_is_told_of_lingering(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    result = run("install", "--user")
    assert result.exit_code == 3
    assert "sudo loginctl enable-linger nobody" in result.output
    assert system.asked[0] == "--user --no-pager daemon-reload"
    (system.folder / "nobody").touch()
    assert answer("install", "--user") == {
        "units": [str(system.units / name) for name in ("thumper.service", "thumper-mounts.target")],
        "left_to_do": [],
    }


def test_a_plain_user_is_told_the_command_for_the_system(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    with pytest.raises(UsageError) as caught:
        run("install")
    assert f"sudo env THUMPER_HOME={system.home} THUMPER_DROP={system.drop} " in str(caught.value)
    assert f"install --run-as {OWN_NAME}" in str(caught.value)
    assert "--user" in str(caught.value)
    with pytest.raises(UsageError, match=r"--run-as .* --name barn`"):
        run("install", "--name", "barn")
    with pytest.raises(UsageError, match=r"sudo .* uninstall"):
        run("uninstall")
    assert system.asked == []


def test_without_systemd_it_says_what_to_do(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "BOOTED", system.folder / "no systemd")
    for words in (["install"], ["uninstall"], ["status"]):
        with pytest.raises(UsageError, match="not run by systemd"):
            run(*words)


def test_a_new_home_belongs_to_the_account_that_was_named(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = system.folder / "srv" / "thumper"
    monkeypatch.setenv("THUMPER_HOME", str(new))
    with pytest.raises(UsageError, match="--run-as"):
        run("install")
    given: dict[str, int] = {}
    monkeypatch.setattr(account, "refuse_closed_program", lambda _account: None)
    monkeypatch.setattr(os, "chown", lambda path, uid, _gid: given.update({Path(path).name: uid}))
    assert run("install", "--run-as", "nobody").exit_code == 0
    assert set(given) == {"srv", "thumper", "run"}
    assert set(given.values()) == {pwd.getpwnam("nobody").pw_uid}
    with pytest.raises(UsageError, match="no such account"):
        run("install", "--run-as", "no-such-hunter")


def test_an_account_that_cannot_run_the_program_is_told_so(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(system.folder / "closed" / "python"))
    system.home.rmdir()
    with pytest.raises(UsageError, match=r"nobody cannot run .*closed/python"):
        run("install", "--run-as", "nobody")
    assert not system.units.exists()


def test_a_home_of_somebody_else_is_not_run_as_another(system: System) -> None:
    with pytest.raises(UsageError, match=f"belongs to {OWN_NAME}.*chown -R nobody"):
        run("install", "--run-as", "nobody")


def test_a_drop_folder_that_is_not_there_is_refused(system: System) -> None:
    system.drop.rmdir()
    with pytest.raises(NotFoundError, match=r"THUMPER_DROP: .*Mount its disk"):
        run("install")
    assert not system.units.exists()


@pytest.mark.parametrize("address", ["ann:antlers@db/thumper", "ann@db/thumper?password=antlers"])
def test_a_password_is_not_written_where_all_can_read_it(
    system: System, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("THUMPER_DATABASE_URL", f"postgresql://{address}")
    with pytest.raises(UsageError, match=r"\.env") as caught:
        run("install", "--print")
    assert "antlers" not in str(caught.value)


def test_units_of_others_and_of_other_homes_are_not_replaced(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("install")
    monkeypatch.setenv("THUMPER_HOME", str(system.drop))
    with pytest.raises(RefusedError, match=r"another THUMPER_HOME.*--name"):
        run("install")
    assert run("install", "--name", "second").exit_code == 0
    foreign = system.units / "thumper.service"
    foreign.write_text("[Service]\nExecStart=/bin/true\n")
    for verb in ("install", "uninstall"):
        with pytest.raises(RefusedError, match="not written by Thumper"):
            run(verb)
    assert foreign.read_text() == "[Service]\nExecStart=/bin/true\n"
    with pytest.raises(UsageError, match="--name"):
        run("install", "--name", "../thumper")


def test_a_home_in_use_is_enabled_and_not_started_twice(system: System) -> None:
    lock = HomeLock(system.home / "run")
    assert lock.take()
    lock.write(HomeNote(os.getpid(), ready=True))
    try:
        result = run("install")
        assert result.exit_code == 3
        assert f"(process {os.getpid()}): stop that one" in result.output
        assert system.asked == ["daemon-reload", "enable thumper.service"]
        # The process is the service itself: it is started anew with the new settings.
        system.is_in_state("loaded", pid=os.getpid())
        assert run("install").exit_code == 0
        assert system.asked[-1] == "restart --no-block thumper.service"
    finally:
        lock.free()


def test_uninstall_removes_the_units_and_nothing_else(system: System) -> None:
    run("install")
    assert "Photos, database and settings are as they were" in run("uninstall").output
    assert list(system.units.iterdir()) == []
    assert system.asked[-2:] == ["disable --now thumper.service", "daemon-reload"]
    assert system.home.is_dir()
    with pytest.raises(NotFoundError, match="thumper service install"):
        run("uninstall")


def test_status_tells_how_the_service_is(system: System) -> None:
    with pytest.raises(NotFoundError, match="not installed"):
        run("status")
    system.is_in_state("loaded", pid=4711)
    result = run("status")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "thumper.service: active (running), enabled",
        "12 of 12 images done",
        "process 4711, restarted by systemd 2 times",
    ]
    system.is_in_state("loaded", active="failed")
    result = run("status", "--json")
    assert result.exit_code == 4
    assert (json.loads(result.output)["active"], json.loads(result.output)["runs"]) == ("failed", False)
    assert "journalctl --user -u thumper.service" in run("status", "--user").output


def test_what_systemctl_refuses_is_told_with_what_to_do(system: System) -> None:
    system.fail_at("daemon-reload")
    with pytest.raises(ServiceDownError, match=r"daemon-reload` failed: Failed to connect to bus.*loginctl"):
        run("install", "--user")


def test_run_as_is_not_for_a_service_of_a_user(system: System) -> None:
    with pytest.raises(UsageError, match="--run-as"):
        run("install", "--user", "--run-as", "nobody")


def test_settings_tell_what_the_environment_states(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUMPER_DROP", "photos")
    assert Settings.from_env().stated_in_environment() == {
        "THUMPER_HOME": str(system.home),
        "THUMPER_DROP": str(Path.cwd() / "photos"),
    }
