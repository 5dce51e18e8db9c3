"""Receipts of dumps: outcomes of the files, sources of their times, whether the card may be wiped."""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry
from graphql import OperationType

from thumper.domain import clock_warning, wipe
from thumper.domain.capture_time import TimeSource
from thumper.domain.clock_warning import ClockWarning
from thumper.domain.reason import Reason
from thumper.domain.wipe import CardToCompare, Checking
from thumper.domain.wipe_messages import WipeCode
from thumper.graphql.clocks.clock_question import ClockQuestion
from thumper.graphql.context import Info
from thumper.graphql.dumps.receipt_places import ReceiptPlaces
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import field, listed, optional
from thumper.graphql.relay.price import FEW, REREADING, price
from thumper.graphql.relay.scalar import BigInt
from thumper.graphql.shared.together import loaded
from thumper.graphql.shared.wipe_checks import Asked
from thumper.store import models
from thumper.store.files import receipts

publish(
    ClockWarning,
    "What is doubtful about the clocks of a dump's photos.",
    {warning: f"{warning.sentence} {warning.advice}" for warning in ClockWarning},
    name="ClockWarningCode",
)
publish(
    Checking,
    "How far the check of a dump's originals is.",
    {
        Checking.CHECKING: "Originals are being re-read; ask again for the verdict.",
        Checking.DONE: "The verdict is there.",
    },
    name="WipeState",
)
publish(
    WipeCode,
    "What stands in the way of wiping a card.",
    {code: code.meaning for code in WipeCode},
    name="WipeObstacleCode",
)


@strawberry.type(description="How many files of a dump were rejected for one reason.")
class Rejections:
    """One line of a receipt."""

    reason: Reason = strawberry.field(description="The reason.")
    files: int = strawberry.field(name="fileCount", description="How many files.")


@strawberry.type(description="How many images of a dump got their capture time from one source.")
class TimeSourceCount:
    """One line of a receipt."""

    source: TimeSource = strawberry.field(description="Where the time was read; NONE for no believable time.")
    images: int = strawberry.field(name="imageCount", description="How many images.")


@strawberry.type(description="Something doubtful about the clocks of a dump's photos.")
class ClockWarningCount:
    """One line of a receipt."""

    code: ClockWarning = strawberry.field(description="Stable word for programs, such as FACTORY_DATE.")
    images: int = strawberry.field(name="imageCount", description="How many images it is about.")

    @field("What is doubtful, for people.")
    def sentence(self) -> str:
        return self.code.sentence

    @field("What a person can do about it.")
    def what_to_do(self) -> str:
        return self.code.advice


@strawberry.type(description="One reason why a card may not be wiped.")
class WipeObstacle:
    """Backed by `wipe.WipeObstacle`."""

    code: WipeCode = strawberry.field(description="Stable word for programs, such as ORIGINAL_MISSING.")
    sentence: str = strawberry.field(description="What stands in the way, for people.")
    files: int = strawberry.field(
        name="fileCount",
        description="How many files it is about; folders in FOLDER_CLOSED; 0 when it is about no file.",
    )

    @field("What a person can do about it.")
    @staticmethod
    def what_to_do(root: strawberry.Parent[wipe.WipeObstacle]) -> str:
        return root.advice

    @field("Some of the files by name, up to 10.")
    @staticmethod
    def examples(root: strawberry.Parent[wipe.WipeObstacle]) -> list[str]:
        return list(root.examples)


@strawberry.type(
    description="What the card that a folder was copied from must hold: then nothing was left behind on it."
)
class CardComparison:
    """Backed by `wipe.CardToCompare`."""

    files: int = strawberry.field(
        name="fileCount",
        description="Files on the card, without what systems leave behind, such as hidden files.",
    )

    @field("Size of these files together in bytes.")
    @staticmethod
    def size_bytes(root: strawberry.Parent[CardToCompare]) -> BigInt:
        return BigInt(root.size_bytes)


@strawberry.type(
    description="Whether what a dump was delivered from may be wiped: only when every file is stored or a duplicate,"
    " an identical original of each was re-read from disk, on another device than the dump's own, and nothing lies"
    " there that begins like a photo or video and is not read. Asking begins a check, which everybody who asks"
    " meanwhile shares; a request waits a few seconds for it. A verdict is given again for five seconds, as long as the"
    " dump does not change."
)
class Wipe:
    """Backed by `wipe_checks.Asked`."""

    checked_at: dt.datetime | None = strawberry.field(
        description="When the check ended; null while it is running."
    )

    @field("How far the check is.")
    @staticmethod
    def state(root: strawberry.Parent[Asked]) -> Checking:
        return root.verdict.state

    @field("Whether it may be wiped; false as long as nobody knows. True exactly when there is no obstacle.")
    @staticmethod
    def safe(root: strawberry.Parent[Asked]) -> bool:
        return root.verdict.safe

    @field("The verdict in words.")
    @staticmethod
    def sentence(root: strawberry.Parent[Asked]) -> str:
        return root.verdict.sentence

    @field("Everything that stands in the way.", listed(WipeObstacle), takes=price(items=len(WipeCode)))
    @staticmethod
    def obstacles(root: strawberry.Parent[Asked]) -> list[wipe.WipeObstacle]:
        return list(root.verdict.obstacles)

    @field("Stored and duplicate files, of each of which an original must be re-read.")
    @staticmethod
    def files_to_check_count(root: strawberry.Parent[Asked]) -> int:
        return root.verdict.to_check

    @field("Those of them whose original has been re-read.")
    @staticmethod
    def files_checked_count(root: strawberry.Parent[Asked]) -> int:
        return root.verdict.checked

    @field("Bytes that were re-read; an original of several files is read once.")
    @staticmethod
    def bytes_checked(root: strawberry.Parent[Asked]) -> BigInt:
        return BigInt(root.verdict.size_bytes)

    @field(
        "For a watched folder in which all else is well: the card that it was copied from may be wiped when it holds"
        " exactly this. Null otherwise.",
        optional(CardComparison),
    )
    @staticmethod
    def compare_with_card(root: strawberry.Parent[Asked]) -> CardToCompare | None:
        return root.verdict.card


@strawberry.type(
    description="What became of the files of a dump. It adds up at every moment:"
    " found = waiting + stored + duplicate + rejected."
)
class Receipt:
    """Backed by `receipts.Receipt`."""

    found: int = strawberry.field(description="Files that were found.")
    stored: int = strawberry.field(description="Files that became a new image.")
    duplicate: int = strawberry.field(description="Files whose bytes were known already.")
    rejected: int = strawberry.field(
        description="Files that cannot be an image of Thumper, or whose image a person deleted."
    )
    videos: int = strawberry.field(
        name="videoCount",
        description="Rejected files that are videos by their content, or by their names where that says nothing;"
        " Thumper keeps no copy of them.",
    )
    size_bytes: BigInt = strawberry.field(description="Size of all files together in bytes.")

    @field("Files that are still growing or about to be read.")
    @staticmethod
    def waiting(root: strawberry.Parent[receipts.Receipt]) -> int:
        return root.waiting

    @field(
        "Stored and duplicate files of whose picture a part is missing, as far as they were looked at; files(where:"
        " {damaged: true}) are they."
    )
    @staticmethod
    @loaded
    async def damaged(root: strawberry.Parent[receipts.Receipt], info: Info) -> int:
        return (await info.context.loaders.dump_damage.load(root.dump_id)).damaged

    @field(
        "Stored and duplicate files that arrived without their end or with a gap and were not looked at: detection says"
        " whether a part of the picture is missing. files(where: {incomplete: true}) are they."
    )
    @staticmethod
    @loaded
    async def incomplete(root: strawberry.Parent[receipts.Receipt], info: Info) -> int:
        return (await info.context.loaders.dump_damage.load(root.dump_id)).incomplete

    @field("The rejected files by reason, most frequent first.", takes=price(items=FEW))
    @staticmethod
    def rejections(root: strawberry.Parent[receipts.Receipt]) -> list[Rejections]:
        return [Rejections(reason=reason, files=files) for reason, files in root.reasons]

    @field(
        "Where the capture times of the stored files were read, most trusted first. Read a moment after the counts:"
        " while the dump still arrives it may know of more files.",
        takes=price(items=len(TimeSource)),
    )
    @staticmethod
    @loaded
    async def time_sources(root: strawberry.Parent[receipts.Receipt], info: Info) -> list[TimeSourceCount]:
        groups = await info.context.loaders.dump_clocks.load(root.dump_id)
        return [
            TimeSourceCount(source=source, images=images)
            for source, images in clock_warning.time_sources(groups)
        ]

    @field(
        "What is doubtful about the clocks of the stored files, most serious first; those that were repaired are not"
        " among them, unless the repair cannot be right.",
        takes=price(items=len(ClockWarning)),
    )
    @staticmethod
    @loaded
    async def clock_warnings(
        root: strawberry.Parent[receipts.Receipt], info: Info
    ) -> list[ClockWarningCount]:
        groups = await info.context.loaders.dump_clocks.load(root.dump_id)
        return [
            ClockWarningCount(code=warning, images=images)
            for warning, images in clock_warning.warnings(groups)
        ]

    @field(
        "What is to be asked about the clocks of its cameras, since its photos are old; null when nothing is, or it was"
        " answered. It does not stand in the way of wiping.",
        optional(ClockQuestion),
    )
    @staticmethod
    @loaded
    async def clock_question(root: strawberry.Parent[receipts.Receipt], info: Info) -> Any:
        return await info.context.loaders.clock_questions.load(root.dump_id)

    @field("Where its photos are from, as far as a person is asked about that.", ReceiptPlaces)
    @staticmethod
    @loaded
    async def places(root: strawberry.Parent[receipts.Receipt], info: Info) -> models.Dump:
        dump: models.Dump = await info.context.loaders.rows["Dump"].load(root.dump_id)
        return dump

    @field(
        "Whether what it was delivered from may be wiped, re-read from disk; short for wipe { safe }.",
        takes=price(own=REREADING),
    )
    @staticmethod
    async def safe_to_wipe(root: strawberry.Parent[receipts.Receipt], info: Info) -> bool:
        return (await _asked(root, info)).verdict.safe

    @field(
        "Whether what it was delivered from may be wiped, re-read from disk, and what stands in the way.",
        Wipe,
        takes=price(own=REREADING),
    )
    @staticmethod
    async def wipe(root: strawberry.Parent[receipts.Receipt], info: Info) -> Asked:
        return await _asked(root, info)


async def _asked(receipt: receipts.Receipt, info: Info) -> Asked:
    dump = await info.context.loaders.rows["Dump"].load(receipt.dump_id)
    live = info.operation.operation is OperationType.SUBSCRIPTION
    return await info.context.wipes.ask(
        receipt.dump_id, version=(dump.changed_at, dump.settled_at), live=live
    )
