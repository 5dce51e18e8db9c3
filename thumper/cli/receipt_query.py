"""Asking the API for a receipt: which dump a word means, all lists page by page, the verdict about wiping."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

from thumper.cli.dump_wait import Standstill
from thumper.domain.path_text import readable
from thumper.errors import NotFoundError

Ask: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Asks the API a query with variables; gives its data."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many of how many files have been re-read."""

LISTS: Final = {
    "rejections": "state: REJECTED",
    "arriving": "settled: false",
    "duplicates": "state: DUPLICATE",
    "storedFiles": "state: STORED",
    "damagedFiles": "damaged: true",
    "incompleteFiles": "incomplete: true",
}
"""The lists of a receipt by their names in JSON, with what picks them."""

_PAGE: Final = 100
_PAUSE_S: Final = 0.2
"""Pause before the API is asked again how far a check is; it waits by itself, too."""
WIPE_STILL_S: Final = 600.0
"""Longest that a check of originals may stand still, such as on a share that does not answer. Listing what lies on a
card of a hundred thousand files takes a minute or two, in which no original is read."""

_ID: Final = "RHVtcD"
"""What the id of a dump begins with: Base64 of "Dump"."""

MOST_DELIVERIES: Final = 100
"""Deliveries of one folder that are looked through."""

_LATEST: Final = "{ dumps(first: 1) { nodes { id } } }"
_NAMED: Final = """
query($name: DumpFilter!, $path: DumpFilter!, $first: Int!) {
    name: dumps(first: $first, where: $name) { nodes { id } }
    path: dumps(first: $first, where: $path) { nodes { id } }
}
"""

CLOCK_QUESTION: Final = """clockQuestion {
    sentence whatToDo days proposedOffsetSeconds newest { id fileName takenAt takenAtLocal dump { id } }
}"""
"""What is asked about the clocks of a dump, for the commands that say it."""

_RECEIPT: Final = (
    """
query($id: ID!) { dump(id: $id) {
    id folder number arrivedAt settledAt source { kind path } location { name }
    receipt {
        found waiting stored duplicate rejected videoCount damaged incomplete sizeBytes
        timeSources { source images: imageCount } clockWarnings { code images: imageCount sentence whatToDo }
        places {
            unplaced datedFolder didYouMean { name } placed elsewhere
            known { images: imageCount dump { id } }
            cameras {
                images: imageCount camera { id make model serial name } proposals { name location { id } reasons }
            }
        }
        """
    + CLOCK_QUESTION
    + """
    }
    imageCounts { pending processing completed failed }
} }
"""
)

_FILE: Final = {
    "rejections": "reason message whatToDo",
    "arriving": "state",
    "duplicates": "image { id } firstDelivery { path seenAt dump { id source { path } } }",
    "storedFiles": "image { id }",
    "damagedFiles": "image { id }",
    "incompleteFiles": "image { id }",
}

_WIPE: Final = """
query($id: ID!) { dump(id: $id) { receipt { wipe {
    state safe sentence checkedAt filesToCheckCount filesCheckedCount bytesChecked
    obstacles { code sentence files: fileCount whatToDo examples }
    compareWithCard { files: fileCount bytes: sizeBytes }
} } } }
"""


async def find_dump(ask: Ask, word: str | None) -> str:
    """Return the id of the dump that a word means: an id, a folder or path (its latest dump), or none (the latest).

    Raises `NotFoundError`.
    """
    if word is not None:
        return (await deliveries(ask, word, most=1))[0]
    nodes = (await ask(_LATEST, {}))["dumps"]["nodes"]
    if not nodes:
        raise NotFoundError(f"There is no dump yet. {_SHOWN_BY}")
    dump_id: str = nodes[0]["id"]
    return dump_id


async def find_bringing(ask: Ask, word: str) -> str:
    """Return the id of the dump that a word means to a command about the photos that a dump was the first to deliver.

    Of a folder or path it is the latest that has such photos, for a card that comes again brings a dump without. Raises
    `NotFoundError`.
    """
    found = await _of_folder(ask, word, most=1, having={"broughtImages": True}) if _is_name(word) else []
    return found[0] if found else await find_dump(ask, word)


async def find_asked(ask: Ask, word: str) -> str:
    """Return the id of the dump that a word means to an answer: of a folder or path the latest that is asked about.

    Raises `NotFoundError`.
    """
    found = await _of_folder(ask, word, most=1, having={"clockAsked": True}) if _is_name(word) else []
    return found[0] if found else await find_dump(ask, word)


async def deliveries(ask: Ask, word: str, *, most: int = MOST_DELIVERIES) -> list[str]:
    """Return the ids of the dumps that a word means: an id, or a folder or path, the latest first.

    Raises `NotFoundError` when there is none.
    """
    if not _is_name(word):
        return [word]
    found = await _of_folder(ask, word, most=most)
    if not found:
        raise NotFoundError(f"There is no dump of {word}. {_SHOWN_BY}")
    return found


_SHOWN_BY: Final = "`thumper status` shows the last ones."


def _is_name(word: str) -> bool:
    return not word.startswith(_ID) or "/" in word


async def _of_folder(ask: Ask, word: str, *, most: int, having: dict[str, Any] | None = None) -> list[str]:
    """Return the latest dumps from a folder, by its name or else its path, of which more may be asked for."""
    names = {
        "name": readable(os.fsencode(word)).rstrip("/"),
        "path": readable(os.fsencode(Path(os.path.abspath(word)))),
    }
    where = {key: {"deliveredFrom": name} | (having or {}) for key, name in names.items()}
    found = await ask(_NAMED, where | {"first": most})
    return [node["id"] for node in found["name"]["nodes"] or found["path"]["nodes"]]


def _there(answer: dict[str, Any]) -> dict[str, Any]:
    dump: dict[str, Any] | None = answer["dump"]
    if dump is None:
        raise NotFoundError("There is no dump with this id.")
    return dump


async def read_receipt(ask: Ask, dump_id: str, *, most: int | None = None) -> dict[str, Any]:
    """Return the receipt of a dump as `--json` prints it, but for the verdict; `most` cuts each list.

    Raises `NotFoundError`.
    """
    dump = _there(await ask(_RECEIPT, {"id": dump_id}))
    counts = dump["receipt"]
    location = dump["location"]
    return {
        "dump": dump["id"],
        "source": dump["source"]["path"],
        "kind": dump["source"]["kind"],
        "folder": dump["folder"],
        "number": dump["number"],
        "location": location and location["name"],
        "arrivedAt": dump["arrivedAt"],
        "settledAt": dump["settledAt"],
        **{
            state: counts[state]
            for state in (
                *("found", "waiting", "stored", "duplicate", "rejected"),
                *("videoCount", "damaged", "incomplete"),
            )
        },
        "bytes": counts["sizeBytes"],
        "timeSources": counts["timeSources"],
        "clockWarnings": counts["clockWarnings"],
        "clockQuestion": counts["clockQuestion"],
        "places": counts["places"],
        "images": dump["imageCounts"],
        **{name: await _files(ask, dump_id, name, most=most) for name in LISTS},
    }


async def _files(ask: Ask, dump_id: str, name: str, *, most: int | None) -> list[dict[str, Any]]:
    query = f"""query($id: ID!, $first: Int!, $after: String) {{ dump(id: $id) {{
        files(first: $first, after: $after, where: {{{LISTS[name]}}}) {{
            nodes {{ path sizeBytes {_FILE[name]} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
    files: list[dict[str, Any]] = []
    after = None
    while most is None or len(files) < most:
        first = _PAGE if most is None else min(_PAGE, most - len(files))
        page = _there(await ask(query, {"id": dump_id, "first": first, "after": after}))["files"]
        files += [_file(node) for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    return files


def _file(node: dict[str, Any]) -> dict[str, Any]:
    """Return a file as `--json` prints it."""
    written = {"path": node["path"], "bytes": node["sizeBytes"]}
    written |= {key: node[key] for key in ("state", "reason", "message", "whatToDo") if key in node}
    if node.get("image"):
        written["image"] = node["image"]["id"]
    if first := node.get("firstDelivery"):
        written |= {
            "firstPath": first["path"],
            "firstSource": first["dump"]["source"]["path"],
            "firstSeenAt": first["seenAt"],
            "firstDump": first["dump"]["id"],
        }
    return written


async def read_verdict(ask: Ask, dump_id: str, *, progress: Progress) -> dict[str, Any]:
    """Ask whether the card of a dump may be wiped until the check is done; return `wipe`.

    One that has stood still for `WIPE_STILL_S` is returned as it is: its verdict, not safe, is true. Raises
    `NotFoundError`.
    """
    standstill = Standstill(WIPE_STILL_S)
    while True:
        wipe: dict[str, Any] = _there(await ask(_WIPE, {"id": dump_id}))["receipt"]["wipe"]
        progress(wipe["filesCheckedCount"], wipe["filesToCheckCount"])
        if wipe["state"] == "DONE" or standstill.after((wipe["filesCheckedCount"], wipe["bytesChecked"])):
            return wipe
        await asyncio.sleep(_PAUSE_S)
