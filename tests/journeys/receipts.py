"""Questions that every journey asks over GraphQL."""

from __future__ import annotations

from typing import Any

from tests.journeys.conftest import Ranch, wait_until
from tests.journeys.reference import Seen

DUMPS = """
{ dumps(first: 50) { nodes { id folder settledAt
    receipt { found stored duplicate rejected waiting sizeBytes }
    imageCounts { total pending processing completed failed } } } }
"""

BOXES = """
query($after: String) { images(first: 100, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { fileName state detections(minConfidence: 0.05) {
        predicted { label confidence } box { x y width height } } } } }
"""


def dump(ranch: Ranch, folder: str) -> dict[str, Any] | None:
    """Return the newest dump of a folder of the drop root; None before it was seen."""
    own = [node for node in ranch.ask(DUMPS)["dumps"]["nodes"] if node["folder"] == folder]
    return own[0] if own else None


def adds_up(receipt: dict[str, Any]) -> bool:
    """Return whether a receipt accounts for every file."""
    parts = ("stored", "duplicate", "rejected", "waiting")
    return bool(receipt["found"] == sum(receipt[part] for part in parts))


def settled(ranch: Ranch, folder: str, *, timeout_s: float = 120) -> dict[str, Any]:
    """Wait until a dump is delivered and every image of it is done; its receipt adds up all the while."""

    def look() -> dict[str, Any] | None:
        found = dump(ranch, folder)
        if found is None:
            return None
        assert adds_up(found["receipt"]), found
        counts = found["imageCounts"]
        done = found["settledAt"] and counts["completed"] + counts["failed"] == counts["total"]
        return found if done else None

    found: dict[str, Any] = wait_until(look, timeout_s=timeout_s, what=f"dump {folder!r}")
    return found


def boxes(ranch: Ranch) -> dict[str, list[Seen]]:
    """Return every stored box of every image by file name."""
    found: dict[str, list[Seen]] = {}
    after = None
    while True:
        page = ranch.ask(BOXES, after=after)["images"]
        for node in page["nodes"]:
            found[node["fileName"]] = [
                Seen(
                    box["predicted"]["label"],
                    box["predicted"]["confidence"],
                    (box["box"]["x"], box["box"]["y"], box["box"]["width"], box["box"]["height"]),
                )
                for box in node["detections"]
            ]
        if not page["pageInfo"]["hasNextPage"]:
            assert len(found) == page["totalCount"]
            return found
        after = page["pageInfo"]["endCursor"]
