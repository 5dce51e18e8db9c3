"""The programs of docs/api.md run as they are printed, in every language, and show what is there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from pathlib import Path
from typing import Final

import pytest

from tests import factories as make
from tests.api import Api
from tests.patience import PATIENCE_S
from tests.sign_in import headers_at

pytestmark = pytest.mark.slow

HERE: Final = Path(__file__).parent
PAGE: Final = (HERE.parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
SECTION: Final = PAGE.partition("## Your own program\n")[2].partition("\n## ")[0]
PROGRAMS: Final = re.findall(r"^```(\w+)\n(.*?)^```", SECTION, flags=re.MULTILINE | re.DOTALL)
RUN: Final = {"sh": ("sh", "-c"), "python": (sys.executable, "-c")}


def test_there_is_a_program_for_every_language_and_every_kind_of_request() -> None:
    assert [language for language, text in PROGRAMS if "subscription" in text] == [
        "sh",
        "python",
        "javascript",
    ]
    assert {language for language, text in PROGRAMS if "subscription" not in text} == {
        "sh",
        "python",
        "javascript",
    }


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
async def test_a_documented_program_runs_as_it_is_printed(api: Api, number: int, tmp_path: Path) -> None:
    language, text = PROGRAMS[number]
    images = await make.make_images(await make.make_dump(), 2)
    expected = "Old Crooked" if "mutation" in text else images[0].file_name
    program = text.replace("127.0.0.1:8480", api.url.removeprefix("http://"))
    assert program != text
    if language == "javascript":
        (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
        (tmp_path / "program.mjs").write_text(program)
        command = ["node", str(tmp_path / "program.mjs")]
    else:
        command = [*RUN[language], program]
    token = headers_at(api.url)["authorization"].removeprefix("Bearer ")
    printed = await output(command, token=token, until=expected)
    assert expected in printed
    assert '"errors":[{' not in printed


async def output(command: list[str], *, token: str, until: str) -> str:
    """Return what a program prints, at least up to a text; one that follows for ever is then ended."""
    running = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | {"TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert running.stdout is not None
    printed = ""
    async with asyncio.timeout(PATIENCE_S):
        while until not in printed and (chunk := await running.stdout.read(65536)):
            printed += chunk.decode()
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        os.killpg(running.pid, signal.SIGTERM)
    await running.wait()
    return printed
