"""What the API answers while a disk is full; tests/faults/disk_full.py really fills one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import factories as make
from tests.api import Api
from thumper.domain.disk_space import MB, Space
from thumper.errors import RefusedError, ThumperError
from thumper.store import models
from thumper.store.disk import disk_space, library
from thumper.store.postgres.connect import client

CREATE = "mutation { createUpload(input: {files: [%s]}) { uploads { url } } }"
LOCATE = 'mutation { createLocation(input: {name: "Creek"}) { location { name } } }'


async def test_an_upload_waits_for_room_and_then_goes_to_the_same_address(
    api: Api, photos: Callable[[int], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.make_detector()
    (photo,) = photos(1)
    url = (await api.ask(CREATE % '"a.jpg"'))["createUpload"]["uploads"][0]["url"]
    with monkeypatch.context() as full:
        full.setattr(disk_space, "measure", lambda _: Space(1000 * MB, 3 * MB, None))
        refused = await api.http.put(url, content=photo.read_bytes())
        ready = await api.http.get("/health/ready")
        assert (await api.ask("{ images { totalCount } }"))["images"]["totalCount"] == 0
    assert refused.status_code == 507
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "NO_ROOM"
    assert "3 MB of 1000 MB are free, of which 20 MB are left alone" in error["message"]
    assert ready.status_code == 200
    (disk,) = (check for check in ready.json()["checks"] if check["name"] == "disk")
    assert disk == {"name": "disk", "state": "degraded", "message": error["message"]}
    assert (await api.http.put(url, content=photo.read_bytes())).status_code == 201
    assert await models.Image.all().count() == 1


async def test_a_library_that_cannot_be_written_is_told_as_such_and_not_as_a_bug(
    api: Api, photos: Callable[[int], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = (await api.ask(CREATE % '"a.jpg"'))["createUpload"]["uploads"][0]["url"]
    with monkeypatch.context() as closed:
        closed.setattr(library, "incoming_dir", lambda _: Path("/proc/nowhere"))
        refused = await api.http.put(url, content=photos(1)[0].read_bytes())
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (500, "NOT_WRITTEN")
    assert "cannot be written into the library" in error["message"]
    assert "/proc" not in error["message"], "who sends photos need not know where Thumper keeps them"


@pytest.mark.parametrize("raised", [RefusedError, ThumperError])
async def test_words_of_the_command_line_reach_no_client(
    api: Api, monkeypatch: pytest.MonkeyPatch, raised: type[ThumperError]
) -> None:
    url = (await api.ask(CREATE % '"a.jpg"'))["createUpload"]["uploads"][0]["url"]

    def fail(*_: object, **__: object) -> None:
        raise raised("not for clients")

    monkeypatch.setattr("thumper.store.places.location_rows.create", fail)
    monkeypatch.setattr(library, "incoming_dir", fail)
    for answer in (await api.post(LOCATE), (await api.http.put(url, content=b"x")).json()):
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "INTERNAL"
        assert "not for clients" not in error["message"]


async def test_what_postgresql_has_no_room_for_is_answered_as_such(api: Api) -> None:
    await client().execute_script("""
        CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER no_room BEFORE INSERT ON location FOR EACH ROW EXECUTE FUNCTION no_room();
    """)
    answer = await api.post(LOCATE)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "NO_ROOM"
    assert "no room on its disk" in error["message"]
