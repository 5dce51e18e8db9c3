"""What people read of a receipt: counts, lists, clocks, and in large letters whether the card may be wiped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from thumper.cli import place_view
from thumper.cli.clock_view import asked_lines
from thumper.cli.counted import counted

SHOWN: Final = 20
"""Files shown of each list unless all are asked for."""

_ABOUT_ALL: Final = frozenset({"FOLDER_IS_THE_ARCHIVE", "SAME_DEVICE"})
"""Obstacles that are about no file in particular."""


def bar() -> Progress:
    """Return a progress bar on standard error, which shows nothing when that is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


def show(receipt: dict[str, Any], *, everything: bool = False) -> None:
    """Print a receipt, as `--json` would print it, for people."""
    console = Console(highlight=False)
    for line in _lines(receipt, everything=everything):
        console.print(line, markup=False, soft_wrap=True)
    for line, style in _verdict(receipt["wipe"]):
        console.print(line, markup=False, soft_wrap=True, style=style)
    for line in place_view.last_words(receipt):
        console.print(line, markup=False, soft_wrap=True)


def title(receipt: dict[str, Any]) -> str:
    """Return which delivery it is."""
    if receipt["kind"] == "UPLOAD":
        name = "uploads"
    else:
        name = "/".join(part for part in (receipt["source"].rstrip("/"), receipt["folder"]) if part)
    name += "" if receipt["number"] == 1 else f", delivery {receipt['number']}"
    return name + (f" · {receipt['location']}" if receipt["location"] else "")


def _lines(receipt: dict[str, Any], *, everything: bool) -> Iterator[str]:
    yield f"Receipt of {title(receipt)}"
    parts = [f"{receipt[state]} {state}" for state in ("stored", "duplicate", "rejected")]
    parts += [f"{receipt['waiting']} still arriving"] if receipt["waiting"] else []
    yield f"  {receipt['found']} found = {' + '.join(parts)} · {decimal(receipt['bytes'])}"
    if receipt["videoCount"]:
        yield f"  of the rejected {counted(receipt['videoCount'], 'is a video', 'are videos')}"
    yield from _damage(receipt, everything=everything)
    yield from _list(receipt, "rejections", "rejected", everything=everything)
    yield from _list(receipt, "arriving", "waiting", everything=everything)
    yield from _list(receipt, "duplicates", "duplicate", everything=everything)
    if everything:
        yield from _list(receipt, "storedFiles", "stored", everything=True)
    sources = [f"{line['images']} {line['source']}" for line in receipt["timeSources"]]
    if sources:
        yield f"  times from: {', '.join(sources)}"
    for warning in receipt["clockWarnings"]:
        yield f"  clock: {warning['code']} {counted(warning['images'], 'photo', 'photos')}. {warning['sentence']}"
        yield f"    {warning['whatToDo']}"
    yield from (f"  {line}" for line in asked_lines(receipt["dump"], receipt["clockQuestion"]))
    yield from place_view.lines(receipt)
    images = receipt["images"]
    left = images["pending"] + images["processing"]
    yield f"  detector: {images['completed']} completed, {images['failed']} failed, {left} waiting"


def _damage(receipt: dict[str, Any], *, everything: bool) -> Iterator[str]:
    """Yield which photos lack a part of the picture, or may; nothing where none does."""
    if receipt["damaged"]:
        yield f"  {receipt['damaged']} of them damaged: a part of the picture is missing"
        yield from _list(receipt, "damagedFiles", "damaged", everything=everything)
    if receipt["incomplete"]:
        known = "detection says whether a part of the picture is missing"
        yield f"  {receipt['incomplete']} of them arrived incomplete: {known}"
        yield from _list(receipt, "incompleteFiles", "incomplete", everything=everything)


def _list(receipt: dict[str, Any], name: str, state: str, *, everything: bool) -> Iterator[str]:
    shown = receipt[name] if everything else receipt[name][:SHOWN]
    for file in shown:
        yield f"  {_FILE_LINES[name].format_map(file | _moment(file))}"
    more = receipt[state] - len(shown)
    if more > 0:
        yield f"  … and {more} more {state}; --all shows every file"


def _moment(file: dict[str, Any]) -> dict[str, str]:
    """Return the time at which a file's bytes were first seen, to the minute."""
    seen = file.get("firstSeenAt")
    return {"moment": f"{dt.datetime.fromisoformat(seen):%Y-%m-%d %H:%M %Z}"} if seen else {}


_FILE_LINES: Final = {
    "rejections": "rejected {reason} {message} {whatToDo}",
    "arriving": "arriving {path}",
    "duplicates": "duplicate {path} = {firstPath} of {firstSource}, first seen {moment}",
    "storedFiles": "stored {path}",
    "damagedFiles": "damaged {path}",
    "incompleteFiles": "incomplete {path}",
}


def _verdict(wipe: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the lines of the verdict with their styles."""
    yield "", ""
    if wipe["safe"]:
        yield "SAFE TO WIPE", "bold green"
        yield wipe["sentence"], "green"
    else:
        yield "DO NOT WIPE THE FOLDER" if wipe["compareWithCard"] else "NOT SAFE TO WIPE", "bold red"
        if wipe["compareWithCard"]:
            yield wipe["sentence"], "red"
    for found in wipe["obstacles"]:
        yield f"  {found['code']}: {found['sentence']}", ""
        examples = [] if found["code"] in _ABOUT_ALL else found["examples"]
        for example in examples:
            yield f"    {example}", ""
        more = found["files"] - len(examples)
        if examples and more > 0:
            yield f"    … and {more} more", ""
        yield f"    {found['whatToDo']}", ""
    if wipe["filesToCheckCount"]:
        checked = counted(wipe["filesCheckedCount"], "file", "files")
        yield f"  re-read: originals of {checked}, {decimal(wipe['bytesChecked'])}", "dim"
