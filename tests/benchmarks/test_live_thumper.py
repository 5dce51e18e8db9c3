"""What waits for a running Thumper ends in any case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from benchmarks import live_thumper
from benchmarks.live_thumper import follow_card
from tests import factories as make
from tests.api import running_api
from tests.pipeline import detect, store_images
from thumper.domain.progress import FileState
from thumper.settings import Settings
from thumper.store import models


@pytest_asyncio.fixture
async def served(settings: Settings) -> AsyncIterator[Settings]:
    async with running_api(settings) as api:
        yield settings.model_copy(update={"port": urlsplit(api.url).port})


def _card(folder: Path, photos: int) -> Path:
    folder.mkdir()
    for number in range(photos):
        (folder / f"{number}.jpg").touch()
    return folder


async def _deliver(name: str, *, new: int, known: int = 0) -> None:
    dump = await make.make_dump(folder=name.encode(), display_folder=name)
    ids = await store_images(new + known, dump=dump)
    for number, image_id in enumerate(ids):
        state = FileState.STORED if number < new else FileState.DUPLICATE
        await make.make_file(dump, state, image=await models.Image.get(id=image_id))


async def test_a_card_is_followed_to_its_last_photo(served: Settings, tmp_path: Path) -> None:
    await _deliver("card", new=3)
    seen = []
    async for done in follow_card(served, _card(tmp_path / "card", 3), every_s=0.01):
        seen.append(done)
        if done < 3:
            await detect(1)
    assert seen == [0, 1, 2, 3]


async def test_a_card_that_never_comes_is_not_waited_for_for_ever(
    served: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_thumper, "STILL_S", 0.3)
    with pytest.raises(RuntimeError, match="nothing happened"):
        async for _ in follow_card(served, _card(tmp_path / "card", 3), every_s=0.05):
            pass


async def test_a_card_of_known_photos_is_no_measurement(served: Settings, tmp_path: Path) -> None:
    await _deliver("card", new=1, known=1)
    await detect(2)
    with pytest.raises(RuntimeError, match="1 of 2 photos were new"):
        async for _ in follow_card(served, _card(tmp_path / "card", 2), every_s=0.05):
            pass
