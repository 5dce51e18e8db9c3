"""The house rules that no linter knows: sizes, names, and what starting a room may load.

Everything that ruff, mypy or import-linter can say is said in pyproject.toml, not here.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
BANNED_NAMES = {
    *("utils", "util", "helpers", "helper", "common", "misc", "base", "core"),
    *("manager", "processor", "handler", "service", "data", "info"),
}
CODE_FOLDERS = ("thumper", "tests", "benchmarks", "install")
PLAIN_FOLDERS = ("thumper", "benchmarks", "tests")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """Return every Python file under these folders of the repository, in a stable order."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "node_modules" not in path.parts)


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[FunctionNode]:
    return (node for node in ast.walk(tree) if isinstance(node, FunctionNode))


def code_lines(function: FunctionNode) -> int:
    """Return the number of lines from `def` to the end, without decorators and docstring."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def test_there_is_a_house_to_measure() -> None:
    assert len(python_files("thumper")) > 50


def test_no_file_is_longer_than_the_gate() -> None:
    lengths = {
        short(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*CODE_FOLDERS)
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FILE_LINES} == {}, "split by noun"


def test_no_function_is_longer_than_the_gate() -> None:
    long = {
        f"{short(path)}:{function.lineno} {function.name}": code_lines(function)
        for path in python_files(*CODE_FOLDERS)
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if code_lines(function) >= MAX_FUNCTION_LINES
    }
    assert long == {}, "give each step its name"


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    named = {
        path
        for folder in CODE_FOLDERS
        for path in (ROOT / folder).rglob("*")
        if not {"__pycache__", "node_modules"} & set(path.parts)
    }
    banned = sorted(short(path) for path in named if path.stem.removeprefix("test_") in BANNED_NAMES)
    assert banned == []


def test_every_module_says_why_it_exists() -> None:
    silent = [
        short(path)
        for path in python_files("thumper", "benchmarks")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def documented(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and docstring of each module, class and function that has one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | FunctionNode):
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text


def test_docstrings_begin_as_python_people_write_them() -> None:
    """PEP 257: `Return …`, not `Give …`; a predicate: `Return whether …`."""
    private = [
        f"{short(path)}:{line}"
        for path in python_files(*CODE_FOLDERS)
        for line, text in documented(ast.parse(path.read_text(encoding="utf-8")))
        if text.split(maxsplit=1)[0] in {"Give", "Gives", "Say", "Says", "Tell", "Tells"}
    ]
    assert private == []


def remarks(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of each comment and docstring, those of attributes included, without names in backticks."""
    text = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, re.sub(r"`[^`]*`", "", str(node.value.value))


def test_docstrings_and_comments_are_in_plain_english() -> None:
    odd = re.compile(r"\b(whoever|nobody|so\s+many)\b", re.IGNORECASE)
    private = [
        f"{short(path)}:{line} {found[0]}"
        for path in python_files(*PLAIN_FOLDERS)
        for line, text in remarks(path)
        if (found := odd.search(text))
    ]
    assert private == []


def test_imports_are_absolute() -> None:
    """So that `import graphql` inside thumper/graphql means the library."""
    relative = [
        f"{short(path)}:{node.lineno}"
        for path in python_files("thumper", "tests", "benchmarks", "migrations")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert relative == []


def attributes(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted text of each `module.name` read or written, and each `from module import name`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.lineno, f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_only_settings_reads_the_environment() -> None:
    """An engine may set variables that its library reads."""
    readers = {
        short(path)
        for path in python_files("thumper", "migrations")
        for _line, name in attributes(path)
        if name in {"os.environ", "os.environb", "os.getenv", "os.getenvb"}
    }
    tellers = {
        short(path)
        for path in python_files("thumper/worker/engines")
        if path.read_text(encoding="utf-8").count("os.environ")
        == path.read_text(encoding="utf-8").count("os.environ.update(")
    }
    assert readers - tellers <= {"thumper/settings.py"}


WRITES_JOB_BY_SQL = re.compile(
    r'\b(update(\s+only)?|(insert|merge)\s+into|delete\s+from|truncate)\s+"?job\b', re.IGNORECASE
)
WRITES_JOB_BY_ORM = re.compile(r"(models\.)?Job\b.*\.(\w*create|\w*update|delete|save)", re.DOTALL)


def test_only_the_queue_writes_jobs() -> None:
    """Neither by SQL nor by the ORM: leases, blame and moves of jobs are in the queue's folder only."""
    writers = {
        short(path.parent)
        for path in python_files("thumper")
        for text in [path.read_text(encoding="utf-8")]
        if WRITES_JOB_BY_SQL.search(text)
        or any(
            isinstance(node, ast.Attribute) and WRITES_JOB_BY_ORM.fullmatch(ast.unparse(node))
            for node in ast.walk(ast.parse(text))
        )
    }
    assert writers == {"thumper/store/queue"}


def test_nothing_changes_sys_path() -> None:
    """A changed sys.path is the one way in which thumper/graphql can hide the graphql library."""
    users = [
        f"{short(path)}:{line}"
        for path in python_files("thumper", "tests", "benchmarks", "migrations")
        for line, name in attributes(path)
        if name == "sys.path"
    ]
    assert users == []


def test_tests_are_no_package() -> None:
    """tests/graphql/__init__.py would hide the graphql library."""
    assert [short(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def folders(path: Path) -> set[str]:
    """Return the names of the folders in a folder."""
    return {each.name for each in path.iterdir() if each.is_dir() and each.name != "__pycache__"}


def test_tests_mirror_the_tree() -> None:
    tests, rooms = ROOT / "tests", ROOT / "thumper"
    assert folders(tests) - folders(rooms) <= {
        "attacks",
        "journeys",
        "benchmarks",
        "clients",
        "faults",
        "migrations",
        "page",
    }
    for room in ("store", "graphql"):  # sorted by noun
        assert folders(tests / room) <= folders(rooms / room)


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    """A test that does not run proves nothing."""
    excused = [
        f"{short(path)}:{line}"
        for path in python_files("tests")
        for line, name in attributes(path)
        if name in {"pytest.skip", "mark.skip", "pytest.xfail", "mark.xfail", "pytest.importorskip"}
    ]
    assert excused == []


def test_every_ignored_rule_gives_its_reason_on_the_line() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignored = tomllib.loads(text)["tool"]["ruff"]["lint"]["ignore"]
    lines = text.splitlines()
    assert [
        rule for rule in ignored if not any(f'"{rule}", ' in line and "# " in line for line in lines)
    ] == []


def test_constraints_pin_versions_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if "==" not in line or "/" in line or "@" in line] == []
    assert {"torch==2.14.1", "torchvision==0.29.1"} <= set(pins)


@pytest.mark.parametrize(
    "room", ["thumper.web.app", "thumper.watcher.daemon", "thumper.doctor.examination", "thumper.cli"]
)
def test_starting_a_room_loads_no_inference_library(room: str) -> None:
    """In a fresh interpreter, since import contracts do not see run time."""
    program = (
        f"import sys, {room}\n"
        "heavy = {'torch', 'torchvision', 'ultralytics', 'cv2'} & set(sys.modules)\n"
        "sys.exit(f'loaded {sorted(heavy)}' if heavy else 0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_command_line_starts_without_the_heavy_rooms() -> None:
    """`thumper --help` answers at once: verbs import their room when they run."""
    program = (
        "import sys, thumper.cli\n"
        "rooms = {'strawberry', 'tortoise', 'numpy', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'loaded {sorted(rooms)}' if rooms else 0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
