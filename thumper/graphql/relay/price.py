"""What a field takes, said beside the field: by this the cost of a request is reckoned before anything is read.

Every object counts one, and a field that asks the database one more, once for all objects of a page: its loader asks
for all of them in one statement. Nothing needs to be said of a connection, whose page is known, nor of a single value.
A list without pages says how many items it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

PRICE: Final = "price"
"""Where a price stands in the metadata of a field."""

FEW: Final = 5
"""Items that are reckoned of a list that has no limit and is usually short, such as the boxes of an image."""

OF_PAGE: Final = None
"""Items of a list that the page around it limits, as its `price(page=…)` says."""

REREADING: Final = 3000
"""What reading originals again counts, or computing the times of a whole dump: three of them in a request at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one field takes; see `price`."""

    items: int | None = FEW
    items_of: str = ""
    page: int = 0
    own: int = 0


def price(*, items: int | None = FEW, items_of: str = "", page: int = 0, own: int = 0) -> dict[str, Any]:
    """Return the metadata of a field of this price.

    `items` is the length of a list without pages: the most that it can have, or what is usual where it has no limit.
    `items_of` is the argument that has an item for each of the list's. `page` is for a page that is no connection: how
    many items each of its lists, which are `OF_PAGE`, has when `first` is left out, and at most. `own` is what the
    field takes by itself for each object that has it: statements that no loader makes one of, such as those that count
    a list, or what is as slow as that many.
    """
    return {PRICE: Price(items=items, items_of=items_of, page=page, own=own)}
