"""Examining one file yields a photo, or exactly why it is none."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from tests.imaging.pictures import encoded, scene
from tests.ingest.conftest import small_jpeg
from thumper.domain.file import Outcome, StableFile
from thumper.domain.progress import FileState
from thumper.domain.reason import Reason
from thumper.imaging.limits import Limits
from thumper.ingest.examine import Content, Examined, Photo, examine, read

NOBODY = UUID(int=0)
LIMITS = Limits(max_bytes=100_000, max_pixels=1_000_000)


def stable(path: Path, *, root: Path | None = None, final: bool = True) -> StableFile:
    found = path.stat()
    return StableFile(
        file_id=NOBODY,
        dump_id=NOBODY,
        absolute=os.fsencode(path),
        name=os.fsencode(path.name),
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        inode=found.st_ino,
        root=None if root is None else os.fsencode(root),
        final=final,
    )


def look(file: StableFile, *, limits: Limits = LIMITS) -> Examined:
    """Return the result of both steps, as for a photo that is not known."""
    content = read(file, limits)
    if not isinstance(content, Content):
        return content
    return examine(content, limits, max_exif_bytes=64 * 1024)


def write(folder: Path, content: bytes, *, name: str = "IMG_0001.JPG") -> StableFile:
    path = folder / name
    path.write_bytes(content)
    return stable(path)


def refusal(examined: Examined) -> Outcome:
    assert isinstance(examined, Outcome), examined
    assert examined.state is FileState.REJECTED
    return examined


def test_a_photo_is_hashed_and_measured(tmp_path: Path) -> None:
    content = small_jpeg()
    examined = look(write(tmp_path, content))
    assert isinstance(examined, Photo)
    assert examined.sha256 == hashlib.sha256(content).digest()
    assert (examined.probe.media_type, examined.probe.width_px, examined.probe.height_px) == (
        "image/jpeg",
        16,
        12,
    )
    assert examined.content is None


@pytest.mark.parametrize("name", ["a.jpg", "A.JPG", "a.jpeg", "a.JpEg", "a.png", "a.PNG"])
def test_the_content_decides_whatever_the_ending_says(tmp_path: Path, name: str) -> None:
    out = io.BytesIO()
    Picture.new("RGB", (16, 12)).save(out, "PNG")
    examined = look(write(tmp_path, out.getvalue(), name=name))
    assert isinstance(examined, Photo)
    assert examined.probe.media_type == "image/png"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("clip.mp4", b"anything", Reason.VIDEO),
        ("clip.AVI", b"anything", Reason.VIDEO),
        ("notes.txt", b"", Reason.UNSUPPORTED_TYPE),
        ("README", b"no ending", Reason.UNSUPPORTED_TYPE),
        ("renamed.jpg", b"%PDF-1.7 and more", Reason.UNSUPPORTED_TYPE),
        ("words.jpg", b"These are words.", Reason.NOT_AN_IMAGE),
        ("empty.jpg", b"", Reason.ZERO_BYTES),
        ("large.jpg", b"\xff\xd8" + bytes(100_000), Reason.TOO_LARGE_BYTES),
        ("cut.jpg", small_jpeg()[:-100], Reason.TRUNCATED),
        ("header.jpg", small_jpeg().replace(b"\x00\x11\x08", b"\x00\x11\x07"), Reason.DAMAGED_HEADER),
    ],
)
def test_a_bad_file_gets_its_reason_and_is_named(
    tmp_path: Path, name: str, content: bytes, reason: Reason
) -> None:
    rejection = refusal(look(write(tmp_path, content, name=name)))
    assert rejection.reason is reason
    assert (rejection.message or "").startswith(f"{name}: ")


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    out = io.BytesIO()
    Picture.new("1", (2000, 2000)).save(out, "PNG")
    assert refusal(look(write(tmp_path, out.getvalue()))).reason is Reason.TOO_LARGE_PIXELS


@pytest.mark.parametrize("content", [b"", small_jpeg()[:-100]])
def test_a_file_that_may_still_get_its_bytes_is_waited_for(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    examined = look(stable(path, final=False))
    assert isinstance(examined, Outcome)
    assert examined.state is FileState.STABLE


LARGE = encoded(scene(640, 480), quality=90)
MIDDLE = len(LARGE) // 2
INCOMPLETE = {
    "cut off": LARGE[:MIDDLE],
    "cut off and zeros": LARGE[:MIDDLE] + bytes(MIDDLE),
    "without its mark, a trailer behind it": LARGE[:-2] + b"SEFH" + bytes(2000) + b"SEFT",
    "a gap in the picture": LARGE[:MIDDLE] + bytes(512) + LARGE[MIDDLE + 512 :],
    "a gap in the header": LARGE[:2] + b"\xff\xe5\x20\x02" + bytes(0x2000) + LARGE[2:],
}


@pytest.mark.parametrize("how", INCOMPLETE)
def test_an_incomplete_photo_is_waited_for_and_then_taken_as_it_is(tmp_path: Path, how: str) -> None:
    file = write(tmp_path, INCOMPLETE[how])
    young = look(dataclasses.replace(file, final=False))
    assert isinstance(young, Outcome)
    assert young.state is FileState.STABLE
    photo = look(file)
    assert isinstance(photo, Photo)
    assert (photo.probe.width_px, photo.probe.height_px) == (640, 480)
    assert photo.arrived is not None
    assert sum(end - start for start, end in photo.arrived.stretches) < file.size_bytes + 1
    assert photo.arrived.is_part_of(INCOMPLETE[how])


def test_zeros_behind_a_whole_photo_make_nobody_wait(tmp_path: Path) -> None:
    photo = look(dataclasses.replace(write(tmp_path, LARGE + bytes(9000)), final=False))
    assert isinstance(photo, Photo)
    assert photo.arrived is None


@pytest.mark.parametrize("content", [bytes(9000) + LARGE[9000:], LARGE[:200] + bytes(9000) + LARGE[9200:]])
def test_a_file_whose_beginning_is_not_written_yet_is_waited_for_and_then_named(
    tmp_path: Path, content: bytes
) -> None:
    file = write(tmp_path, content)
    young = look(dataclasses.replace(file, final=False))
    assert isinstance(young, Outcome)
    assert young.state is FileState.STABLE
    assert refusal(look(file)).reason in {Reason.NOT_AN_IMAGE, Reason.TRUNCATED}


def test_a_file_without_any_of_its_picture_and_a_part_of_a_png_are_truncated(tmp_path: Path) -> None:
    scan = LARGE.index(b"\xff\xda")
    begun = scan + 2 + int.from_bytes(LARGE[scan + 2 : scan + 4])
    for content in (LARGE[:begun], LARGE[:begun] + bytes(20_000), encoded(scene(), "PNG")[:-300]):
        assert refusal(look(write(tmp_path, content))).reason is Reason.TRUNCATED
    assert isinstance(look(write(tmp_path, LARGE[: begun + 1])), Photo)


def test_a_file_that_changed_since_the_look_is_not_admitted(tmp_path: Path) -> None:
    file = write(tmp_path, small_jpeg(1))
    (tmp_path / "IMG_0001.JPG").write_bytes(small_jpeg(2) + b"more")
    examined = look(file)
    assert isinstance(examined, Outcome)
    assert examined.state is FileState.SEEN


def test_a_file_with_an_older_time_of_the_same_size_has_changed(tmp_path: Path) -> None:
    file = write(tmp_path, small_jpeg(1))
    os.utime(tmp_path / "IMG_0001.JPG", ns=(0, 0))
    examined = look(file)
    assert isinstance(examined, Outcome)
    assert examined.state is FileState.SEEN


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, small_jpeg())
    (tmp_path / "IMG_0001.JPG").unlink()
    assert refusal(look(file)).reason is Reason.VANISHED


def test_a_pipe_with_the_name_of_a_photo_does_not_hang(tmp_path: Path) -> None:
    file = write(tmp_path, small_jpeg())
    (tmp_path / "IMG_0001.JPG").unlink()
    os.mkfifo(tmp_path / "IMG_0001.JPG")
    assert refusal(look(file)).reason is Reason.UNREADABLE


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "drop"
    root.mkdir()
    (tmp_path / "secret.jpg").write_bytes(small_jpeg())
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    rejection = refusal(look(stable(root / "link.jpg", root=root)))
    assert rejection.reason is Reason.LINK
    assert "leads out" in (rejection.message or "")


def test_an_original_is_left_as_it_was(tmp_path: Path, photos: Callable[[int], list[Path]]) -> None:
    content = photos(1)[0].read_bytes()
    file = write(tmp_path, content)
    path = tmp_path / "IMG_0001.JPG"
    path.chmod(0o440)
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    before = path.stat()
    assert isinstance(look(stable(path)), Photo)
    after = path.stat()
    assert path.read_bytes() == content
    assert (after.st_mtime_ns, stat.S_IMODE(after.st_mode)) == (before.st_mtime_ns, 0o440)
    assert after.st_atime_ns == before.st_atime_ns
    assert file.size_bytes == after.st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 400))
def test_no_content_makes_looking_fail(tmp_path: Path, noise: bytes, at: int, cut: int) -> None:
    content = small_jpeg()
    broken = (content[:at] + noise + content[at:])[: max(len(content) - cut, 0)]
    examined = look(write(tmp_path, broken))
    assert isinstance(examined, Photo) or refusal(examined).reason is not None
