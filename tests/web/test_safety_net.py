from __future__ import annotations

import json
import logging
from typing import Any, NoReturn

import pytest
from starlette.staticfiles import StaticFiles
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.api import Api
from thumper.graphql.relay import identity
from thumper.graphql.request import screening
from thumper.store.places.locations import LocationSearch
from thumper.web import export, health, maps, media, metrics, page, transport, upload
from thumper.web import session as session_route
from thumper.web.route_rules import RULES, rule_of
from thumper.web.view_addresses import VIEWS

SECRET = "secret path /home/someone"


def fail(*_: object, **__: object) -> NoReturn:
    raise ValueError(SECRET)


ROUTES: list[tuple[str, str, Any, str]] = [
    ("GET", "/media/x/thumb", media, "_answer"),
    ("PUT", "/upload/x", upload, "receive_upload"),
    ("GET", "/maps/x", identity, "decode"),
    ("POST", "/maps?name=x", maps, "_received"),
    ("GET", "/export/images.csv", export, "_search"),
    ("GET", "/metrics", metrics, "_read"),
    ("GET", "/health/ready", health, "_database"),
    ("GET", "/health/live", health, "JSONResponse"),
    ("GET", "/", page, "has_page"),
    ("GET", "/sign-in", page, "HTMLResponse"),
    *(("GET", view.format(id="x"), page, "wants_page") for view in VIEWS),
    ("GET", "/pages/icon.svg", StaticFiles, "get_path"),
    ("GET", "/session", session_route, "_told"),
    ("POST", "/session", session_route, "_begin"),
    ("DELETE", "/session", session_route, "_end"),
    ("GET", "/graphql?query={__typename}", transport, "read_request"),
    ("GET", "/graphql?query={locations{totalCount}}", LocationSearch, "conditions"),
    ("GET", "/graphql?query={__typename}", screening, "chosen_operation"),
]


@pytest.mark.parametrize(("method", "path", "module", "name"), ROUTES)
async def test_a_bug_is_masked_on_every_route_and_logged_under_the_name_of_the_request(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    module: Any,
    name: str,
) -> None:
    monkeypatch.setattr(module, name, fail)
    with capture_logs() as logged:
        answer = await api.http.request(method, path)
    assert answer.headers["content-type"].startswith("application/json")
    assert SECRET not in answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    request_id = error["extensions"]["requestId"]
    assert request_id == answer.headers["x-request-id"]
    assert request_id in error["message"]
    (line,) = logged
    assert (line["event"], line["request_id"]) == ("a request failed", request_id)
    assert SECRET in str(line["exc_info"])
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert answer.status_code == (200 if module in {LocationSearch, screening} else 500)


def test_no_route_is_left_out() -> None:
    tried = {rule_of({"type": "http", "path": path.partition("?")[0]}).route for _, path, _, _ in ROUTES}
    assert tried == {rule.route for rule in RULES}


async def test_a_bug_in_a_websocket_is_masked_as_well(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    address = api.url.replace("http", "ws") + "/graphql"
    monkeypatch.setattr(transport.Transport, "get_context", fail)
    with capture_logs() as logged:
        socket = await connect(address, subprotocols=["graphql-transport-ws"])  # type: ignore[list-item]
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "")
    assert socket.response is not None
    assert [line["request_id"] for line in logged] == [socket.response.headers["x-request-id"]]
    monkeypatch.setattr(transport.Transport, "pick_websocket_subprotocol", fail)
    with capture_logs() as logged, pytest.raises(InvalidStatus) as refused:
        await connect(address)
    assert refused.value.response.status_code == 500
    (error,) = json.loads(refused.value.response.body)["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert [line["request_id"] for line in logged] == [error["extensions"]["requestId"]]


async def test_every_answer_names_its_request_and_each_another(api: Api) -> None:
    paths = ("/", "/graphql?query={__typename}", "/health/live", "/nowhere", "/media/x/y", "/pages/icon.svg")
    names = [(await api.http.get(path)).headers.get_list("x-request-id") for path in paths]
    assert all(len(found) == 1 for found in names)
    assert len({found[0] for found in names}) == len(paths)


async def test_a_websocket_at_an_unknown_address_is_refused_in_json(api: Api) -> None:
    for path in ("/nowhere", "/pages/icon.svg", "/metrics"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(api.url.replace("http", "ws") + path)
        assert refused.value.response.status_code == 404
        assert json.loads(refused.value.response.body)["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert refused.value.response.headers["x-request-id"]
