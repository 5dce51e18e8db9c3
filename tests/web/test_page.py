from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest

from tests.api import Api
from thumper.graphql.schema import schema
from thumper.web import page
from thumper.web.view_addresses import VIEWS

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/", "/graphql", "/sign-in", *(view.format(id="x") for view in VIEWS)])
async def test_a_browser_gets_a_page_that_needs_nothing_from_elsewhere(api: Api, path: str) -> None:
    answer = await api.http.get(path, headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert not re.findall(r"<script>|\son\w+=|style=", answer.text)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert addresses
    for address in addresses:
        assert re.match(r"/?pages/", address)
        assert (await api.http.get(urljoin(path, address))).status_code == 200, address


async def test_without_its_files_the_page_says_how_to_get_them(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_COMPLETE", page.PAGES / "nowhere")
    answer = await api.http.get("/graphql", headers=HTML)
    assert answer.status_code == 200
    assert "make page" in answer.text


async def test_where_the_page_is_not_built_it_says_how_to_get_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "APP", page.PAGES / "nowhere")
    answer = await api.http.get("/photos/x", headers=HTML)
    assert answer.status_code == 200
    assert "make page" in answer.text
    assert 'href="/pages/query.css"' in answer.text


async def test_the_policy_of_the_page_allows_nothing_inline_and_nothing_foreign(api: Api) -> None:
    policy = (await api.http.get("/photos", headers=HTML)).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert set(re.findall(r"'[^']+'|https?:\S*", policy)) == {"'none'", "'self'"}


async def test_the_address_of_a_view_is_nothing_to_a_program(api: Api) -> None:
    answer = await api.http.get("/photos", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_scripts_are_compressed_for_who_takes_it_and_kept_for_ever(api: Api) -> None:
    text = (await api.http.get("/", headers=HTML)).text
    (script,) = re.findall(r'src="([^"]+)"', text)
    whole = await api.http.get(script, headers={"accept-encoding": "identity"})
    small = await api.http.get(script, headers={"accept-encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == whole.content
    assert int(small.headers["content-length"]) < int(whole.headers["content-length"]) / 2
    for answer in (whole, small):
        assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))
        assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in (await api.http.get("/pages/icon.svg")).headers.get("cache-control", "")


async def test_a_program_that_accepts_anything_gets_json(api: Api) -> None:
    answer = await api.http.get("/graphql", headers={"accept": "*/*"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "NO_QUERY"


def test_no_page_names_another_host() -> None:
    for path in page.PAGES.glob("*.*"):
        addresses = set(re.findall(r"https?://[^\s'\"`)]+", path.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://localhost:8480/graphql"}, path


async def test_the_examples_of_the_page_are_valid(api: Api) -> None:
    text = (page.PAGES / "query.js").read_text()
    examples = re.findall(r"^  `(.*?)`,$", text, re.DOTALL | re.MULTILINE)
    assert len(examples) >= 5
    from graphql import parse, validate

    for example in examples:
        assert validate(schema._schema, parse(example)) == []


async def test_an_unknown_address_is_refused_in_json(api: Api) -> None:
    answer = await api.http.get("/nowhere")
    assert answer.status_code == 404
    assert "/graphql" in answer.json()["errors"][0]["message"]
    assert (await api.http.delete("/health/live")).status_code == 405
