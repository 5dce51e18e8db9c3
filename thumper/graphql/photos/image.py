"""Photos: their fields, and queries."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry

from thumper.domain.media import Media
from thumper.domain.moon import MoonPhase
from thumper.domain.progress import ImageState
from thumper.domain.reason import Reason
from thumper.graphql.clocks.image_clock import ClockFields
from thumper.graphql.context import Info
from thumper.graphql.image_list import IMAGE_LIST
from thumper.graphql.photos.burst import Burst
from thumper.graphql.photos.exif import Exif
from thumper.graphql.photos.image_urls import UrlFields
from thumper.graphql.photos.mark import MarkFields
from thumper.graphql.photos.sequence import Sequence
from thumper.graphql.photos.waiting import Waiting
from thumper.graphql.refusal import bad_request
from thumper.graphql.relay.confidence import confidence
from thumper.graphql.relay.coordinates import Coordinates, coordinates_of
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.node import Node, find, related
from thumper.graphql.relay.price import FEW, price
from thumper.graphql.relay.scalar import BigInt
from thumper.graphql.relay.search_list import filter_arguments
from thumper.graphql.shared.together import loaded
from thumper.store import models
from thumper.store.images import images
from thumper.store.images.bursts import Shot
from thumper.store.images.detections import BoxFilter


@strawberry.type(description="Why detection failed for an image.")
class ImageError:
    """A reason with its texts."""

    code: Reason = strawberry.field(description="Stable word for programs, such as TRUNCATED.")
    message: str | None = strawberry.field(description=f"What is wrong with this very image. {WITHHELD}")
    what_to_do: str = strawberry.field(description="What a person can do about it.")


@strawberry.type(description="The current detector's work on an image.")
class Job:
    """Backed by `images.JobFigures`."""

    state: ImageState = strawberry.field(description="How far it is.")
    held: bool = strawberry.field(description="Whether it waits until somebody asks for detection.")
    attempts: int = strawberry.field(name="attemptCount", description="How often it was begun.")
    queued_at: dt.datetime = strawberry.field(description="When it was queued.")
    started_at: dt.datetime | None = strawberry.field(description="When the last attempt began.")
    finished_at: dt.datetime | None = strawberry.field(description="When it completed or failed.")
    device: str | None = strawberry.field(description="Where the model ran, such as cuda:0 or cpu.")
    engine: str | None = strawberry.field(description="What ran the model, such as ultralytics 8.4.")
    milliseconds: float | None = strawberry.field(
        description="Time in the model for this image, in milliseconds; null until completed."
    )

    @field("The detector.", lazy("Detector"))
    @staticmethod
    @loaded
    def detector(root: strawberry.Parent[images.JobFigures], info: Info) -> Any:
        return related(root.detector_id, "Detector", info=info)


@strawberry.type(description="One distinct photo, known by its bytes, however often it was delivered.")
class Image(ClockFields, MarkFields, UrlFields, Node):
    """Backed by `models.Image`."""

    row: ClassVar[type[Any]] = models.Image

    file_name: str | None = strawberry.field(
        description=f"Name of the file that first delivered it, without folders. {WITHHELD}"
    )
    size_bytes: BigInt = strawberry.field(description="Size of the original in bytes.")
    media_type: str = strawberry.field(description="image/jpeg or image/png.")
    width_px: int = strawberry.field(description="Width of the upright photo in pixels.")
    height_px: int = strawberry.field(description="Height of the upright photo in pixels.")
    temperature_celsius: float | None = strawberry.field(
        description="Temperature that the camera noted, in °C; null when it noted none.",
        resolver=lambda root: root.temperature_c,
    )
    battery_percent: int | None = strawberry.field(
        description="Charge of the battery as the camera noted it, 0 to 100; null when it noted none."
    )
    battery_volts: float | None = strawberry.field(
        description="Voltage of the battery as the camera noted it, in V; null when it noted none.",
        resolver=lambda root: root.battery_v,
    )
    moon_phase: MoonPhase | None = strawberry.field(
        description="Phase of the moon as the camera noted it; null when it noted none."
    )
    damaged: bool = strawberry.field(
        description="Whether a part of the picture could not be decoded: it is grey, shifted or of wrong colours. False"
        " until it was decoded."
    )
    state: ImageState = strawberry.field(description="How far detection is.")
    processed_at: dt.datetime | None = strawberry.field(
        description="When detection last completed or failed; null before that."
    )

    @field("Whether it is a photo or a clip.")
    @staticmethod
    def media(root: strawberry.Parent[models.Image]) -> Media:
        return Media.PHOTO

    @field("How long the clip is, in seconds; null for a photo.")
    @staticmethod
    def duration_seconds(root: strawberry.Parent[models.Image]) -> float | None:
        return None

    @field(f"SHA-256 of the original, 64 hexadecimal digits. {WITHHELD}")
    @staticmethod
    def sha256(root: strawberry.Parent[models.Image]) -> str | None:
        digest: bytes | None = root.sha256  # withheld from guests
        return None if digest is None else digest.hex()

    @field("When Thumper first recorded it.")
    @staticmethod
    def arrived_at(root: strawberry.Parent[models.Image]) -> dt.datetime:
        return root.created_at

    @field(
        "Where the photo itself says that it was taken (EXIF GPS); null when it does not. Guests are told where its"
        " place is instead, rounded. Where they are withheld, latitude and longitude are null."
    )
    @staticmethod
    def coordinates(root: strawberry.Parent[models.Image]) -> Coordinates | None:
        return coordinates_of(root.latitude, root.longitude)

    @field(
        "Its place in the burst that the camera took; null when the camera does not say.", optional(Sequence)
    )
    @staticmethod
    def sequence(root: strawberry.Parent[models.Image]) -> Sequence | None:
        if root.sequence_number is None:
            return None
        return Sequence(number=root.sequence_number, length=root.sequence_length)

    @field(
        "What else the camera wrote into the file. Capture time, position, camera and measurements are fields of the"
        f" image. {WITHHELD}",
        optional(Exif),
    )
    @staticmethod
    @loaded
    def exif(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return info.context.loaders.exif.wanted(root.id)

    @field("Why detection failed; null unless the state is FAILED.")
    @staticmethod
    def error(root: strawberry.Parent[models.Image]) -> ImageError | None:
        if root.error_code is None:
            return None
        reason = Reason(root.error_code)
        return ImageError(code=reason, message=root.error or reason.sentence, what_to_do=reason.advice)

    @field(f"The current detector's work on it; null when it was never queued. {WITHHELD}", optional(Job))
    @staticmethod
    @loaded
    def job(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return info.context.loaders.image_figures.wanted(root.id)

    @field(f"Why it has no result yet; null when it was completed or failed. {WITHHELD}", optional(Waiting))
    @staticmethod
    @loaded
    def waiting_for(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return info.context.loaders.waiting.wanted(root.id)

    @field("The place where it was taken; null when the dump named none.", optional(lazy("Location")))
    @staticmethod
    @loaded
    def location(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return related(root.location_id, "Location", info=info)

    @field(
        "The burst in which its camera took it, often of this one image; null without a camera or a capture time.",
        optional(Burst),
    )
    @staticmethod
    @loaded
    def burst(root: strawberry.Parent[models.Image], info: Info) -> Any:
        if root.camera_id is None or root.taken_at is None:
            return None
        return info.context.loaders.bursts.wanted(Shot(root.camera_id, root.taken_at))

    @field("The camera that took it; null when the photo does not say.", optional(lazy("Camera")))
    @staticmethod
    @loaded
    def camera(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return related(root.camera_id, "Camera", info=info)

    @field(f"The dump that first delivered it. {WITHHELD}", optional(lazy("Dump")))
    @staticmethod
    @loaded
    def dump(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return related(root.dump_id, "Dump", info=info)

    @field(
        "The file that it was made from, the first with its bytes; null when that is not known any more, or withheld.",
        optional(lazy("File")),
    )
    @staticmethod
    @loaded
    def first_delivery(root: strawberry.Parent[models.Image], info: Info) -> Any:
        return info.context.loaders.first_deliveries.wanted(root.id)

    @field(
        "The boxes that count, most confident first: the current detector's, whose class is shown and whose confidence"
        " reaches the threshold of its class, without those that a person rejected; and last those that people drew."
        " Null when an argument is refused.",
        optional(listed(lazy("Detection"))),
        groups=[filter_arguments(BoxFilter, {"min_confidence": confidence})],
        takes=price(items=FEW),
    )
    @staticmethod
    @loaded
    def detections(root: strawberry.Parent[models.Image], info: Info, search: BoxFilter) -> Any:
        return info.context.loaders.boxes.wanted((root.id, search))


ById: TypeAlias = Annotated[strawberry.ID | None, strawberry.argument(description="Global id of the image.")]
ByHash: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="SHA-256 of the original, 64 hexadecimal digits, as sha256sum prints it; instead of the id."
    ),
]


def _digest(word: str) -> bytes:
    """Read a SHA-256. Raises BAD_VALUE."""
    try:
        digest = bytes.fromhex(word)
    except ValueError:
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise bad_request(
            "BAD_VALUE", "sha256 is no SHA-256; write 64 hexadecimal digits, as sha256sum prints them."
        )
    return digest


@strawberry.type
class ImageQuery:
    """Queries for images."""

    @field(
        "The image with this id, or of the photo with this hash; null when there is none.", optional(Image)
    )
    @staticmethod
    async def image(info: Info, id: ById = None, sha256: ByHash = None) -> Any:
        if (id is None) == (sha256 is None):
            raise bad_request("BAD_ARGUMENTS", "Give the id or the sha256 of the image, one of the two.")
        return (
            await images.of_hash(_digest(sha256))
            if sha256 is not None
            else await find(str(id), "Image", info=info)
        )

    images = IMAGE_LIST.field("Images, a page at a time.")
