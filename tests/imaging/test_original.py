from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.imaging.pictures import JPEG
from thumper.domain.reason import Reason
from thumper.imaging.limits import Limits
from thumper.imaging.original import AnyPath, open_original, read_whole, reader
from thumper.imaging.refusal import DecodeRefusal


def reason_of(path: AnyPath, limits: Limits | None = None) -> Reason:
    with pytest.raises(DecodeRefusal) as refusal, open_original(path) as fd:
        read_whole(fd, limits or Limits())
    return refusal.value.reason


def test_reading_leaves_no_trace_on_the_file(tmp_path: Path) -> None:
    photo = tmp_path / "IMG_0001.JPG"
    photo.write_bytes(JPEG)
    photo.chmod(0o444)
    os.utime(photo, ns=(1_000_000_000, 2_000_000_000))
    before = photo.stat()
    with open_original(photo) as fd:
        assert read_whole(fd, Limits()) == JPEG
    assert photo.stat() == before


def test_a_file_that_is_not_there_has_vanished(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert reason_of(tmp_path / "gone.jpg") is Reason.VANISHED
    assert reason_of(tmp_path / "file" / "below.jpg") is Reason.VANISHED


def test_what_is_no_plain_file_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason_of(tmp_path / "pipe.jpg") is Reason.UNREADABLE
    assert reason_of(tmp_path) is Reason.UNREADABLE
    assert reason_of("/dev/zero") is Reason.UNREADABLE
    assert reason_of("with\0nul.jpg") is Reason.UNREADABLE


def test_empty_and_oversized_files_are_refused_by_size(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "large.jpg").write_bytes(bytes(1001))
    assert reason_of(tmp_path / "empty.jpg") is Reason.ZERO_BYTES
    assert reason_of(tmp_path / "large.jpg", Limits(max_bytes=1000)) is Reason.TOO_LARGE_BYTES


def test_a_name_that_is_no_utf8_is_opened(tmp_path: Path) -> None:
    photo = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    photo.write_bytes(JPEG)
    with open_original(os.fsencode(photo)) as fd:
        assert read_whole(fd, Limits()) == JPEG


def test_a_stream_does_not_move_the_descriptor(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    with open_original(tmp_path / "a") as fd:
        os.lseek(fd, 3, os.SEEK_SET)
        stream = reader(fd)
        assert stream.read(4) == b"0123"
        assert stream.seek(-2, os.SEEK_END) == 8
        assert stream.read() == b"89"
        assert os.lseek(fd, 0, os.SEEK_CUR) == 3


def test_limits_must_be_positive() -> None:
    with pytest.raises(ValueError, match="timeout_s must be positive"):
        Limits(timeout_s=0)
