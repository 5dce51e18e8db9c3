"""Settings that are written in the home: `thumper.toml` for people and `.env` for what must not be seen.

Both are read from the home and nowhere else: the folder in which a person happens to stand, such as a memory card,
does not decide which database or model is used. This module knows where each value stands, so that a wrong one is
refused by file and line; it never judges values, and writes nothing but single lines of `thumper.toml`.
"""

from __future__ import annotations

import difflib
import io
import json
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from dotenv.parser import parse_stream

from thumper.errors import SettingError

PREFIX: Final = "THUMPER_"

TOML_NAME: Final = "thumper.toml"
DOTENV_NAME: Final = ".env"

_HEADER: Final = """\
# Settings of this Thumper, one a line, such as: port = 8481
# `thumper config show` lists what counts and where it is from; docs/settings.md says what each one means.
# They count from the next start on. A THUMPER_* variable of the environment wins over this file.
"""


class Source(StrEnum):
    """Where a value is from, in the order of precedence."""

    COMMAND_LINE = "command line"
    ENVIRONMENT = "environment"
    RUNNING = "running Thumper"
    DOTENV = ".env"
    TOML = "thumper.toml"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was written, and where: `place` is what a person has to correct."""

    value: object
    source: Source
    place: str


def variable_name(field: str) -> str:
    """Return the environment variable of a field: `lease_s` → `THUMPER_LEASE_S`."""
    return PREFIX + field.upper()


def read_files(home: Path, known: Mapping[str, bool]) -> dict[str, Given]:
    """Return what the files of a home say; `.env` wins. `known` says of each setting whether it is a path.

    Raises `SettingError` for a file that cannot be read, and for a name that is no setting.
    """
    found = dict(_read_toml(home / TOML_NAME, known)) | dict(_read_dotenv(home / DOTENV_NAME, known))
    return {
        name: Given(_beside(home, str(given.value)), given.source, given.place) if known[name] else given
        for name, given in found.items()
    }


def _beside(home: Path, path: str) -> str:
    """Return a path that a file gave: a relative one lies beside that file, wherever Thumper is started."""
    return path if path.startswith("~") else str(home / path)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors of Windows begin a file with a mark
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        raise SettingError(f"{path} is not UTF-8 text: save it as UTF-8") from error
    except OSError as error:
        raise SettingError(
            f"{path} cannot be read ({error.strerror or error}): correct its rights and those of the home "
            f"{path.parent}, run as the user it belongs to, or set THUMPER_HOME to another folder"
        ) from error


def _read_toml(path: Path, known: Mapping[str, bool]) -> Iterator[tuple[str, Given]]:
    text = _text_of(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(
            f'{path} is not valid TOML: {error}. Texts need quotes: drop = "/path/of/photos"'
        ) from error
    for key, value in table.items():
        place = f"{path}, line {_line_of(key, text)}, {key}"
        _refuse_unknown(key, place, known)
        if isinstance(value, dict | list) or not isinstance(value, str | int | float):
            raise SettingError(f"{place}: must be one text or number")
        if value != "":
            # As text: true is no port, though Python takes it for 1.
            yield key, Given(str(value), Source.TOML, place)


def _line_of(key: str, text: str) -> int:
    """Return the line on which a key or table of this name begins; 1 if it is written in a way of its own."""
    begins = re.compile(rf"""\s*(\[\s*)*["']?{re.escape(key)}["']?\s*[]=.]""")
    lines = enumerate(text.split("\n"), start=1)
    return next((number for number, line in lines if begins.match(line)), 1)


def _read_dotenv(path: Path, known: Mapping[str, bool]) -> Iterator[tuple[str, Given]]:
    """Yield the THUMPER_* variables as they are written; those of other programs are left alone."""
    for binding in parse_stream(io.StringIO(_text_of(path))):
        # The parser counts blank lines and the entry that follows them as one.
        written = binding.original.string
        line = binding.original.line + written[: len(written) - len(written.lstrip())].count("\n")
        if binding.error:
            if PREFIX in written:
                raise SettingError(f"{path}, line {line}: is not of the form THUMPER_NAME=value")
            continue
        if binding.key is None or not binding.key.upper().startswith(PREFIX):
            continue
        place = f"{path}, line {line}, {binding.key}"
        name = binding.key.lower().removeprefix(PREFIX.lower())
        _refuse_unknown(name, place, known, spelt=variable_name)
        if binding.value:
            yield name, Given(binding.value, Source.DOTENV, place)


def _refuse_unknown(
    name: str, place: str, known: Mapping[str, bool], *, spelt: Callable[[str], str] = str
) -> None:
    if name == "home":
        raise SettingError(
            f"{place}: this file lies in the home, so only THUMPER_HOME in the environment moves it"
        )
    if name not in known:
        raise SettingError(f"{place}: is not a setting of Thumper{hint(name, known, spelt=spelt)}")


def hint(name: str, known: Iterable[str], *, spelt: Callable[[str], str] = str) -> str:
    """Return the end of a sentence that names the nearest setting, as it is `spelt` where it was mistyped."""
    meant = name.upper().removeprefix(PREFIX).lower().replace("-", "_")
    near = difflib.get_close_matches(meant, list(known), n=1, cutoff=0.5)
    return (
        f"; did you mean {spelt(near[0])}?" if near else f". Known settings: {', '.join(map(spelt, known))}"
    )


def remember(home: Path, chosen: Mapping[str, str | Path]) -> Path:
    """Write settings into `thumper.toml`, one line each, and leave everything else in it as it is; return its path.

    A folder in the home is written as seen from there, so that the home can be moved. Raises `SettingError` where
    the file cannot be changed, with the lines to write by hand.
    """
    values = {name: _from_home(home, value) for name, value in chosen.items()}
    path = (home / TOML_NAME).resolve()  # a link that leads to a file elsewhere stays one
    before = _text_of(path)
    wanted = "\n".join(f"{name} = {_written(value)}" for name, value in values.items())
    after = (_parsed(before) or {}) | values
    if _parsed(before) == after:
        return path
    text = before or _HEADER
    for name, value in values.items():
        text = _with_line(text, name, _written(value))
    # What is written by hand may take any form of TOML; what comes out must say what was there, and the new values.
    if _parsed(text) != after:
        raise SettingError(f"{path} is written in a way that cannot be changed here: write into it\n{wanted}")
    try:
        _replace(path, text)
    except OSError as error:
        raise SettingError(
            f"{path} cannot be written ({error.strerror or error}): {wanted} was not kept"
        ) from error
    return path


def _from_home(home: Path, value: str | Path) -> str:
    inside = isinstance(value, Path) and value.is_relative_to(home)
    return str(Path(value).relative_to(home) if inside else value)


def _written(value: str) -> str:
    """Return a value as TOML, whose texts are those of JSON but for DEL. Raises `SettingError` for what is no text."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise SettingError(
            f"{value!r} holds bytes that are no UTF-8, which {TOML_NAME} cannot hold: rename it, or set the variable"
        ) from error
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_line(text: str, name: str, value: str) -> str:
    """Return the text with `name` set: in its own line if it has one, else below the other settings."""
    lines = text.split("\n")  # as TOML does; a text may hold what Unicode calls a line end
    own = re.compile(rf"""\s*["']?{name}["']?\s*=""")
    for number, line in enumerate(lines):
        if own.match(line):
            lines[number] = f"{name} = {value}{_remark(line)}"
            return "\n".join(lines)
    end = "" if text.endswith("\n") else "\n"
    return f"{text}{end}{name} = {value}\n"


def _remark(line: str) -> str:
    """Return the comment at the end of a line, with the blanks before it."""
    whole = _parsed(line)
    for found in re.finditer(r"\s*#", line):
        if whole is not None and _parsed(line[: found.start()]) == whole:
            return line[found.start() :].rstrip()
    return ""


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _replace(path: Path, text: str) -> None:
    """Put a whole file in the place of the old one, so that a power cut leaves one of the two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        if path.exists():
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
