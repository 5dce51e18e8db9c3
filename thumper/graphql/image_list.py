"""The list of images, of all and of each record that has some: one filter and one order for every one of them.

It stands below the folders of the nouns, since most of them have images.
"""

from __future__ import annotations

from typing import Any, Final

from thumper.graphql.context import Info
from thumper.graphql.relay.confidence import confidence
from thumper.graphql.relay.connection import Connection
from thumper.graphql.relay.search_list import SearchList
from thumper.store import models
from thumper.store.images.images import ImageSearch
from thumper.store.postgres.page import Cut, Order

IMAGE_LIST: Final = SearchList(
    ImageSearch, "images", usual="latest capture first", checks={"min_confidence": confidence}
)


def images_of(noun: str, description: str) -> Any:
    """Make the field `images` of a record of that type."""

    def connect(
        root: Any, info: Info, search: ImageSearch, order: Order, cut: Cut
    ) -> Connection[models.Image]:
        loaders = info.context.loaders
        return Connection(
            order=order,
            cut=cut,
            read=lambda: loaders.image_pages[noun].load((root.id, (search, order, cut))),
            count=lambda: loaders.image_totals[noun].load((root.id, search)),
        )

    return IMAGE_LIST.field_below(description, connect)
