"""The enums of the API: those of the domain, each value with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import strawberry

from thumper.domain.access import Role, Scope
from thumper.domain.animal import DeerStatus, ReviewVerdict
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_doubt import ClockDoubt, DstEdge
from thumper.domain.condition import Condition, Severity
from thumper.domain.label import LifeStage, Sex
from thumper.domain.media import Media
from thumper.domain.moon import MoonPhase
from thumper.domain.place_effect import StayKind
from thumper.domain.precision import Precision
from thumper.domain.progress import BatchKind, FileState, ImageState, SourceKind, SourceState
from thumper.domain.reason import Reason
from thumper.domain.time_zone import ZoneSource

E = TypeVar("E", bound=Enum)


def publish(
    words: type[E], description: str, meanings: Mapping[E, str], *, name: str | None = None
) -> type[E]:
    """Make an enum of the domain a GraphQL enum; every value needs a meaning."""
    published = strawberry.enum(words, description=description, name=name)
    definition: Any = published.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = meanings[words[value.name]]
    return published


publish(
    Role,
    "What somebody is to the ranch.",
    {
        Role.OWNER: "May do everything, and decides who else may sign in.",
        Role.MEMBER: "Sees everything, uploads photos and says what they show.",
        Role.GUEST: "Sees what is shared, and not where it is.",
    },
)
publish(
    Scope,
    "A kind of request. A person who signed in has all that their role has; a token has those that it was given.",
    {
        Scope.READ: "Look at what Thumper knows.",
        Scope.REVIEW: "Say what photos show, and where and when they were taken.",
        Scope.INGEST: "Upload photos and watch the dump that they make.",
        Scope.ADMIN: "Decide who may sign in, what is deleted and how Thumper runs.",
        Scope.METRICS: "Read the counters of the processes.",
    },
)
publish(
    Sex,
    "Sex of an animal.",
    {Sex.MALE: "Male.", Sex.FEMALE: "Female.", Sex.UNKNOWN: "Not known; nothing is guessed."},
)
publish(
    LifeStage,
    "Life stage of an animal.",
    {
        LifeStage.ADULT: "Adult.",
        LifeStage.SUBADULT: "Subadult, about one year old in deer.",
        LifeStage.JUVENILE: "Juvenile: a fawn.",
        LifeStage.UNKNOWN: "Not known; nothing is guessed.",
    },
)
publish(
    ReviewVerdict,
    "A person's word on a detection.",
    {
        ReviewVerdict.CONFIRMED: "What stands is right.",
        ReviewVerdict.CORRECTED: "The box is right, its species, sex or life stage is not.",
        ReviewVerdict.REJECTED: "There is no animal in the box.",
    },
    name="Verdict",
)
publish(
    DeerStatus,
    "What became of a known deer.",
    {
        DeerStatus.ALIVE: "Alive as far as is known.",
        DeerStatus.HARVESTED: "Taken by a hunter.",
        DeerStatus.DEAD: "Died in another way.",
        DeerStatus.MISSING: "Not seen for so long that it counts as gone.",
    },
)
publish(
    TimeSource,
    "Where a capture time was read; the order is the order of trust. The file's date is never used.",
    {
        TimeSource.EXIF_ORIGINAL: "EXIF DateTimeOriginal.",
        TimeSource.EXIF_DIGITIZED: "EXIF DateTimeDigitized.",
        TimeSource.MAKER_NOTE: "The camera maker's own note in the file.",
        TimeSource.EXIF_MODIFIED: "EXIF DateTime, for cameras that write the shutter time there.",
        TimeSource.XMP: "XMP in the file, which photo programs write.",
        TimeSource.IPTC: "IPTC in the file, which photo programs write.",
        TimeSource.FILE_NAME: "The file's name.",
        TimeSource.SIDECAR: "XMP in a file beside the photo.",
        TimeSource.GPS: "GPS date and time of EXIF: UTC, of the receiver's last fix. The clock that is shown is UTC,"
        " and no time zone is needed.",
        TimeSource.NONE: "No believable time was found; the capture time is null.",
    },
)
publish(
    ClockDoubt,
    "Why the clock of a photo is doubted; the order is that of seriousness. A doubt changes no time.",
    {
        ClockDoubt.YEAR_OUT_OF_RANGE: "It shows a year in which the photo cannot have been taken.",
        ClockDoubt.AHEAD_OF_ARRIVAL: "By it the photo was taken more than a day after it arrived.",
        ClockDoubt.FACTORY_DATE: "It runs since the first hours of a 1 January, as after its battery was changed.",
        ClockDoubt.JUMPED_BACK: "It went back on the way through a card; these photos are out of the order of the"
        " others.",
    },
)
publish(
    DstEdge,
    "What the change to or from daylight-saving time does to what a clock shows.",
    {
        DstEdge.AMBIGUOUS: "The hour that comes twice: the first of the two instants is taken.",
        DstEdge.MISSING: "The hour that is left out, so the clock was not changed: it is read with the offset of before"
        " the change.",
    },
)
publish(
    ZoneSource,
    "Where the time zone of a location is from; the order is that of precedence.",
    {
        ZoneSource.LOCATION: "It was set at the location.",
        ZoneSource.COORDINATES: "The zone in which the location's coordinates lie.",
        ZoneSource.SERVER: "The server's setting, since neither is known.",
    },
    name="TimeZoneSource",
)
publish(
    StayKind,
    "What becomes of a deployment when photos move to another place.",
    {
        StayKind.BEGINS: "It is opened, for photos that move.",
        StayKind.MOVES: "All its photos move, and it moves with them.",
        StayKind.ENDS: "It lasted, and ends.",
        StayKind.REACHES: "It begins or ends at another time, with photos that become part of it or leave it.",
        StayKind.VANISHES: "All its photos become part of another, or have no place any more.",
    },
    name="DeploymentChangeKind",
)
publish(
    MoonPhase,
    "Phase of the moon.",
    {
        MoonPhase.NEW: "New moon.",
        MoonPhase.WAXING_CRESCENT: "Less than half lit, growing.",
        MoonPhase.FIRST_QUARTER: "Half lit, growing.",
        MoonPhase.WAXING_GIBBOUS: "More than half lit, growing.",
        MoonPhase.FULL: "Full moon.",
        MoonPhase.WANING_GIBBOUS: "More than half lit, shrinking.",
        MoonPhase.LAST_QUARTER: "Half lit, shrinking.",
        MoonPhase.WANING_CRESCENT: "Less than half lit, shrinking.",
    },
)
publish(
    Media,
    "What an image is.",
    {Media.PHOTO: "A photo.", Media.CLIP: "A clip, a video. None is read yet: every image is a photo."},
)
publish(
    ImageState,
    "How far detection is with an image.",
    {
        ImageState.PENDING: "Waits for the detector.",
        ImageState.PROCESSING: "Is at the detector now.",
        ImageState.COMPLETED: "The detector has seen it; it may have found nothing.",
        ImageState.FAILED: "The detector could not do it; the error says why.",
    },
)
publish(
    FileState,
    "Where one file of a dump stands.",
    {
        FileState.SEEN: "Found; it may still be growing.",
        FileState.STABLE: "Whole, about to be read.",
        FileState.STORED: "Its bytes became a new image.",
        FileState.DUPLICATE: "Its bytes were known already.",
        FileState.REJECTED: "It cannot be an image of Thumper; reason and message say why.",
    },
)
publish(
    SourceKind,
    "How files of a source come in.",
    {
        SourceKind.DROP: "A watched folder; originals stay where they are.",
        SourceKind.INGEST: "A path given to `thumper ingest`; originals are copied into the library.",
        SourceKind.UPLOAD: "Bytes sent over HTTP; originals live in the library.",
    },
)
publish(
    SourceState,
    "Whether a source can be read now.",
    {
        SourceState.ONLINE: "It can be read.",
        SourceState.OFFLINE: "Its folder is missing or empty, as after an unmounted disk; nothing was deleted.",
    },
)
publish(
    BatchKind,
    "What a batch was asked for.",
    {
        BatchKind.DETECT: "Detection of images that the current detector had not seen.",
        BatchKind.RETRY: "Another try for images whose detection had failed.",
    },
)
publish(
    Reason,
    "Why a file was rejected or an image failed, with what to do.",
    {reason: f"{reason.sentence} {reason.advice}" for reason in Reason},
)
publish(
    Severity,
    "Whether somebody has to do something.",
    {Severity.INFO: "It passes by itself.", Severity.WARNING: "Somebody should look."},
)
publish(
    Condition,
    "A state of affairs in which work waits or goes slower than it could.",
    {code: f"{code.meaning.begins.format(who='process', path='…')}" for code in Condition},
    name="ConditionCode",
)


@strawberry.enum(description="Direction of an order.")
class Direction(Enum):
    """Both directions of an order."""

    ASC = strawberry.enum_value("ASC", description="Smallest, oldest or first in the alphabet first.")
    DESC = strawberry.enum_value("DESC", description="Largest, newest or last in the alphabet first.")


publish(
    Precision,
    "The floating-point numbers in which a model computes.",
    {
        Precision.FP32: "32 bits: the answers of the reference.",
        Precision.BF16: "16 bits with the range of 32, on CPUs with instructions for it. Confidences move a little.",
        Precision.FP16: "16 bits, on CUDA. Confidences move a little.",
    },
)
