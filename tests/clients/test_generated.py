"""Typed clients can be generated from the schema, and they compile: in TypeScript and in Python."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import graphql
import pytest

from tests.clients.cases import MUTATIONS, SUBSCRIPTIONS
from thumper.graphql.schema import sdl

pytestmark = pytest.mark.slow

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
PAGE: Final = """query Page { images(first: 2) { nodes {
    id state takenAt detections { predicted { confidence } box { x y } } } } }"""
SCALARS: Final = {
    **dict.fromkeys(("DateTime", "LocalDateTime", "LocalTime", "Date", "URL"), "string"),
    "BigInt": "number",
}
"""What TypeScript has for the scalars of the schema that GraphQL does not know."""

USE: Final = """from ranch import Client


async def ask(client: Client) -> int:
    page = await client.page()
    return len(page.images.nodes) if page.images else 0
"""


def run(command: Sequence[str | Path], cwd: Path) -> str:
    """Return what a command printed; fail with it when the command failed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\nHas `make clients` been run?"
    return done.stdout


def documented_operations() -> dict[str, str]:
    """Return every operation of the API's documentation, by a name that it is given."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```graphql\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return {f"Example{number}": named(block, f"Example{number}") for number, block in enumerate(blocks)}


def named(text: str, name: str) -> str:
    """Return a document whose only operation has a name, as generators want it."""
    printed = []
    for node in graphql.parse(text).definitions:
        if isinstance(node, graphql.OperationDefinitionNode):
            printed.append(graphql.print_ast(dataclasses.replace(node, name=graphql.NameNode(value=name))))
        else:
            printed.append(graphql.print_ast(node))
    return "\n".join(printed)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with the schema, and all operations of the documentation and of the table of cases."""
    cases = [case for case in (*MUTATIONS, *SUBSCRIPTIONS) if not case.codes]
    operations = {f"Case{number}": named(case.query, f"Case{number}") for number, case in enumerate(cases)}
    operations |= documented_operations()
    assert len(operations) >= 30
    (tmp_path / "schema.graphql").write_text(sdl())
    (tmp_path / "operations.graphql").write_text("\n".join((PAGE, *operations.values())))
    return tmp_path


def test_what_graphql_codegen_generates_compiles_strictly(sources: Path) -> None:
    generates: dict[str, Any] = {
        f"{sources}/generated/": {
            "preset": "client",
            "config": {
                "scalars": SCALARS,
                "strictScalars": True,
                "useTypeImports": True,
                "enumType": "native",
            },
            "presetConfig": {"fragmentMasking": False},
        }
    }
    config = {
        "schema": f"{sources}/schema.graphql",
        "documents": f"{sources}/operations.graphql",
        "generates": generates,
        "importExtension": ".js",
    }
    (sources / "codegen.json").write_text(json.dumps(config))
    run(["node", "node_modules/.bin/graphql-codegen", "--config", sources / "codegen.json"], HERE)
    (sources / "node_modules").symlink_to(HERE / "node_modules")
    (sources / "use.ts").write_text((HERE / "use.ts").read_text())
    options = [
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--noUncheckedIndexedAccess",
        "--skipLibCheck",  # of the declarations of packages, which take longer than all that was generated
    ]
    (sources / "package.json").write_text('{"type": "module"}')
    run(["node", HERE / "node_modules/.bin/tsc", *options, "use.ts", "generated/index.ts"], sources)


def test_what_ariadne_codegen_generates_passes_mypy(sources: Path) -> None:
    generator = ROOT / ".venv" / "ariadne-codegen"
    settings = f"""[tool.ariadne-codegen]
schema_path = "{sources}/schema.graphql"
queries_path = "{sources}/operations.graphql"
target_package_name = "ranch"
target_package_path = "{sources}"
"""
    (sources / "ariadne.toml").write_text(settings)
    run([generator / "bin" / "ariadne-codegen", "--config", sources / "ariadne.toml", "client"], sources)
    (sources / "use.py").write_text(USE)
    run([generator / "bin" / "python", "use.py"], sources)
    run(
        [sys.executable, "-m", "mypy", "--python-executable", generator / "bin" / "python", "use.py"], sources
    )
