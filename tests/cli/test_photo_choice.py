from __future__ import annotations

from pathlib import Path

import pytest

from tests.beginnings import ARCHIVES, OTHERS, PICTURES, VIDEOS
from thumper.cli.photo_choice import Choice, choose
from thumper.errors import NotFoundError


def _write(folder: Path, contents: str) -> list[Path]:
    """Write one photo for each letter; equal letters are copies."""
    paths = [folder / f"{number:03}.jpg" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content)
    return paths


def test_each_photo_is_chosen_once_and_copies_are_counted(tmp_path: Path) -> None:
    _write(tmp_path, "a" * 50 + "bc")
    choice = choose(tmp_path, 100)
    assert sorted(path.read_text() for path in choice.photos) == ["a", "b", "c"]
    assert (choice.left_out, choice.words) == (49, "49 copies of the same photos left out")


def test_others_take_the_place_of_copies(tmp_path: Path) -> None:
    _write(tmp_path, "ababababcdef")
    choice = choose(tmp_path, 6)
    assert sorted(path.read_text() for path in choice.photos) == list("abcdef")


def test_without_copies_they_are_evenly_out_of_all(tmp_path: Path) -> None:
    paths = _write(tmp_path, "abcdefghij")
    assert choose(tmp_path, 5) == Choice(paths[::2], 0)
    assert choose(tmp_path, 5).words == ""


def test_a_folder_without_photos_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no photo"):
        choose(tmp_path, 5)


@pytest.mark.parametrize(
    "name", ["1.jfif", "1.jpe", "1.JPG.1", "1.HEIC", "1.MOV", "FILE0000.CHK", "no ending", "below/1.dat"]
)
def test_a_photo_is_one_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / "below").mkdir()
    for kind in ("JPEG", "PNG"):
        (tmp_path / name).write_bytes(PICTURES[kind])
        assert choose(tmp_path, 5).photos == [tmp_path / name]


def test_what_thumper_takes_for_no_photo_is_not_chosen(tmp_path: Path) -> None:
    jpeg = PICTURES["JPEG"]
    for name in (
        "film.mjpg",
        "1.jpg.xmp",
        "._1.jpg",
        "1.jpg.part",
    ):  # photos by their bytes, or by their names
        (tmp_path / name).write_bytes(jpeg)
    for folder in ("@eaDir", ".thumbnails", "LOST.DIR"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.jpg").write_bytes(jpeg)
    unread = {**PICTURES, **VIDEOS, **OTHERS, **ARCHIVES}
    for number, what in enumerate(unread.keys() - {"JPEG", "PNG"}):
        (tmp_path / f"{number}.bin").write_bytes(unread[what])
    with pytest.raises(NotFoundError, match="There is no photo"):
        choose(tmp_path, 5)
