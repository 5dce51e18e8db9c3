"""What people type to name a photo is a name or a path, and no folder in it is left out of account."""

from __future__ import annotations

from pathlib import Path

import pytest

from thumper.cli.named_photo import as_named


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("/media/card//DCIM/../IMG_1.JPG", "/media/card/IMG_1.JPG"),
        ("Oak Stand/IMG_1.JPG", "Oak Stand/IMG_1.JPG"),
        ("Oak Stand/./DCIM//IMG_1.JPG", "Oak Stand/DCIM/IMG_1.JPG"),
        ("./Elm/IMG_1.JPG", "{here}/Elm/IMG_1.JPG"),
        ("../IMG_1.JPG", "{above}/IMG_1.JPG"),
        ("Elm/there.jpg", "{here}/Elm/there.jpg"),
        ("Elm/IMG\udce9.JPG", r"Elm/IMG\xe9.JPG"),
        (r"Elm/IMG\xe9.JPG", r"Elm/IMG\xe9.JPG"),
        ("Elm/" + "x" * 300, "Elm/" + "x" * 300),
    ],
)
def test_a_path_counts_from_the_root_when_it_is_there_and_else_as_receipts_show_it(
    word: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Elm").mkdir()
    (tmp_path / "Elm" / "there.jpg").touch()
    assert as_named(word) == {"path": path.format(here=tmp_path, above=tmp_path.parent)}


def test_a_name_alone_is_a_name_also_of_a_file_that_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.jpg").touch()
    assert as_named("there.jpg") == {"fileName": "there.jpg"}
    assert as_named("IMG\udce9.JPG") == {"fileName": r"IMG\xe9.JPG"}
