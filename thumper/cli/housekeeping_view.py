"""What a round of housekeeping did, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from thumper.cli.counted import counted
from thumper.domain.disk_space import MB
from thumper.housekeeping.tally import Kind, Tally

_WORDS: Final = {
    Kind.EVENTS: (
        "event of the live feed, whose room the database uses again",
        "events of the live feed, whose room the database uses again",
    ),
    Kind.UPLOADS: (
        "upload address in whose place another was given",
        "upload addresses in whose place others were given",
    ),
    Kind.IDEMPOTENCY_KEYS: (
        "idempotency key of a mutation, whose room the database uses again",
        "idempotency keys of mutations, whose room the database uses again",
    ),
    Kind.SIGN_INS: ("sign-in link or session that has ended", "sign-in links and sessions that have ended"),
    Kind.AUDIT_ENTRIES: (
        "entry of the audit, whose room the database uses again",
        "entries of the audit, whose room the database uses again",
    ),
    Kind.VIEWS: (
        "view, which is made again when somebody looks",
        "views, which are made again when somebody looks",
    ),
    Kind.ORPHANS_SET_ASIDE: ("small picture of no image, set aside", "small pictures of no image, set aside"),
    Kind.ORPHANS_PUT_BACK: ("small picture put back to its image", "small pictures put back to their images"),
    Kind.ORPHANS_REMOVED: (
        "small picture of no image, after its time aside",
        "small pictures of no image, after their time aside",
    ),
    Kind.HALF_WRITTEN: ("half-written file", "half-written files"),
    Kind.EXPORTS: ("prepared model that no worker uses", "prepared models that no worker uses"),
}


def lines(tally: Tally, *, dry_run: bool) -> Iterator[str]:
    """Yield what happened, a kind a line."""
    done = [(kind, amount) for kind, amount in tally.amounts.items() if amount.items]
    for kind, amount in done:
        size = f" ({amount.size_bytes / MB:.1f} MB)" if amount.size_bytes else ""
        yield f"{counted(amount.items, *_WORDS[kind])}{size}"
    if tally.views_kept:
        yield f"{counted(tally.views_kept, 'view stays', 'views stay')}: the original is not there to make it from."
    yield from (f"Not done: {problem}" for problem in tally.problems)
    if not done:
        yield from () if tally.problems else ("Nothing to tidy up.",)
    elif dry_run:
        yield f"That would free {tally.freed_bytes / MB:.1f} MB of the disk; nothing was changed."
    else:
        yield f"{tally.freed_bytes / MB:.1f} MB of the disk are free again."


def as_object(tally: Tally, *, dry_run: bool) -> dict[str, Any]:
    """Return the same for programs; every kind is there."""
    return {
        "dryRun": dry_run,
        "amounts": {
            _camel(kind): {"items": amount.items, "bytes": amount.size_bytes}
            for kind, amount in tally.amounts.items()
        },
        "viewsKept": tally.views_kept,
        "freedBytes": tally.freed_bytes,
        "problems": tally.problems,
    }


def _camel(kind: Kind) -> str:
    first, *rest = kind.value.split("_")
    return first + "".join(word.title() for word in rest)
