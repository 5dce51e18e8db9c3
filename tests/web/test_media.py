from __future__ import annotations

import hashlib
import io
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from tests import factories as make
from tests.api import Api
from tests.people import make_asker
from thumper.domain.progress import FileState
from thumper.graphql.relay.identity import encode
from thumper.settings import Settings
from thumper.store import models
from thumper.store.disk import library


@pytest.fixture
async def photo(api: Api, photos: Callable[[int], list[Path]], tmp_path: Path) -> tuple[Any, Path]:
    """A real photo under a name that is not UTF-8, and its image."""
    path = os.fsencode(tmp_path) + b'/caf\xe9 "x".jpg'
    shutil.copy(photos(1)[0], os.fsdecode(path))
    content = Path(os.fsdecode(path)).read_bytes()
    image = await make.make_image(
        await make.make_dump(),
        sha256=hashlib.sha256(content).digest(),
        original_path=path,
        file_name='café "x".jpg',
        size_bytes=len(content),
    )
    return image, Path(os.fsdecode(path))


async def test_the_original_is_given_byte_by_byte_and_left_alone(api: Api, photo: tuple[Any, Path]) -> None:
    image, path = photo
    before = path.stat()
    answer = await api.http.get(f"/media/{encode('Image', image.id)}/original")
    assert answer.status_code == 200
    assert answer.content == path.read_bytes()
    headers = answer.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["etag"] == f'"{image.sha256.hex()}-original"'
    assert "immutable" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["content-disposition"] == "inline; filename*=UTF-8''caf%C3%A9%20%22x%22.jpg"
    assert (path.stat().st_mtime_ns, path.stat().st_size) == (before.st_mtime_ns, before.st_size)


async def test_an_original_is_taken_up_again_where_it_broke_off(api: Api, photo: tuple[Any, Path]) -> None:
    image, path = photo
    url, content = f"/media/{encode('Image', image.id)}/original", path.read_bytes()
    whole = await api.http.get(url)
    assert whole.headers["accept-ranges"] == "bytes"
    size = len(content)
    for asked, first, last in (
        ("bytes=100-", 100, size - 1),
        ("bytes=0-9", 0, 9),
        ("bytes=-5", size - 5, size - 1),
    ):
        for condition in ({}, {"if-range": whole.headers["etag"]}):
            part = await api.http.get(url, headers={"range": asked, **condition})
            assert part.status_code == 206
            assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
            assert part.content == content[first : last + 1]
            for name in ("etag", "cache-control", "content-type", "content-security-policy"):
                assert part.headers[name] == whole.headers[name]
    several = await api.http.get(url, headers={"range": "bytes=0-9,100-109"})
    assert several.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert content[:10] in several.content
    assert content[100:110] in several.content
    assert len(several.content) < 500


async def test_a_range_that_does_not_fit_is_the_whole_or_refused(api: Api, photo: tuple[Any, Path]) -> None:
    image, path = photo
    url, content = f"/media/{encode('Image', image.id)}/original", path.read_bytes()
    for headers in (
        {"range": "bytes=0-9", "if-range": '"another"'},
        {"range": "bytes=0-9", "if-range": "Sat, 29 Oct 1994 19:43:31 GMT"},
        {"range": "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 400, 2))},
        {"range": "bytes=x"},
        {"range": "lines=1-2"},
    ):
        answer = await api.http.get(url, headers=headers)
        assert (answer.status_code, answer.content) == (200, content), headers
    beyond = await api.http.get(url, headers={"range": f"bytes={len(content)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(content)}"
    assert beyond.json()["errors"][0]["extensions"]["code"] == "BAD_RANGE"
    head = await api.http.head(url, headers={"range": "bytes=0-9"})
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(content)))


async def test_any_copy_will_do_for_who_says_so(api: Api, photo: tuple[Any, Path]) -> None:
    image, _ = photo
    for size in ("original", "thumb"):
        url = f"/media/{encode('Image', image.id)}/{size}"
        answer = await api.http.get(url, headers={"if-none-match": "*", "range": "bytes=0-9"})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == f'"{image.sha256.hex()}-{size}"'
        part_of_name = await api.http.get(url, headers={"if-none-match": f'"x{answer.headers["etag"][1:]}'})
        assert part_of_name.status_code == 200
    unknown = f"/media/{encode('Image', make.unknown_id())}/thumb"
    assert (await api.http.get(unknown, headers={"if-none-match": "*"})).status_code == 404


@pytest.mark.parametrize(("size", "longest"), [("thumb", 300), ("view", 1280)])
async def test_small_pictures_are_made_once_without_exif(
    api: Api, photo: tuple[Any, Path], settings: Settings, size: str, longest: int
) -> None:
    image, path = photo
    url = f"/media/{encode('Image', image.id)}/{size}"
    answer = await api.http.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    with Picture.open(io.BytesIO(answer.content)) as picture, Picture.open(path) as original:
        assert max(picture.size) == min(longest, max(original.size))
        assert not picture.getexif()
    place = {"thumb": library.thumbnail_path, "view": library.view_path}[size]
    kept = place(settings.library_dir, image.sha256)
    assert kept.read_bytes() == answer.content
    path.unlink()  # it is not made again
    assert (await api.http.get(url)).content == answer.content
    again = await api.http.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_view_notes_its_last_use_once_a_day_and_a_thumbnail_does_not(
    api: Api, photo: tuple[Any, Path], settings: Settings
) -> None:
    image, _ = photo
    for size, place in (("view", library.view_path), ("thumb", library.thumbnail_path)):
        url = f"/media/{encode('Image', image.id)}/{size}"
        kept = place(settings.library_dir, image.sha256)
        await api.http.get(url)
        for hours, is_noted in ((23, False), (25, size == "view")):
            then = time.time() - hours * 3600
            os.utime(kept, (then, then))
            assert (await api.http.get(url)).status_code == 200
            assert (kept.stat().st_mtime > then + 60) == is_noted


async def test_a_missing_original_is_said_to_be_missing(api: Api, photo: tuple[Any, Path]) -> None:
    image, path = photo
    path.unlink()
    for size in ("original", "thumb", "view"):
        answer = await api.http.get(f"/media/{encode('Image', image.id)}/{size}")
        assert answer.status_code == 404
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "ORIGINAL_MISSING"
        assert "Mount its disk" in error["message"]
        assert str(path.parent) in error["message"], "an owner may see where Thumper runs"


async def test_a_member_is_told_which_file_is_lost_and_no_path_of_the_machine(
    api: Api, photo: tuple[Any, Path]
) -> None:
    image, path = photo
    dump = await models.Dump.get(id=image.dump_id)
    await make.make_file(dump, FileState.STORED, image=image, display_path="Oak/DCIM/IMG_1.JPG")
    ann = await make_asker("Ann")
    path.write_bytes(b"other bytes")
    for code in ("ORIGINAL_CHANGED", "ORIGINAL_MISSING"):
        for size in ("original", "thumb", "view"):
            url = f"/media/{encode('Image', image.id)}/{size}"
            answer = await api.anonymous.get(url, headers=ann.headers)
            (error,) = answer.json()["errors"]
            assert error["extensions"]["code"] == code
            assert error["message"].startswith("The original of Oak/DCIM/IMG_1.JPG is")
            assert str(path.parent) not in answer.text
        path.unlink(missing_ok=True)


async def test_an_original_that_became_something_else_gives_no_picture(
    api: Api, photo: tuple[Any, Path]
) -> None:
    image, path = photo
    path.write_bytes(b"<svg onload=alert(1)>")
    answer = await api.http.get(f"/media/{encode('Image', image.id)}/thumb")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["extensions"]["code"] == "ORIGINAL_CHANGED"
    path.unlink()
    path.mkdir()
    assert (await api.http.get(f"/media/{encode('Image', image.id)}/original")).status_code == 404


@pytest.mark.parametrize("size", ["original", "thumb", "view"])
async def test_other_bytes_in_the_place_of_an_original_are_not_shown_as_its_picture(
    api: Api, photo: tuple[Any, Path], photos: Callable[[int], list[Path]], settings: Settings, size: str
) -> None:
    """The next card was copied over it: same name, same size, another photo. Clients cache an answer for good."""
    image, path = photo
    other = photos(2)[1].read_bytes()[: image.size_bytes]
    path.write_bytes(other + bytes(image.size_bytes - len(other)))
    answer = await api.http.get(f"/media/{encode('Image', image.id)}/{size}")
    assert answer.status_code == 404
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "ORIGINAL_CHANGED"
    assert "other bytes" in error["message"]
    assert "immutable" not in answer.headers.get("cache-control", "")
    assert not list(settings.library_dir.rglob("*.jpg"))


async def test_an_original_that_cannot_be_decoded_gives_no_small_picture(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"<svg onload=alert(1)>")
    image = await make.make_image(
        await make.make_dump(),
        sha256=hashlib.sha256(path.read_bytes()).digest(),
        original_path=bytes(path),
        size_bytes=path.stat().st_size,
    )
    answer = await api.http.get(f"/media/{encode('Image', image.id)}/view")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNSUPPORTED_TYPE"


async def test_giving_an_original_leaves_its_access_time(api: Api, photo: tuple[Any, Path]) -> None:
    image, path = photo
    os.utime(path, ns=(10**18, path.stat().st_mtime_ns))
    for size in ("original", "thumb", "view"):
        assert (await api.http.get(f"/media/{encode('Image', image.id)}/{size}")).status_code == 200
    assert path.stat().st_atime_ns == 10**18


async def test_a_pipe_in_the_place_of_an_original_is_not_waited_for(
    api: Api, photo: tuple[Any, Path]
) -> None:
    image, path = photo
    path.unlink()
    os.mkfifo(path)
    assert (await api.http.get(f"/media/{encode('Image', image.id)}/original")).status_code == 404


async def test_only_ids_of_images_lead_to_files(api: Api, photo: tuple[Any, Path]) -> None:
    image, _ = photo
    word = encode("Image", image.id)
    for path, status in (
        ("/media/zzz/thumb", 400),
        (f"/media/{encode('Deer', image.id)}/thumb", 400),
        (f"/media/{encode('Image', make.unknown_id())}/original", 404),
        (f"/media/{word}/huge", 404),
        (f"/media/{word}/..%2f..%2fetc%2fpasswd", 404),
        ("/media/..%2f..%2fetc%2fpasswd/original", 404),
        (f"/media/{word}", 404),
        ("/pages/..%2fmain.py", 404),
        ("/pages/../main.py", 404),
    ):
        answer = await api.http.get(path)
        assert answer.status_code == status, path
        assert answer.headers["content-type"].startswith("application/json"), path
