"""What people name when they repair a clock: a photo by its file name, a repair by the dump that it is of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from thumper.cli.clock_view import dump_name, minute
from thumper.cli.named_photo import as_named
from thumper.cli.receipt_query import Ask, deliveries
from thumper.domain.clock_fix import offset_text
from thumper.errors import NotFoundError, UsageError

_IMAGE_ID: Final = "SW1hZ2U"
_FIX_ID: Final = "Q2xvY2tGaXg"
"""What the ids of an image and of a repair begin with: Base64 of "Image" and "ClockFix"."""

_SHOWN: Final = 20
"""Photos of one name that are listed."""

_OF_ID: Final = "query ($id: ID!) { image(id: $id) { id dump { id } } }"
_CALLED: Final = f"""query ($where: ImageFilter!) {{
  images(first: {_SHOWN}, where: $where) {{
    totalCount nodes {{ id cameraClock location {{ name }} dump {{ id folder number source {{ path }} }} }} }} }}"""
_FIXES: Final = """query ($id: ID!) { dump(id: $id) {
  clockFixes { id offsetSeconds note createdAt undoneAt shownAfter shownBefore } } }"""


async def find_photo(
    ask: Ask, word: str, *, among: dict[str, Any] | None = None, option: str = "--photo "
) -> tuple[str, str]:
    """Return the ids of the photo that a word means, and of the dump that delivered it first.

    The word is an id, a file's name, or a path as far as it is given; `among` is a filter of images. Raises
    `NotFoundError`, or `UsageError` naming the photos, each behind `option`, when several of them are called so.
    """
    if word.startswith(_IMAGE_ID) and "." not in word:
        image = (await ask(_OF_ID, {"id": word}))["image"]
        if image is None:
            raise NotFoundError("There is no photo with this id.")
        return image["id"], image["dump"]["id"]
    where = {name: value for name, value in (among or {}).items() if value is not None}
    named = as_named(word)
    found = (await ask(_CALLED, {"where": where | named}))["images"]
    nodes: list[dict[str, Any]] = found["nodes"]
    if not nodes:
        meant = " among those that are meant" if where else ""
        hint = " Give its path as a receipt shows it, or its name alone." if "path" in named else ""
        raise NotFoundError(f"There is no photo called {word}{meant}.{hint}")
    if len(nodes) > 1:
        lines = "\n".join(f"  {option}{image['id']}  {_photo(image)}" for image in nodes)
        more = (
            f"\n  … and {found['totalCount'] - len(nodes)} more" if found["totalCount"] > len(nodes) else ""
        )
        raise UsageError(f"{found['totalCount']} photos are called {word}; say which one:\n{lines}{more}")
    return nodes[0]["id"], nodes[0]["dump"]["id"]


def _photo(image: dict[str, Any]) -> str:
    """Return which of several photos it is: what its clock showed, and where it came from."""
    showed = image["cameraClock"]
    parts = [
        "no clock was read" if showed is None else f"clock {minute(showed)}",
        dump_name(image["dump"]),
        *([image["location"]["name"]] if image["location"] else []),
    ]
    return " · ".join(parts)


async def find_fix(ask: Ask, word: str) -> str:
    """Return the id of the repair that a word means: its id, or a dump by id, folder or path of which one stands.

    Of a folder or path it is the latest dump of which any stands. Raises `NotFoundError`, or `UsageError` naming the
    repairs when several stand.
    """
    if word.startswith(_FIX_ID) and "/" not in word:
        return word
    standing: list[dict[str, Any]] = []
    for dump_id in await deliveries(ask, word):
        dump = (await ask(_FIXES, {"id": dump_id}))["dump"]
        fixes: list[dict[str, Any]] = [] if dump is None else dump["clockFixes"]
        if standing := [fix for fix in fixes if fix["undoneAt"] is None]:
            break
    if not standing:
        raise NotFoundError(
            f"No repair of {word} stands. Repairs of a deployment are taken back by their id, and"
            " `thumper clock right --undo` takes back that its clocks were right."
        )
    if len(standing) > 1:
        lines = "\n".join(f"  thumper clock undo {fix['id']}  {_repair(fix)}" for fix in standing)
        raise UsageError(
            f"{len(standing)} repairs of {word} stand, the latest first; say which one:\n{lines}"
        )
    fix_id: str = standing[0]["id"]
    return fix_id


def _repair(fix: dict[str, Any]) -> str:
    return " · ".join(_said(fix))


def _said(fix: dict[str, Any]) -> Iterable[str]:
    yield offset_text(fix["offsetSeconds"])
    yield f"made {minute(fix['createdAt'])} UTC"
    for name, word in (("shownAfter", "from"), ("shownBefore", "before")):
        if fix[name] is not None:
            yield f"{word} {minute(fix[name])}"
    if fix["note"]:
        yield fix["note"]
