"""How many photos there are by place, day and hour: what a page's time line and a script's chart need."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.image_list import IMAGE_LIST
from thumper.graphql.refusal import RequestError, bad_request
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import field, lazy, listed, optional
from thumper.graphql.relay.node import related
from thumper.graphql.relay.price import price
from thumper.graphql.shared.together import loaded
from thumper.store.places import image_groups as counted
from thumper.store.places.image_groups import MOST_GROUPS, Group, Grouping

COUNTING: Final = 500
"""What reading images one by one to count them takes: half a second for a million."""

TOO_MANY_GROUPS: Final = "TOO_MANY_GROUPS"
"""Code of a question whose answer would have more groups than one holds."""

publish(
    Grouping,
    "By what photos are counted.",
    {
        Grouping.LOCATION: "By the place where they were taken.",
        Grouping.MONTH: "By the month of the local day; not together with DAY, which tells more.",
        Grouping.DAY: "By the local day, as the calendar of the place has it.",
        Grouping.HOUR: "By the hour of the local day, 0 to 23.",
    },
    name="ImageGrouping",
)


@strawberry.type(
    description="Photos of one place, local day and local hour, as far as they are counted by these."
)
class ImageGroup:
    """Backed by `image_groups.Group`."""

    date: dt.date | None = strawberry.field(
        description="The local day, by MONTH the first of its month; null for photos without a capture time, and when"
        " counted by neither."
    )
    hour: int | None = strawberry.field(
        description="The hour of the local day, 0 to 23; null for photos without a capture time, and when not counted"
        " by HOUR."
    )
    image_count: int = strawberry.field(description="How many images, photos and not animals.")

    @field(
        "The place; null for photos without one, and when not counted by LOCATION.",
        optional(lazy("Location")),
    )
    @staticmethod
    @loaded
    def location(root: strawberry.Parent[Group], info: Info) -> Any:
        return related(root.location_id, "Location", info=info)


@strawberry.type(description="How many images there are by place, day and hour.")
class ImageGroups:
    """Some groups."""

    image_count: int = strawberry.field(description="How many images in all: the sum of the groups.")
    groups: list[Group] = strawberry.field(
        description="The groups that have an image, by the name of the place, the day and the hour; without one last."
        " Each image is in exactly one group. 2,000 at most.",
        graphql_type=listed(ImageGroup),
        metadata=price(items=MOST_GROUPS),
    )


@strawberry.type
class ImageGroupsQuery:
    """The query for counts."""

    @field(
        "How many images there are by place, local day and local hour. Photos are counted, not animals: a deer that"
        " stands before a camera for an hour makes many. Day and hour are those of `takenAtLocal`: of a clock at the"
        " place. Refused with TOO_MANY_GROUPS when there are more than 2,000; then ask for less at a time, such as for"
        " one year with takenAfter and takenBefore.",
        optional(ImageGroups),
        takes=price(own=COUNTING),
    )
    @staticmethod
    async def image_groups(
        info: Info,
        by: Annotated[
            list[Grouping],
            strawberry.argument(description="By what to count, one to three; in whatever order."),
        ],
        where: Annotated[Any, IMAGE_LIST.where] = None,
    ) -> ImageGroups:
        if not by:
            raise bad_request(
                "BAD_ARGUMENTS", "by is empty; give LOCATION, MONTH, DAY, HOUR or several of them."
            )
        groups = await counted.count_images(
            IMAGE_LIST.search(where, zone=info.context.settings.zone),
            by,
            server_zone=info.context.settings.zone,
        )
        if len(groups) > MOST_GROUPS:
            raise _too_many()
        return ImageGroups(image_count=sum(group.image_count for group in groups), groups=groups)


def _too_many() -> RequestError:
    return bad_request(
        TOO_MANY_GROUPS,
        f"There are more than {MOST_GROUPS:,} groups. Ask for less at a time, such as one year with takenAfter and"
        " takenBefore, or by less.",
    )
