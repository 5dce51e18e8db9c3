"""A drop folder without a watcher: each test finds and admits files when it needs to."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from PIL import ExifTags
from PIL import Image as Picture

from tests.ingest.devices import folder_on_another_device
from tests.pipeline import use_detector
from thumper.domain.file import Outcome, StableFile
from thumper.domain.keep import Keep
from thumper.domain.progress import SourceKind
from thumper.domain.wipe import WipeVerdict
from thumper.ingest.admit import admit
from thumper.ingest.context import IngestContext
from thumper.ingest.walk import look_at
from thumper.ingest.wipe_check import WipeCheck
from thumper.settings import Settings
from thumper.store.files import dumps, registration, sources
from thumper.store.models import Dump

Find = Callable[..., Awaitable[list[StableFile]]]
Admit = Callable[..., Awaitable[dict[str, Outcome]]]
Put = Callable[..., Path]


class PowerCutError(Exception):
    """Raised in the middle of an admission, in place of its next step."""


def small_jpeg(shade: int = 0, *, exif: bytes | Picture.Exif = b"") -> bytes:
    """Return a photo of a few hundred bytes; another shade is another photo."""
    out = io.BytesIO()
    Picture.new("RGB", (16, 12), (shade % 256, 50, 99)).save(
        out, "JPEG", exif=exif, comment=str(shade).encode()
    )
    return out.getvalue()


def photo_of(day: dt.datetime, shade: int = 0) -> bytes:
    """Return a photo whose clock showed that time."""
    exif = Picture.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{day:%Y:%m:%d %H:%M:%S}"
    return small_jpeg(shade, exif=exif)


async def verdict(dump_id: UUID) -> WipeVerdict:
    return await WipeCheck(dump_id).run()


def write(root: Path, name: str, content: bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest_asyncio.fixture
async def context(database: str, settings: Settings) -> AsyncIterator[IngestContext]:
    await use_detector()
    settings.drop_dir.mkdir(parents=True)
    context = IngestContext.of(settings)
    yield context
    await context.wakeup.close()


@pytest.fixture
def put(settings: Settings) -> Put:
    """Return a function that writes a file into the drop folder."""

    def write(name: str | bytes, content: bytes) -> Path:
        path = settings.drop_dir / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write


async def find_in_drop(
    context: IngestContext, names: Sequence[str | bytes], *, final: bool = True
) -> list[StableFile]:
    """Record files of a context's drop folder as found; return them as stable."""
    root = os.fsencode(context.settings.drop_dir)
    looks = [look_at(root, os.fsencode(name)) for name in names]
    found = {look.path: look for look in looks if look is not None}
    source_id = await sources.open_source(SourceKind.DROP, root)
    rows = await registration.register(source_id, list(found.values()))
    files = {row.path: StableFile.of(row, found[row.path], root=root, final=final) for row in rows}
    return [files[os.fsencode(name)] for name in names]


@pytest.fixture
def find(context: IngestContext) -> Find:
    """Return a function that records files of the drop folder as found and returns them as stable."""

    async def record(*names: str | bytes, final: bool = True) -> list[StableFile]:
        return await find_in_drop(context, names, final=final)

    return record


@pytest.fixture
def admit_names(context: IngestContext, find: Find) -> Admit:
    """Return a function that finds and admits files of the drop folder and returns the outcomes by name."""

    async def find_and_admit(*names: str, keep: Keep = Keep.IN_PLACE, **options: bool) -> dict[str, Outcome]:
        files = await find(*names, **{key: options[key] for key in options if key == "final"})
        outcomes = await admit(context, files, keep=keep, held=options.get("held", False))
        return dict(zip(names, outcomes, strict=True))

    return find_and_admit


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Yield an empty folder on another device than the library."""
    with folder_on_another_device(tmp_path) as folder:
        yield folder


@pytest_asyncio.fixture
async def far_drop(context: IngestContext, elsewhere: Path) -> AsyncIterator[IngestContext]:
    """Yield a context whose drop folder is on another device than its library, and whose photos are copied."""
    settings = context.settings.model_copy(update={"drop": elsewhere / "drop", "keep": Keep.COPY})
    settings.drop_dir.mkdir()
    far = IngestContext.of(settings)
    yield far
    await far.wakeup.close()


async def settle(dump: Dump) -> Dump:
    """Settle a quiet dump at once; return it."""
    await dumps.settle_quiet(dump.source_id, settle_s=0)
    return await Dump.get(id=dump.id)
