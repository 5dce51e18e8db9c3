"""Photos by file name, and repairs by the dump that they are of."""

from __future__ import annotations

from functools import partial

import pytest

from tests import factories as make
from tests.clocks import make_clocked
from thumper.cli.client import ask
from thumper.cli.clock_names import find_fix, find_photo
from thumper.cli.receipt_query import Ask
from thumper.errors import NotFoundError, UsageError
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models

pytestmark = pytest.mark.slow  # as a whole: a real API


@pytest.fixture
def asking(client_settings: Settings) -> Ask:
    return partial(ask, client_settings)


async def test_a_photo_is_meant_by_its_name_where_only_one_is_called_so(asking: Ask) -> None:
    ridge = await make.make_location("Ridge")
    first, second = await make.make_dump(), await make.make_dump(ridge)
    one = await make_clocked(first, "2025-11-21 07:00", file_name="PICT0001.JPG")
    other = await make_clocked(second, "2025-11-22 08:30", file_name="pict0001.jpg", location=ridge)
    alone = await make_clocked(second, "2025-11-22 07:00", file_name="PICT0002.JPG")
    ids = {image: (encode("Image", image.id), encode("Dump", image.dump_id)) for image in (one, other, alone)}

    async def found(word: str, dump: models.Dump | None = None) -> tuple[str, str]:
        of_dump = None if dump is None else encode("Dump", dump.id)
        return await find_photo(asking, word, among={"dumpId": of_dump})

    for word in ("PICT0002.JPG", "pict0002.jpg", ids[alone][0]):
        assert await found(word) == ids[alone]
    assert await found("PICT0001.JPG", second) == ids[other]
    with pytest.raises(UsageError) as several:
        await found("PICT0001.JPG")
    told = str(several.value)
    assert told.startswith("2 photos are called PICT0001.JPG; say which one:\n")
    assert f"--photo {ids[one][0]}  clock 2025-11-21 07:00 · dump 1 of {first.display_folder}" in told
    assert (
        f"--photo {ids[other][0]}  clock 2025-11-22 08:30 · dump 1 of {second.display_folder} · Ridge" in told
    )
    with pytest.raises(NotFoundError, match=r"no photo called PICT0002.JPG among those that are meant"):
        await found("PICT0002.JPG", first)
    with pytest.raises(NotFoundError, match="no photo with this id"):
        await found(encode("Image", make.unknown_id()))


async def test_a_repair_is_meant_by_its_dump_where_only_one_stands(asking: Ask) -> None:
    dump = await make.make_dump()
    with pytest.raises(NotFoundError, match=f"No repair of {dump.display_folder} stands"):
        await find_fix(asking, dump.display_folder)
    undone, first, second = [
        await models.ClockFix.create(dump_id=dump.id, offset_s=3600 * number, note=f"try {number}")
        for number in range(3)
    ]
    await models.ClockFix.filter(id__in=[undone.id, second.id]).update(undone_at=make.NOON)
    assert await find_fix(asking, dump.display_folder) == encode("ClockFix", first.id)
    assert await find_fix(asking, encode("ClockFix", undone.id)) == encode("ClockFix", undone.id)
    later = await make.make_dump(
        source=await dump.source, folder=dump.folder, display_folder=dump.display_folder, number=2
    )
    assert await find_fix(asking, dump.display_folder) == encode("ClockFix", first.id)
    with pytest.raises(NotFoundError, match="No repair of "):
        await find_fix(asking, encode("Dump", later.id))
    await models.ClockFix.filter(id=second.id).update(undone_at=None)
    with pytest.raises(UsageError) as several:
        await find_fix(asking, encode("Dump", dump.id))
    told = str(several.value)
    assert f"thumper clock undo {encode('ClockFix', first.id)}  +1h · made " in told
    assert " · try 2" in told
