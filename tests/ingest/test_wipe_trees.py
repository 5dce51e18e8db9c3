"""Of any card: what is called safe holds nothing that begins like a photo or film and is kept nowhere."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from pathlib import Path

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.beginnings import ARCHIVES, OTHERS, PICTURES, VIDEOS
from tests.ingest.conftest import small_jpeg, verdict, write
from thumper.domain.wipe_messages import WipeCode
from thumper.ingest.context import IngestContext
from thumper.ingest.deliver import ingest_path
from thumper.ingest.ignore import WORTHLESS_ENDINGS, WORTHLESS_FOLDERS

FOLDERS = [
    "",
    "DCIM",
    "DCIM/100MEDIA",
    "FOUND.000",
    "LOST.DIR",
    ".Trash-1000/files",
    "@eaDir",
    ".thumbnails",
    "#recycle",
]
NAMES = [
    "IMG_1.JPG",
    "2.png",
    "FILE0000.CHK",
    "3.JPG.part",
    ".hidden",
    "MVI_4.THM",
    "5.MP4",
    "6.tmp",
    "notes.txt",
    "._7.JPG",
]
PHOTOS = 3
MAY_BE_LOST = [*PICTURES.values(), *VIDEOS.values(), *ARCHIVES.values()]
CONTENTS = st.integers(0, PHOTOS - 1) | st.sampled_from(MAY_BE_LOST) | st.sampled_from([*OTHERS.values()])
"""Bytes, or the number of a photo: no two cards hold the same, so that none depends on another."""
TREES = st.dictionaries(
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES)),
    CONTENTS,
    min_size=1,
    max_size=8,
)


def is_worthless(folder: str, name: str) -> bool:
    """Return whether an entry says that no original can be there; written anew, so that the two are compared."""
    folders = {part.lower().encode() for part in folder.split("/")}
    return not folders.isdisjoint(WORTHLESS_FOLDERS) or name.lower().encode().endswith(
        tuple(WORTHLESS_ENDINGS)
    )


async def check_tree(
    context: IngestContext, card: Path, tree: dict[tuple[str, str], bytes], *, may_be_lost: set[bytes]
) -> None:
    """Ingest a tree; compare the verdict with what lies there and what is kept on the other device.

    Which contents may be lost was known when they were drawn: what Thumper takes them for is what is tested.
    """
    for (folder, name), content in tree.items():
        write(card, f"{folder}/{name}".lstrip("/"), content)
    receipt = await ingest_path(context, card)
    found = await verdict(receipt.dump_id)
    kept = {path.read_bytes() for path in context.settings.library_dir.rglob("*") if path.is_file()}
    at_stake = {
        f"{folder}/{name}".lstrip("/")
        for (folder, name), content in tree.items()
        if content in may_be_lost and content not in kept and not is_worthless(folder, name)
    }
    assert not (found.safe and at_stake), (tree, found)
    counted = sum(obstacle.files for obstacle in found.obstacles)
    named = {name for obstacle in found.obstacles for name in obstacle.examples}
    assert counted >= len(at_stake), (tree, found)
    assert at_stake <= named, (tree, found)
    not_read = [obstacle for obstacle in found.obstacles if obstacle.code is WipeCode.NOT_READ]
    assert all(set(obstacle.examples) <= at_stake for obstacle in not_read), (
        "nothing is held against it for nothing"
    )


async def test_of_any_card_that_is_called_safe_everything_is_kept_or_worthless(
    context: IngestContext, elsewhere: Path
) -> None:
    loop = asyncio.get_running_loop()

    cards = itertools.count(1)

    @hypothesis_settings(max_examples=40, deadline=None)
    @given(TREES)
    def holds(drawn: dict[tuple[str, str], bytes | int]) -> None:
        number = next(cards)
        card = elsewhere / str(number)
        card.mkdir()
        tree = {
            name: small_jpeg(PHOTOS * number + content) if isinstance(content, int) else content
            for name, content in drawn.items()
        }
        photos = {small_jpeg(PHOTOS * number + photo) for photo in range(PHOTOS)}
        check = check_tree(context, card, tree, may_be_lost=photos.union(MAY_BE_LOST))
        asyncio.run_coroutine_threadsafe(check, loop).result()
        shutil.rmtree(card)

    await asyncio.to_thread(holds)
