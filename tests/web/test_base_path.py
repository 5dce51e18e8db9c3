"""Below a path of a proxy that takes it off, and of one that does not."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest

from tests.api import running_api
from thumper.settings import Settings

HTML = {"accept": "text/html"}


@pytest.mark.parametrize("kept", ["/thumper", ""])
async def test_everything_is_answered_with_the_path_and_without(settings: Settings, kept: str) -> None:
    """`kept` is what the proxy leaves of the path."""
    async with running_api(settings.model_copy(update={"base_path": "/thumper"})) as api:
        for path in ("/", "/graphql?query={__typename}", "/health/live", "/metrics", "/pages/icon.svg"):
            assert (await api.http.get(kept + path)).status_code == 200, path
        refused = await api.http.get(
            f"{kept}/graphql", params={"query": "subscription { imageProcessed { seq } }"}
        )
        assert f"{api.url.replace('http', 'ws')}/thumper/graphql " in refused.text
        nowhere = await api.http.get(f"{kept}/nowhere")
        assert nowhere.status_code == 404
        assert f"The API is at {api.url}/thumper/graphql." in nowhere.text
        upload = 'mutation { createUpload(input: {files: ["a.jpg"]}) { uploads { url } } }'
        answer = (await api.http.post(f"{kept}/graphql", json={"query": upload})).json()
        (made,) = answer["data"]["createUpload"]["uploads"]
        assert made["url"].startswith(f"{api.url}/thumper/upload/")
        assert (await api.http.put(made["url"], content=b"no photo")).status_code == 422
        slash = await api.http.get(f"{kept}/graphql/", headers=HTML)
        assert slash.headers["location"] == f"{api.url}/thumper/graphql"
        times = (await api.http.get(f"{kept}/metrics")).text
        assert 'path="/health/live"' in times
        assert "/thumper" not in times


async def test_the_path_alone_leads_to_the_page_and_its_files(settings: Settings) -> None:
    async with running_api(settings.model_copy(update={"base_path": "/thumper"})) as api:
        bare = await api.http.get("/thumper", headers=HTML)
        assert bare.headers["location"] == f"{api.url}/thumper/"
        page = await api.http.get("/thumper/", headers=HTML)
        scripts = re.findall(r'src="([^"]+)"', page.text)
        assert scripts
        assert all(script.startswith("/thumper/pages/app/assets/") for script in scripts)
        view = await api.http.get("/thumper/photos/x", headers=HTML)
        assert view.text == page.text
        for script in (*scripts, urljoin("/thumper/graphql", "pages/query.js")):
            assert (await api.http.get(script)).status_code == 200


async def test_another_path_that_begins_alike_is_not_ours(settings: Settings) -> None:
    async with running_api(settings.model_copy(update={"base_path": "/thumper"})) as api:
        assert (await api.http.get("/thumpers/health/live")).status_code == 404
