from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from thumper import weights as weights_module
from thumper.domain.label import ClassMap, LifeStage, Sex
from thumper.errors import DetectorError
from thumper.settings import Settings
from thumper.weights import PACKAGED_MODEL, resolve

CARD_SHA256 = "43b46267607cda26711dd87830ece401462bc52ccb35135647e1c12a826467f2"


def own(tmp_path: Path, class_map: str | None = None, *, name: str = "mine.toml") -> Settings:
    model = tmp_path / "mine.pt"
    model.write_bytes(b"weights")
    if class_map is not None:
        (tmp_path / name).write_text(class_map, "utf-8")
    return Settings(home=tmp_path, model=model)


def test_the_default_is_the_packaged_deer_detector() -> None:
    found = resolve(Settings())
    assert found.path == PACKAGED_MODEL
    assert found.sha256.hex() == CARD_SHA256 == hashlib.sha256(PACKAGED_MODEL.read_bytes()).hexdigest()
    assert found.name == "thumper-deer-yolov8n"
    assert CARD_SHA256 in PACKAGED_MODEL.with_suffix(".md").read_text("utf-8")


def test_the_default_class_map_says_what_the_card_says() -> None:
    class_map = resolve(Settings()).class_map
    buck, doe, turkey = (class_map.meaning(label) for label in ("buck", "doe", "turkey"))
    assert (buck.species, buck.sex, buck.life_stage) == ("Odocoileus virginianus", Sex.MALE, LifeStage.ADULT)
    assert (doe.species, doe.sex, doe.life_stage) == ("Odocoileus virginianus", Sex.FEMALE, LifeStage.UNKNOWN)
    assert (turkey.species, turkey.sex) == ("Meleagris gallopavo", Sex.UNKNOWN)
    assert class_map.shows("doe", 0.25)
    assert not class_map.shows("doe", 0.24)


def test_the_packaged_model_is_refused_when_a_byte_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / PACKAGED_MODEL.name
    copy.write_bytes(PACKAGED_MODEL.read_bytes()[:-1] + b"!")
    copy.with_suffix(".toml").write_bytes(PACKAGED_MODEL.with_suffix(".toml").read_bytes())
    monkeypatch.setattr(weights_module, "PACKAGED_MODEL", copy)
    with pytest.raises(DetectorError, match=r"thumper-deer-yolov8n\.pt has SHA-256 .* reinstall Thumper"):
        resolve(Settings())


def test_a_model_of_ones_own_without_a_class_map_shows_its_labels_as_they_are(tmp_path: Path) -> None:
    found = resolve(own(tmp_path))
    assert (found.name, found.class_map) == ("mine", ClassMap())
    assert found.sha256 == hashlib.sha256(b"weights").digest()


def test_a_class_map_beside_the_model_is_found(tmp_path: Path) -> None:
    found = resolve(own(tmp_path, 'name = "ranch"\n[labels.elk]\nspecies = "Cervus canadensis"\n'))
    assert found.name == "ranch"
    assert found.class_map.meaning("elk").species == "Cervus canadensis"


def test_a_class_map_that_is_set_beats_the_one_beside(tmp_path: Path) -> None:
    settings = own(tmp_path, "[labels.elk]\nshown = false\n")
    (tmp_path / "other.toml").write_text("[labels.elk]\nthreshold = 0.5\n", "utf-8")
    chosen = Settings(home=tmp_path, model=settings.model, class_map=tmp_path / "other.toml")
    meaning = resolve(chosen).class_map.meaning("elk")
    assert (meaning.shown, meaning.threshold) == (True, 0.5)


@pytest.mark.parametrize(
    ("class_map", "words"),
    [
        ("labels = ", r"class map .*mine\.toml is no valid TOML"),
        ("\xff", r"mine\.toml is no valid TOML"),
        ("name = 3", r"mine\.toml: field name: expected a text"),
        ('sha256 = "abc"', r"field sha256: expected 64 hex digits, got 'abc'"),
        (f'sha256 = "{CARD_SHA256}"', r"mine\.pt has SHA-256 .*mine\.toml is for 43b4.*correct its sha256"),
        ("[labels.buck]\nsex = 1\n", r"mine\.toml: label 'buck', field sex"),
    ],
)
def test_a_mistake_in_a_class_map_is_named(tmp_path: Path, class_map: str, words: str) -> None:
    settings = own(tmp_path)
    (tmp_path / "mine.toml").write_bytes(class_map.encode("latin-1"))
    with pytest.raises(DetectorError, match=words):
        resolve(settings)


def test_a_missing_model_or_class_map_is_named(tmp_path: Path) -> None:
    with pytest.raises(DetectorError, match=r"model .*none\.pt cannot be read .*THUMPER_MODEL must name"):
        resolve(Settings(model=tmp_path / "none.pt"))
    settings = own(tmp_path)
    with pytest.raises(DetectorError, match=r"class map .*none\.toml cannot be read"):
        resolve(Settings(model=settings.model, class_map=tmp_path / "none.toml"))


def test_knowing_the_detector_loads_no_model_library() -> None:
    program = (
        "import sys\n"
        "from thumper.settings import Settings\n"
        "from thumper.weights import resolve\n"
        "resolve(Settings())\n"
        "print([name for name in ('torch', 'ultralytics', 'numpy', 'PIL') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
