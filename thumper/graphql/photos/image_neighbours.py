"""The images before and after one, for a page that was opened at its address and knows of no list."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.image_list import IMAGE_LIST
from thumper.graphql.photos.image import Image
from thumper.graphql.relay.cursor import encode_cursor
from thumper.graphql.relay.field import field, optional
from thumper.graphql.relay.identity import decode
from thumper.graphql.relay.price import price
from thumper.graphql.relay.search_list import Asked
from thumper.store import models
from thumper.store.images.images import IMAGES, ImageSearch
from thumper.store.postgres.page import Cut, Order, Position, position_of


@strawberry.type(description="Where an image stands in a list, and those beside it.")
class ImageNeighbours:
    """Reads an image beside only when it is asked for."""

    search: strawberry.Private[ImageSearch]
    order: strawberry.Private[Order]
    position: strawberry.Private[Position]

    @field(
        "Where it stands, to be given as `after` or `before` of the same list; also where the filter does not find it."
    )
    def cursor(self) -> str:
        return encode_cursor(self.order, self.position)

    @field("The image before it in the list; null when it is the first.", optional(Image), takes=price(own=1))
    async def previous(self) -> models.Image | None:
        return await self._beside(Cut(limit=1, before=self.position, backward=True))

    @field("The image after it in the list; null when it is the last.", optional(Image), takes=price(own=1))
    async def next(self) -> models.Image | None:
        return await self._beside(Cut(limit=1, after=self.position))

    async def _beside(self, cut: Cut) -> models.Image | None:
        return next(iter((await self.search.read(order=self.order, cut=cut)).rows), None)


OfImage: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="The image.")]


@strawberry.type
class ImageNeighboursQuery:
    """The query for what is beside an image."""

    @field(
        "The images before and after this one in the list `images` of the same filter and order, whether or not the"
        " filter finds the image itself; null when there is no such image.",
        optional(ImageNeighbours),
        groups=[IMAGE_LIST.asked],
    )
    @staticmethod
    async def image_neighbours(info: Info, image_id: OfImage, asked: Asked) -> Any:
        search, order = IMAGE_LIST.asked_for(asked, info=info)
        position = await position_of(IMAGES, decode(image_id, "Image"), order=order)
        return None if position is None else ImageNeighbours(search=search, order=order, position=position)
