"""Which model file is used, and what its labels mean: known by hash, without loading it.

A model file is identified by its content: two different files of one name are two
detectors. The packaged one is used only when it is byte for byte the one that was
measured. Imports no model library: the watcher and the
API know the detector as well as the worker does.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thumper.domain.label import ClassMap
from thumper.domain.precision import Precision
from thumper.errors import DetectorError
from thumper.settings import Settings

PACKAGED_MODEL: Final = Path(__file__).with_name("models") / "thumper-deer-yolov8n.pt"
_SHA256_HEX_DIGITS: Final = 64


@dataclass(frozen=True, slots=True)
class Weights:
    """One model file: path, 32-byte hash, name, meaning of its labels; and the precision it is run in."""

    path: Path
    sha256: bytes
    name: str
    class_map: ClassMap
    precision: Precision = Precision.FP32


def resolve(settings: Settings) -> Weights:
    """Find the model and its class map as the settings say; the packaged model if they name none.

    Without `settings.class_map`, a TOML file of the model's name beside it is used if there is one; else labels are
    shown as they are. Raises `DetectorError` if a file is missing, unreadable or malformed, or if the model's hash is
    not the one that its class map states.
    """
    path = settings.model if settings.model is not None else PACKAGED_MODEL
    sha256 = _hash(path)
    beside = path.with_suffix(".toml")
    source = settings.class_map or (beside if beside.is_file() else None)
    table = _read(source) if source is not None else {}
    name = _take_text(table, "name", source) or path.stem
    _check_hash(table, source, path=path, actual=sha256.hex())
    return Weights(path, sha256, name, ClassMap.parse(table, name=str(source)), settings.precision)


def _hash(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        hint = (
            "reinstall Thumper"
            if path == PACKAGED_MODEL
            else "THUMPER_MODEL must name a YOLOv8 file (.pt or .onnx)"
        )
        raise DetectorError(f"The model {path} cannot be read ({error.strerror}); {hint}.") from error


def _read(source: Path) -> dict[str, object]:
    try:
        return tomllib.loads(source.read_text("utf-8"))
    except OSError as error:
        raise DetectorError(f"The class map {source} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DetectorError(f"The class map {source} is no valid TOML: {error}.") from error


def _take_text(table: dict[str, object], key: str, source: Path | None) -> str | None:
    """Remove and return a text that belongs to the file as a whole, not to the meanings of labels."""
    value = table.pop(key, None)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise DetectorError(f"{source}: field {key}: expected a text that is not empty, got {value!r}")
    return value


def _check_hash(table: dict[str, object], source: Path | None, *, path: Path, actual: str) -> None:
    expected = _take_text(table, "sha256", source)
    if expected is None or expected.lower() == actual:
        return
    if len(expected) != _SHA256_HEX_DIGITS:
        raise DetectorError(
            f"{source}: field sha256: expected {_SHA256_HEX_DIGITS} hex digits, got {expected!r}"
        )
    hint = (
        "the file was damaged or replaced: reinstall Thumper"
        if path == PACKAGED_MODEL
        else "use the class map of this model, or correct its sha256"
    )
    raise DetectorError(f"The model {path} has SHA-256 {actual}, but {source} is for {expected}; {hint}.")
