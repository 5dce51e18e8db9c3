"""What a user can set, type, meet or ask is written down, and what is written down exists.

The documentation is README.md and docs/; each list is compared with the code both ways where names could be stale.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import graphql
import typer.main

import thumper
from thumper.cli.app import app
from thumper.domain.condition import Condition
from thumper.domain.reason import Reason
from thumper.domain.waiting import WaitReason
from thumper.errors import ThumperError
from thumper.settings import Settings, variable_name

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def commands_of(group: Any, *words: str) -> dict[str, Any]:
    """Return commands and groups by what is typed, such as `status` and `cameras explain`."""
    found: dict[str, Any] = {}
    for word, command in group.commands.items():
        found[" ".join((*words, word))] = command
        if hasattr(command, "commands"):
            found |= commands_of(command, *words, word)
    return found


COMMANDS = commands_of(typer.main.get_command(app))


GENERATED = ROOT / "docs" / "schema.md"


def pages() -> list[Path]:
    """Return the pages that people wrote; what is generated says everything, so it proves nothing."""
    written = set((ROOT / "docs").rglob("*.md")) - {GENERATED}
    return [ROOT / "README.md", *sorted(written)]


def documentation() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in pages())


def code_lines() -> Iterator[str]:
    """Yield the lines of every fenced code block, and every span of code, in the documentation."""
    text = documentation()
    for block in re.findall(r"^```[^\n]*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def options_of(verb: str) -> set[str]:
    return {"--help"} | {
        opt for param in COMMANDS[verb].params for opt in (*param.opts, *param.secondary_opts)
    }


def error_classes() -> set[type[ThumperError]]:
    """Return every class of the tree, wherever it is defined, without the engines, since they load torch."""
    for module in pkgutil.walk_packages(thumper.__path__, "thumper."):
        if "engines" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, todo = set[type[ThumperError]](), [ThumperError]
    while todo:
        found.add(todo[-1])
        todo.extend(todo.pop().__subclasses__())
    return found


def test_every_setting_is_documented() -> None:
    text = documentation()
    assert [v for v in map(variable_name, Settings.model_fields) if not re.search(rf"\b{v}\b", text)] == []


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {variable_name(field) for field in Settings.model_fields}
    assert set(re.findall(r"\bTHUMPER_[A-Z_]+[A-Z]\b", documentation())) - known == set()


def test_every_command_and_option_is_documented() -> None:
    text = documentation()
    assert [verb for verb in COMMANDS if f"thumper {verb}" not in text] == []
    options = {
        opt for verb in COMMANDS for opt in options_of(verb) if opt.startswith("--") and opt != "--help"
    }
    assert [option for option in sorted(options) if option not in text] == []


def stale_words(line: str) -> Iterator[str]:
    """Yield verbs and options after `thumper` in a line of code that the command line does not know."""
    for words in re.findall(r"(?:^|[\s/;&|$(])thumper ((?:[^\s;&|)#]+ ?)+)", line):
        verb, *rest = words.split()
        if verb.startswith("-"):
            continue
        while rest and f"{verb} {rest[0]}" in COMMANDS:
            verb = f"{verb} {rest.pop(0)}"
        if verb not in COMMANDS:
            yield verb
            continue
        options = {word.strip("[]").split("=")[0] for word in rest if word.strip("[]").startswith("--")}
        yield from (f"{verb} {option}" for option in options - options_of(verb))


def test_documented_commands_can_be_typed() -> None:
    assert {word: line for line in code_lines() for word in stale_words(line)} == {}


def test_documented_make_targets_exist() -> None:
    targets = set(MAKEFILE_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    named = {name for line in code_lines() for name in re.findall(r"\bmake ([a-z][a-z-]*)", line)}
    assert {"run", "install", "test"} <= named <= targets


def test_every_error_code_is_documented() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    codes = {error.code for error in error_classes()} | {str(reason) for reason in Reason}
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


def test_whatever_work_waits_for_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [word for word in (*Condition, *WaitReason) if f"`{word}`" not in text] == []


def test_every_graphql_type_field_and_argument_is_described() -> None:
    """In the schema itself, where GraphiQL shows it."""
    sdl = (ROOT / "thumper" / "graphql" / "schema.graphql").read_text(encoding="utf-8")
    silent = []
    for name, kind in graphql.build_schema(sdl).type_map.items():
        if name.startswith("__") or graphql.is_specified_scalar_type(kind):
            continue
        if not kind.description:
            silent.append(name)
        if isinstance(
            kind, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType | graphql.GraphQLInputObjectType
        ):
            silent += [f"{name}.{field}" for field, what in kind.fields.items() if not what.description]
    assert silent == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def anchors_of(page: Path) -> set[str]:
    """Return what a link can lead to within a page, as GitHub names headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in plain}


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_every_link_to_a_heading_leads_to_one() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {path}#{anchor}"
        for page in pages()
        for path, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", prose(page))
        if anchor not in anchors_of((page.parent / path).resolve() if path else page)
    ]
    assert broken == []


def test_files_of_ours_that_pages_name_are_there() -> None:
    named = re.compile(r"`((?:thumper|tests|benchmarks|migrations|docs|install)/[\w./-]+\.\w+)`")
    gone = {
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*pages(), ROOT / "CONTRIBUTING.md"]
        for target in named.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / target).exists()
    }
    assert gone == set()
