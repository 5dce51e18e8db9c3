"""The units say what `docs/decisions/042` decides, and systemd understands them whatever a path holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from thumper.errors import UsageError
from thumper.systemd.unit import MARK, Units


def units(folder: Path, **changes: object) -> Units:
    given: dict[str, object] = {
        "name": "thumper",
        "argv": [sys.executable, "-P", "-m", "thumper", "up"],
        "home": folder / "home",
        "drop": folder / "drop",
        "account": "root",
    }
    return Units(**(given | changes))  # type: ignore[arg-type]  # a test's own words


def read(text: str) -> dict[str, dict[str, list[str]]]:
    """Return the values of a unit by section and key; fails for a line that is none of systemd's."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), defaultdict(list))
        elif line and not line.startswith("#"):
            key, value = re.fullmatch(r"([A-Z][A-Za-z]+)=(\S.*)", line).groups()  # type: ignore[union-attr]
            section[key].append(value)
    return found


def words(value: str) -> list[str]:
    """Split a value as systemd.syntax(7) has it: quoted words, a backslash before what stands for itself, %%."""
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    assert value == " ".join(f'"{word}"' for word in quoted)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted]


def test_the_service_waits_for_disks_and_lives_under_a_watchdog(tmp_path: Path) -> None:
    own = units(Path("/srv/thumper"), drop=Path("/mnt/photos"))
    service, target = (read(text) for text in own.texts().values())
    unit, run = service["Unit"], service["Service"]
    assert [words(value) for value in target["Unit"]["RequiresMountsFor"]] == [
        ["/srv/thumper/home"],
        ["/mnt/photos"],
    ]
    # Wanted, not required: without its disk it runs and says so, or is tried again.
    assert unit["Wants"] == ["thumper-mounts.target"]
    assert "thumper-mounts.target" in unit["After"]
    assert {"Requires", "RequiresMountsFor"}.isdisjoint(unit)
    assert (run["Type"], run["KillMode"], run["OOMPolicy"]) == (["notify"], ["mixed"], ["continue"])
    assert float(run["WatchdogSec"][0]) > 0
    assert (run["Restart"], run["RestartPreventExitStatus"]) == (["on-failure"], ["2 5 78"])
    assert float(run["TimeoutStopSec"][0]) > 10
    assert words(run["ExecStart"][0]) == [sys.executable, "-P", "-m", "thumper", "up"]
    assert run["User"] == ["root"]
    assert service["Install"]["WantedBy"] == ["multi-user.target"]


def test_in_an_empty_mount_point_no_second_home_is_made(tmp_path: Path) -> None:
    run = read(units(tmp_path).texts()["thumper.service"])["Service"]
    argv = [word.replace("$$", "$") for word in words(run["ExecStartPre"][0])]
    (tmp_path / "home").mkdir()
    assert subprocess.run(argv, check=False).returncode == 1
    (tmp_path / "home" / "run").mkdir()
    assert subprocess.run(argv, check=False).returncode == 0


def test_it_writes_to_its_home_alone_and_never_to_the_drop_folder() -> None:
    run = read(units(Path("/srv/thumper"), drop=Path("/mnt/photos")).texts()["thumper.service"])["Service"]
    assert (run["ProtectSystem"], run["NoNewPrivileges"], run["PrivateTmp"]) == (["strict"], ["yes"], ["yes"])
    assert words(run["ReadWritePaths"][0]) == ["/srv/thumper/home"]
    assert words(run["ReadOnlyPaths"][0]) == ["-/mnt/photos"]


@pytest.mark.parametrize(
    "changes",
    [{"shares_tmp": True}, {"home": Path("/tmp/home")}, {"drop": Path("/var/tmp/drop")}],
    ids=["sockets", "home", "drop"],
)
def test_tmp_is_the_machines_where_something_of_ours_lies_in_it(changes: dict[str, object]) -> None:
    run = read(units(Path("/srv/thumper"), **changes).texts()["thumper.service"])["Service"]
    assert run["PrivateTmp"] == ["no"]
    assert {"/tmp", "/var/tmp"} <= set(words(run["ReadWritePaths"][0]))


def test_a_unit_of_a_user_names_no_account_and_starts_with_its_manager() -> None:
    service = read(units(Path("/home/ann"), account=None).texts()["thumper.service"])
    assert "User" not in service["Service"]
    assert service["Install"]["WantedBy"] == ["default.target"]
    assert "time-sync.target" not in service["Unit"]["After"]


def test_it_waits_for_the_network_only_for_servers_elsewhere() -> None:
    for needed in (True, False):
        unit = read(units(Path("/srv"), needs_network=needed).texts()["thumper.service"])["Unit"]
        assert ("network-online.target" in unit["Wants"]) is needed


@pytest.mark.parametrize("name", ["my photos 100% $HOME @x", 'a "b"', "c\\d", "Wäldchen", "plain"])
def test_systemd_understands_every_unit_whatever_a_path_holds(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    program = folder / "python"
    program.symlink_to(sys.executable)
    own = units(
        folder,
        argv=[str(program), "-c", "print('$HOME %h')"],
        environment={"THUMPER_DROP": str(folder / "drop")},
        needs_network=True,
    )
    run = read(own.texts()["thumper.service"])["Service"]
    assert [words(value)[0] for value in run["Environment"]] == [
        f"THUMPER_HOME={folder}/home",
        f"THUMPER_DROP={folder}/drop",
    ]
    first, *rest = words(run["ExecStart"][0])
    argv = [first, *(word.replace("$$", "$") for word in rest)]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "$HOME %h\n"
    if shutil.which("systemd-analyze"):
        for unit, text in own.texts().items():
            (tmp_path / unit).write_text(text)
        verify = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit) for unit in own.texts())]
        verified = subprocess.run(verify, capture_output=True, text=True, check=False)
        assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize("name", ["two\nlines", "bell\a", b"caf\xe9".decode(errors="surrogateescape")])
def test_a_path_that_no_unit_can_hold_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="Rename that folder"):
        units(Path("/srv") / name).texts()


def test_the_mounts_behind_a_link_are_waited_for_as_well(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "drop").symlink_to(tmp_path / "disk")
    target = read(units(tmp_path).texts()["thumper-mounts.target"])["Unit"]
    assert words(target["RequiresMountsFor"][1]) == [str(tmp_path / "drop"), str(tmp_path / "disk")]


def test_it_knows_which_home_a_unit_is_of() -> None:
    own, other = units(Path("/srv/one")), units(Path("/srv/one/home/demo"))
    text = own.texts()["thumper.service"]
    assert text.startswith(MARK)
    assert own.starts_same(text)
    assert not other.starts_same(text)
