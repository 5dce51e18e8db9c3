from __future__ import annotations

import re
from pathlib import Path

import thumper.web
from thumper.web.answer import refused

ROOT = Path(__file__).resolve().parents[2]


def test_what_a_client_sent_is_shown_harmlessly_in_a_refusal() -> None:
    answer = refused(400, "BAD_REQUEST", message="half \ud800, back \u202e, line \n, café")
    assert "half \\\\ud800, back \\\\u202e, line \\\\n, café" in bytes(answer.body).decode()
    assert answer.headers["cache-control"] == "no-store"


def test_every_code_of_an_http_error_is_documented() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    api_requests = text.partition("## API requests")[2]
    sources = [path.read_text(encoding="utf-8") for path in Path(thumper.web.__path__[0]).glob("*.py")]
    given = re.compile(r'\d{3}, "([A-Z_]{4,})"|return "([A-Z_]{4,})", |"([A-Z_]{4,})",\s+f"')
    codes = {"".join(found) for source in sources for found in given.findall(source)}
    assert codes >= {"BAD_HOST", "BAD_ORIGIN", "BAD_REQUEST", "BAD_RANGE", "BAD_METHOD", "TOO_LARGE"}
    assert [code for code in sorted(codes) if f"`{code}`" not in api_requests] == []
