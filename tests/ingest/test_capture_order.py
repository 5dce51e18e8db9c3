"""Photos of one instant come in the order in which their camera numbered them, whatever order they arrived in."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image as Picture

from tests.api import running_api
from tests.ingest.conftest import Admit, Put
from thumper.ingest.context import IngestContext
from thumper.store.files import dumps
from thumper.store.images.images import TAKEN, ImageSearch
from thumper.store.models import Source
from thumper.store.postgres.page import Cut, Order


def photo(number: int, *, model: str = "HC600", when: str = "2026:10:29 07:00:00") -> bytes:
    """Return a photo that a camera took at that moment."""
    exif = Picture.Exif()
    exif[0x010F], exif[0x0110] = "RECONYX", model
    exif.get_ifd(0x8769)[0x9003] = when
    out = io.BytesIO()
    Picture.new("RGB", (16, 12)).save(out, "JPEG", exif=exif, comment=str(number).encode())
    return out.getvalue()


async def pages(order: Order, *, size: int = 2) -> list[str]:
    """Return the names of all images in an order, read page by page."""
    names: list[str] = []
    after = None
    while True:
        page = await ImageSearch().read(order=order, cut=Cut(limit=size, after=after))
        names += [image.file_name for image in page.rows]
        if not page.more:
            return names
        after = page.positions[-1]


async def both_ways() -> list[str]:
    """Return the names of all images in the order of their capture, after a look that the way back is its mirror."""
    forward = await pages(TAKEN.ascending)
    assert forward == [*reversed(await pages(TAKEN.descending))]
    return forward


async def test_a_burst_that_arrived_shuffled_is_in_the_order_of_its_numbers(
    context: IngestContext, put: Put, admit_names: Admit, field_inputs: Path
) -> None:
    shuffled = [f"Burst/RCNX{number:04d}.JPG" for number in (7, 2, 9, 4, 1, 8, 3, 6, 5)]
    for name in shuffled:
        put(name, (field_inputs / name).read_bytes())
    for part in (shuffled[:4], shuffled[4:]):
        await admit_names(*part)
    expected = [f"RCNX{number:04d}.JPG" for number in range(1, 10)]
    assert await both_ways() == expected
    query = """query ($way: Direction!, $after: String) {
      images(first: 4, after: $after, orderBy: {field: TAKEN, direction: $way}) {
        nodes { fileName } pageInfo { hasNextPage endCursor } } }"""
    async with running_api(context.settings) as api:
        for way, wanted in (("ASC", expected), ("DESC", expected[::-1])):
            shown: list[str] = []
            after, more = None, True
            while more:
                page = (await api.ask(query, way=way, after=after))["images"]
                shown += [node["fileName"] for node in page["nodes"]]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert shown == wanted


async def test_within_an_instant_the_camera_comes_first_then_its_folders_and_numbers(
    put: Put, admit_names: Admit
) -> None:
    names = [
        "Oak/DCIM/101RECNX/RCNX0001.JPG",
        "Oak/DCIM/100RECNX/RCNX0999.JPG",
        "Oak/DCIM/100RECNX/RCNX0998.JPG",
    ]
    for shade, name in enumerate(names):
        put(name, photo(shade))
        put(name.replace("RCNX", "IMG_"), photo(100 + shade, model="BTC-7"))
    for name in (names[0], names[2].replace("RCNX", "IMG_"), names[2], names[0].replace("RCNX", "IMG_")):
        await admit_names(name)
    await admit_names(names[1], names[1].replace("RCNX", "IMG_"))
    found = await both_ways()
    reconyx = [name for name in found if name.startswith("RCNX")]
    assert reconyx == ["RCNX0998.JPG", "RCNX0999.JPG", "RCNX0001.JPG"]
    assert [name[4:] for name in found] == [name[4:] for name in reconyx] * 2


async def test_a_burst_over_the_last_number_goes_on_behind_it_once_its_card_has_arrived(
    put: Put, admit_names: Admit
) -> None:
    burst = [f"Oak/RCNX{number:04}.JPG" for number in (9998, 9999, 1, 2)]
    later = ["Oak/RCNX0003.JPG", "Oak/RCNX0004.JPG"]
    for shade, name in enumerate(burst):
        put(name, photo(shade))
    for shade, name in enumerate(later):
        put(name, photo(10 + shade, when="2026:10:29 07:00:01"))
    await admit_names(*reversed(burst), *later)
    (source,) = await Source.all()
    assert len(await dumps.settle_quiet(source.id, settle_s=0)) == 1
    assert await both_ways() == [name.removeprefix("Oak/") for name in (*burst, *later)]


async def test_paths_that_no_index_could_hold_have_their_order_as_well(put: Put, admit_names: Admit) -> None:
    folder = "/".join("Ä" * 100 for _ in range(8))
    names = [f"{folder}/{'ß' * 100} {number:04}.jpg" for number in (2, 1)]
    for shade, name in enumerate(names):
        put(name, photo(shade))
    await admit_names(*names)
    assert await both_ways() == [name.rpartition("/")[2] for name in reversed(names)]
