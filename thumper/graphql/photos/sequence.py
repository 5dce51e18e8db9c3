"""The place of a photo in the burst that one trigger took."""

from __future__ import annotations

import strawberry


@strawberry.type(description="The place of a photo in a burst, as the camera counts.")
class Sequence:
    """Number and length."""

    number: int = strawberry.field(description="Which photo of the burst it is, from 1.")
    length: int | None = strawberry.field(
        description="How many photos the burst has; null when the camera does not say."
    )
