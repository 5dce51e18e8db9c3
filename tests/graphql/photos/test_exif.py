"""EXIF of an image: what was kept when it was taken in, and the rest out of the original, if that is still the one."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from tests import factories as make
from tests.api import Api
from tests.graphql.test_loaders import counted_statements
from thumper.ingest import original_tags
from thumper.ingest.metadata import read_metadata
from thumper.ingest.original_tags import Original
from thumper.store import models
from thumper.store.postgres.connect import client

Base = ExifTags.Base
QUERY = """{ images(orderBy: {field: ARRIVED, direction: ASC}) { nodes {
  exif { iso exposureSeconds fNumber flashFired comment description software tags { name text } } } } }"""


def photo(number: int = 0, **inner: Any) -> bytes:
    """Draw a photo with EXIF, of which no two are equal."""
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Software] = "BROWNING", "fw 1.2"
    exif.get_ifd(ExifTags.IFD.Exif).update({getattr(Base, name): value for name, value in inner.items()})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (31.0, 39.0, 0.0), 3: "W", 4: (98.0, 30.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (number * 50, 0, 0)).save(out, "JPEG", exif=exif)
    return out.getvalue()


async def admit(content: bytes, path: Path) -> models.Image:
    """Record a photo as ingestion does, without its queue."""
    path.write_bytes(content)
    image = await make.make_image(
        await make.make_dump(),
        original_path=bytes(path),
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
    )
    kept = read_metadata(content, media_type="image/jpeg", max_exif_bytes=64 * 1024).to_json()
    await client().execute_query(
        "UPDATE image SET exif = $2::jsonb WHERE id = $1", [image.id, json.dumps(kept)]
    )
    return image


async def ask(api: Api) -> list[dict[str, Any]]:
    nodes = (await api.ask(QUERY))["images"]["nodes"]
    return [node["exif"] | {"tags": node["exif"]["tags"] and _named(node["exif"]["tags"])} for node in nodes]


def _named(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["name"]: tag["text"] for tag in tags}


async def test_what_a_camera_wrote_is_there_typed_and_as_a_list(api: Api, tmp_path: Path) -> None:
    written = photo(
        ISOSpeedRatings=800,
        ExposureTime=0.05,
        FNumber=2.5,
        Flash=0x19,
        UserComment=b"ASCII\0\0\0ID=CREEK",
        FocalLength=4.0,
    )
    await admit(written, tmp_path / "one.jpg")
    (exif,) = await ask(api)
    tags = exif.pop("tags")
    assert exif == {
        "iso": 800,
        "exposureSeconds": 0.05,
        "fNumber": 2.5,
        "flashFired": True,
        "comment": "ID=CREEK",
        "description": None,
        "software": "fw 1.2",
    }
    assert tags == {
        "Make": "BROWNING",
        "Software": "fw 1.2",
        "ISOSpeedRatings": "800",
        "ExposureTime": "0.05",
        "FNumber": "2.5",
        "Flash": "25",
        "FocalLength": "4",
    }


@pytest.mark.parametrize(("flash", "fired"), [(0x10, False), (0, False), (0x1, True), (None, None)])
async def test_a_photo_says_whether_lamps_were_on_or_nothing(
    api: Api, tmp_path: Path, flash: int | None, fired: bool | None
) -> None:
    await admit(photo() if flash is None else photo(Flash=flash), tmp_path / "one.jpg")
    (exif,) = await ask(api)
    assert exif["flashFired"] is fired


async def test_an_image_without_exif_has_nulls_and_one_of_before_too(api: Api) -> None:
    await make.make_image(await make.make_dump())
    (exif,) = await ask(api)
    assert set(exif.values()) == {None}


@pytest.mark.parametrize("fate", ["gone", "other photo", "same size"])
async def test_tags_are_never_those_of_another_file(api: Api, tmp_path: Path, fate: str) -> None:
    path = tmp_path / "one.jpg"
    image = await admit(photo(ISOSpeedRatings=800), path)
    if fate == "gone":
        path.unlink()
    else:
        other = photo(9, ISOSpeedRatings=100) + (b"more" if fate == "other photo" else b"")
        path.write_bytes(
            other if fate == "other photo" else other[: image.size_bytes].ljust(image.size_bytes)
        )
    (exif,) = await ask(api)
    assert (exif["tags"], exif["iso"]) == (None, 800), "what was kept stays"


async def test_a_page_costs_one_statement_more(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await admit(photo(number), tmp_path / f"{number}.jpg")
    with counted_statements(monkeypatch) as statements:
        assert [exif["tags"]["Make"] for exif in await ask(api)] == ["BROWNING"] * 3
    assert len(statements) == 2, statements


async def test_tags_cost_a_hundred_an_image(api: Api) -> None:
    query = "query ($n: Int) { images(first: $n) { nodes { exif { tags { name } } } } }"
    assert await api.refused(query, n=100) == "TOO_COSTLY"
    assert "errors" not in await api.post(query, n=50)
    assert "errors" not in await api.post("{ images(first: 100) { nodes { exif { iso comment } } } }")


async def test_exif_of_more_bytes_than_are_read_gives_an_empty_list(tmp_path: Path) -> None:
    content, path = photo(), tmp_path / "one.jpg"
    path.write_bytes(content)
    original = Original(
        path=bytes(path),
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        media_type="image/jpeg",
        max_exif_bytes=10,
    )
    assert await original_tags.read([original]) == {original: []}
