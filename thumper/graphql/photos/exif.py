"""What cameras write into their photos beside time, place and measurements."""

from __future__ import annotations

from typing import Any

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.price import price
from thumper.graphql.shared.together import loaded
from thumper.ingest.exif_tags import MOST_TAGS, WrittenTag
from thumper.ingest.original_tags import Original
from thumper.store.images.exif_values import ExifValues


@strawberry.type(description="One EXIF tag as it is written.")
class ExifTag:
    """Backed by `exif_tags.WrittenTag`."""

    name: str = strawberry.field(description="Its name by the standard, such as FocalLength.")
    text: str = strawberry.field(
        description="Its value as one line without control characters, at most 200 characters; several numbers are"
        " separated by blanks."
    )


@strawberry.type(
    description="What a camera wrote into a photo's EXIF; each is null where the photo does not say."
)
class Exif:
    """Backed by `exif_values.ExifValues`."""

    iso: int | None = strawberry.field(description="Sensitivity, such as 800.")
    exposure_seconds: float | None = strawberry.field(
        description="Exposure time in seconds, such as 0.0333.", resolver=lambda root: root.exposure_s
    )
    f_number: float | None = strawberry.field(description="Aperture, such as 2.4.")
    flash_fired: bool | None = strawberry.field(
        description="Whether flash or infrared lamps were on. Null too for images that were taken in before Thumper"
        " kept it; `tags` have it as Flash."
    )

    @field(
        "What the camera, or a person, wrote as its comment: UserComment, else the comment of the JPEG file."
    )
    @staticmethod
    def comment(root: strawberry.Parent[ExifValues]) -> str | None:
        return root.comment or None

    @field("ImageDescription.")
    @staticmethod
    def description(root: strawberry.Parent[ExifValues]) -> str | None:
        return root.description or None

    @field("The program, or the camera's firmware, that wrote the file.")
    @staticmethod
    def software(root: strawberry.Parent[ExifValues]) -> str | None:
        return root.software or None

    @field(
        "All tags of EXIF that are texts or numbers, the first 100, read from the original when asked for; without the"
        " position, which is a field of the image. Null while the original cannot be read, or its place holds other"
        " bytes. Asking for them costs 100 for each image.",
        optional(listed(ExifTag)),
        takes=price(items=MOST_TAGS),
    )
    @staticmethod
    @loaded
    async def tags(root: strawberry.Parent[ExifValues], info: Info) -> list[WrittenTag] | None:
        original = Original(
            path=bytes(root.original_path),
            sha256=bytes(root.sha256),
            size_bytes=root.size_bytes,
            media_type=root.media_type,
            max_exif_bytes=info.context.settings.max_exif_bytes,
        )
        tags: Any = await info.context.loaders.exif_tags.load(original)
        return None if tags is None else list(tags)
