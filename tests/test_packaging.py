"""The wheel is whole: it migrates an empty database, and serves and watches without the worker extra.

Tortoise loads migrations by module name, so a wheel without them cannot migrate; they and every data file are checked
on a real wheel in an environment of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "thumper", "migrations")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, so that no earlier build leaks into it."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=unwanted)
        else:
            shutil.copy(source, copy)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    subprocess.run(build, capture_output=True, text=True, timeout=240, check=True)
    [built] = out.glob("thumper-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment with the wheel and this one's libraries, but not our sources."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], timeout=240, check=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(home / "bin" / "python"),
    ]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], timeout=240, check=True
    )
    [site_packages] = home.glob("lib/python*/site-packages")
    # Our sources stay out: the path lines of an editable install are not run in a folder that a path line adds.
    (site_packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home


def run(home: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of that environment outside the repository, with no settings but these."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("THUMPER_", "PYTHON"))
    }
    return subprocess.run(
        [str(home / "bin" / command[0]), *command[1:]],
        cwd=home,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_wheel_holds_every_module_and_data_file_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "thumper").rglob("*.py")}
    migrations = {f"thumper/migrations/{path.name}" for path in (ROOT / "migrations").glob("*.py")}
    ours = ("thumper/cameras/profiles", "thumper/models", "thumper/web/pages")
    files = {
        path.relative_to(ROOT).as_posix()
        for name in ours
        for path in (ROOT / name).rglob("*")
        if path.is_file()
    }
    files |= {"thumper/py.typed", "thumper/graphql/schema.graphql", "thumper/cameras/card_folders.toml"}
    in_wheel = {name for name in names if ".dist-info/" not in name}
    assert in_wheel == modules | migrations | files
    assert len(migrations) > 1
    assert any(name.endswith(".pt") for name in in_wheel)


def test_the_wheel_states_its_licence_and_carries_the_text(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [text] = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert b"GNU AFFERO GENERAL PUBLIC LICENSE" in archive.read(text)
        [header] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        assert b"License-Expression: AGPL-3.0-or-later" in archive.read(header)


def test_the_inference_libraries_belong_to_the_worker_extra_only(wheel: Path) -> None:
    [distribution] = metadata.distributions(path=[str(wheel)], name="thumper")
    plain = [line for line in distribution.requires or [] if "extra ==" not in line]
    assert not [line for line in plain if re.match(r"(torch|torchvision|ultralytics|opencv)\b", line)]
    assert [
        line for line in distribution.requires or [] if line.startswith("ultralytics") and "worker" in line
    ]


def test_the_installed_wheel_is_what_runs_in_its_environment(installed: Path) -> None:
    where = run(
        installed,
        "python",
        "-c",
        "import thumper, thumper.migrations as m; print(thumper.__file__, m.__file__)",
    )
    assert where.returncode == 0, where.stderr
    for path in where.stdout.split():
        assert Path(path).is_relative_to(installed)


def test_the_installed_wheel_migrates_an_empty_database(installed: Path, tmp_path: Path) -> None:
    """With the embedded server of a new home; a second time there is nothing left to do."""
    for _again in range(2):
        migrated = run(installed, "thumper", "migrate", THUMPER_HOME=str(tmp_path / "home"))
        assert migrated.returncode == 0, migrated.stderr
    assert (tmp_path / "home" / "postgres" / "PG_VERSION").is_file()


@pytest.mark.parametrize("room", ["thumper.web.app", "thumper.watcher.daemon", "thumper.cli"])
def test_serve_and_watch_need_no_worker_extra(installed: Path, room: str) -> None:
    """None in sys.modules makes an import fail as if the library were not installed."""
    blocked = (
        "import sys\nfor name in ('torch', 'torchvision', 'ultralytics', 'cv2'): sys.modules[name] = None\n"
    )
    started = run(installed, "python", "-c", f"{blocked}import {room}")
    assert started.returncode == 0, started.stderr
