"""The set-up scripts say what is missing before they download anything, and do nothing twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SMALL_TOOLS = (
    "cat",
    "cksum",
    "cmp",
    "cut",
    "df",
    "dirname",
    "du",
    "awk",
    "grep",
    "id",
    "mkdir",
    "mv",
    "rm",
    "sh",
)


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout as the scripts read it, in a folder whose name has a space, with a PATH of its own in `bin`."""
    root = tmp_path / "a ranch"
    root.mkdir()
    shutil.copytree(ROOT / "install", root / "install")
    for name in ("pyproject.toml", "setup.py", "constraints.txt", "Makefile"):
        shutil.copy(ROOT / name, root)
    (root / "bin").mkdir()
    for tool in SMALL_TOOLS:
        found = shutil.which(tool)
        assert found, f"{tool} is not on PATH"
        (root / "bin" / tool).symlink_to(found)
    return root


def run(
    root: Path, script: str, *arguments: str, python: Path | str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", f"install/{script}", *arguments],
        cwd=root,
        env={"PATH": str(root / "bin"), "PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_recent_python_the_set_up_says_which_one_it_needs(checkout: Path) -> None:
    old = executable(checkout / "bin" / "python3", "exit 1")
    result = run(checkout, "venv.sh", "worker", python=old.name)
    assert result.returncode == 1
    assert "it needs Python 3.11 or 3.12" in result.stderr
    assert not (checkout / ".venv").exists()


def test_without_venv_the_set_up_names_the_package_to_install(checkout: Path) -> None:
    split = executable(
        checkout / "bin" / "python3", f'case "$2" in *ensurepip*) exit 1 ;; esac\nexec {sys.executable} "$@"'
    )
    result = run(checkout, "venv.sh", "worker", python=split.name)
    assert result.returncode == 1
    assert "python3-venv" in result.stderr


def test_a_full_disk_is_noticed_before_the_download(checkout: Path) -> None:
    (checkout / "bin" / "df").unlink()
    executable(checkout / "bin" / "df", "echo header; echo /dev/disk 1000 900 100 90% /")
    result = run(checkout, "venv.sh", "worker", python=sys.executable)
    assert result.returncode == 1
    assert "100 MB free and the set-up needs 10500 MB" in result.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(("installed", "asked"), [("worker", "worker"), ("worker,dev", "worker")])
def test_an_environment_that_is_up_to_date_is_left_alone(checkout: Path, installed: str, asked: str) -> None:
    for name in ("python", "thumper"):
        executable(checkout / ".venv" / "bin" / name, "exit 0")
    text = b"".join((checkout / n).read_bytes() for n in ("pyproject.toml", "setup.py", "constraints.txt"))
    stamp = subprocess.run(
        ["cksum"], input=text + f"{checkout}\n".encode(), capture_output=True, check=True
    ).stdout
    (checkout / ".venv" / f"installed-{installed}").write_bytes(stamp)
    result = run(checkout, "venv.sh", asked, python="/nowhere/python3")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_changed_pins_are_installed_again(checkout: Path) -> None:
    executable(checkout / ".venv" / "bin" / "python", "exit 0")
    executable(checkout / ".venv" / "bin" / "thumper", "exit 0")
    (checkout / ".venv" / "installed-worker").write_text("of other pins\n")
    result = run(checkout, "venv.sh", "worker", python="/nowhere/python3")
    assert "it needs Python" in result.stderr


def test_without_node_the_query_page_is_left_out_and_set_up_goes_on(checkout: Path) -> None:
    result = run(checkout, "graphiql/install.sh", "pages")
    assert result.returncode == 0
    assert "make graphiql" in result.stdout
    assert not (checkout / "pages").exists()


def make_run(checkout: Path, *words: str, chosen: int = 0) -> str:
    """Run `make run` with a `thumper` that prints its arguments; `config` ends with the code `chosen`."""
    make = shutil.which("make")
    assert make
    script = f'[ "$1" = config ] && exit {chosen}\nprintf "[%s]" "$@"'
    executable(checkout / ".venv" / "bin" / "thumper", script)
    result = subprocess.run(
        [make, "--old-file=install", "run", *words],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == (0 if chosen < 2 else 2)
    return result.stdout


def test_the_drop_folder_reaches_thumper_as_it_was_written(checkout: Path) -> None:
    """No shell interprets the path: quotes and dollars in it are only characters."""
    path = "/my 'folder' $$HOME; echo oops"
    assert make_run(checkout, f"DROP={path}") == "[up][--drop][/my 'folder' $HOME; echo oops]"


def test_without_a_drop_folder_the_one_that_is_set_is_watched_else_a_ranch_is_drawn(checkout: Path) -> None:
    assert make_run(checkout, chosen=0) == "[up]"
    assert make_run(checkout, chosen=1) == "[demo]"
    assert make_run(checkout, chosen=2) == ""


def link(checkout: Path, user: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "install/link.sh"],
        cwd=checkout,
        env={"PATH": f"{os.environ['PATH']}:{user}/.local/bin", "HOME": str(user)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_thumper_is_linked_into_the_path_and_a_link_of_an_older_checkout_is_replaced(
    checkout: Path, tmp_path: Path
) -> None:
    program, placed = checkout / ".venv" / "bin" / "thumper", tmp_path / "user" / ".local" / "bin" / "thumper"
    for _ in range(2):
        answer = link(checkout, tmp_path / "user")
        assert (answer.returncode, answer.stdout) == (0, f"thumper is on the PATH: {placed}\n")
        assert placed.readlink() == program
        placed.unlink()
        placed.symlink_to("/gone")


def test_a_program_of_that_name_which_is_not_ours_stays(checkout: Path, tmp_path: Path) -> None:
    placed = executable(tmp_path / "user" / ".local" / "bin" / "thumper", "another")
    answer = link(checkout, tmp_path / "user")
    assert (answer.returncode, "is a program of its own" in answer.stderr) == (1, True)
    assert "another" in placed.read_text()
