"""The status of the system: counts, queue, speed, processes, drop folders, last dumps."""

from __future__ import annotations

import datetime as dt
import math

import strawberry
from graphql import GRAPHQL_MAX_INT

from thumper.domain import stage as worker_stage
from thumper.domain.condition import Condition, Severity
from thumper.domain.precision import Precision
from thumper.domain.progress import ProcessRole
from thumper.domain.stage import Stage
from thumper.graphql.context import Info
from thumper.graphql.dumps.dump import ImageCounts
from thumper.graphql.dumps.receipt import Receipt
from thumper.graphql.dumps.source import Source
from thumper.graphql.relay.enumeration import publish
from thumper.graphql.relay.field import WITHHELD, field, lazy, listed, optional
from thumper.graphql.relay.price import FEW, price
from thumper.store import models
from thumper.store.files import receipts
from thumper.store.images import image_counts
from thumper.store.status import conditions, system_status
from thumper.store.status.conditions import StandingCondition
from thumper.store.status.system_status import Liveness

publish(
    ProcessRole,
    "What a process of Thumper does.",
    {
        ProcessRole.SERVE: "Serves this API.",
        ProcessRole.WATCH: "Watches the drop folder and records what arrives.",
        ProcessRole.WORK: "Runs the detector.",
    },
)
publish(
    Liveness,
    "Whether a process does its work.",
    {
        Liveness.ALIVE: "It gives signs of life and waits for work; its message says so when it starts or stops.",
        Liveness.BUSY: "It gives signs of life and works.",
        Liveness.DOWN: "It was there and has been silent for more than 12 seconds.",
        Liveness.NONE: "There is none: it was never started, or was stopped in good order.",
    },
    name="ProcessState",
)


publish(
    Stage,
    "What a worker does with images, one after the other; of several batches it does all of them at once.",
    {
        Stage.CLAIM: "Lease the next images in the queue.",
        Stage.LOAD: "Read, hash and decode photos, and make their thumbnails.",
        Stage.DETECT: "Run the model.",
        Stage.WRITE: "Write what was found.",
    },
    name="WorkerStage",
)


@strawberry.type(description="What one stage of a worker takes, over the last half minute.")
class StageTime:
    """Backed by `domain.stage.StageTime`."""

    stage: Stage = strawberry.field(description="Which stage.")

    @field("Milliseconds an image, with as many at once as the stage takes.")
    @staticmethod
    def milliseconds_per_image(root: strawberry.Parent[worker_stage.StageTime]) -> float:
        return 1000 * root.seconds_per_image

    @field("The most that this stage could do by itself.")
    @staticmethod
    def images_per_second(root: strawberry.Parent[worker_stage.StageTime]) -> float:
        return root.images_per_s


@strawberry.type(description="One process of Thumper and its last sign of life.")
class Process:
    """Backed by `system_status.ProcessStatus`."""

    role: ProcessRole = strawberry.field(description="What it does.")
    host: str | None = strawberry.field(
        description=f"Name of its machine; empty when there is none. {WITHHELD}"
    )
    pid: int | None = strawberry.field(description="Its process id there; null when there is none.")
    condition: Condition | None = strawberry.field(
        description="What it waits for, or why it is slower than it could be; null when all is well."
    )
    message: str | None = strawberry.field(
        description="What keeps it from working, or that it is starting or stopping; empty when all is well."
        f" {WITHHELD}"
    )
    device: str | None = strawberry.field(
        description="Where a worker runs its model, such as cuda:0 or cpu; null before the model is loaded."
    )
    detector_name: str | None = strawberry.field(
        description="Name of a worker's detector; null before it is loaded."
    )
    detector_precision: Precision | None = strawberry.field(
        description="In which numbers a worker's detector computes; null before it is loaded."
    )
    restarts: int = strawberry.field(
        name="restartCount", description="How often it was started again since `thumper up`."
    )
    last_exit: str | None = strawberry.field(
        description=f"How the process before it ended, such as killed by SIGKILL; empty for the first one. {WITHHELD}"
    )
    started_at: dt.datetime | None = strawberry.field(description="When it started; null when there is none.")

    @field("Whether it does its work.")
    @staticmethod
    def state(root: strawberry.Parent[system_status.ProcessStatus]) -> Liveness:
        return root.liveness

    @field("Speed of a worker over the last half minute; null while it cannot be told.")
    @staticmethod
    def images_per_second(root: strawberry.Parent[system_status.ProcessStatus]) -> float | None:
        return root.images_per_s

    @field(
        "What the stages of a worker take, in their order; none before its first batch.",
        listed(StageTime),
        takes=price(items=len(Stage)),
    )
    @staticmethod
    def stages(root: strawberry.Parent[system_status.ProcessStatus]) -> list[worker_stage.StageTime]:
        return list(root.stages)

    @field(
        "The slowest stage of a worker: it cannot be faster than this; null before its first batch.",
        optional(StageTime),
    )
    @staticmethod
    def limit(root: strawberry.Parent[system_status.ProcessStatus]) -> worker_stage.StageTime | None:
        return worker_stage.limit(root.stages)

    @field(
        "Seconds since its last sign of life, due every 3; null when there is none. Not a reason for a message."
    )
    @staticmethod
    def heartbeat_age_seconds(root: strawberry.Parent[system_status.ProcessStatus]) -> float | None:
        return root.heartbeat_age_s


@strawberry.type(name="Condition", description="Something that keeps work waiting or slow now.")
class ConditionNow:
    """Backed by `conditions.StandingCondition`."""

    code: Condition = strawberry.field(description="Stable word for programs.")
    message: str | None = strawberry.field(description=f"The same in a sentence, with what to do. {WITHHELD}")

    @field("Whether somebody has to do something.")
    @staticmethod
    def severity(root: strawberry.Parent[StandingCondition]) -> Severity:
        return root.code.meaning.severity

    @field("The process that is in it; null of a drop folder.", optional(Process))
    @staticmethod
    def process(root: strawberry.Parent[StandingCondition]) -> system_status.ProcessStatus | None:
        return root.process

    @field("The drop folder that is in it; null of a process.", optional(Source))
    @staticmethod
    def source(root: strawberry.Parent[StandingCondition]) -> system_status.SourceStatus | None:
        return root.source


@strawberry.type(
    description="A dump with its receipt and how far detection is with its images, as of one moment."
)
class LastDump:
    """Backed by `system_status.DumpStatus`."""

    @field("The dump.", lazy("Dump"))
    @staticmethod
    def dump(root: strawberry.Parent[system_status.DumpStatus]) -> models.Dump:
        return root.row

    @field("What became of its files.", Receipt)
    @staticmethod
    def receipt(root: strawberry.Parent[system_status.DumpStatus]) -> receipts.Receipt:
        return root.receipt

    @field("How far detection is with the images that it was the first to deliver.", ImageCounts)
    @staticmethod
    def image_counts(root: strawberry.Parent[system_status.DumpStatus]) -> image_counts.ImageCounts:
        return root.images

    unplaced: int = strawberry.field(
        name="unplacedImageCount",
        description="Images that it was the first to deliver and that have no location.",
    )


@strawberry.type(description="How everything stands, as of one moment.")
class Status:
    """Backed by `system_status.SystemStatus`."""

    unplaced: int = strawberry.field(name="unplacedImageCount", description="Images that have no location.")

    held: int = strawberry.field(
        name="heldImageCount",
        description="Pending images that wait until somebody asks for detection, as uploads without it do.",
    )

    @field("All images by how far detection is.", ImageCounts)
    @staticmethod
    def image_counts(root: strawberry.Parent[system_status.SystemStatus]) -> image_counts.ImageCounts:
        return root.images

    @field(
        "What keeps work waiting or slow now: a drop folder that is offline, a full disk, a worker that prepares its"
        f" detector or does not run. Empty when all is well. {WITHHELD}",
        optional(listed(ConditionNow)),
        takes=price(items=FEW),
    )
    @staticmethod
    def conditions(root: strawberry.Parent[system_status.SystemStatus]) -> list[StandingCondition]:
        return conditions.standing(root)

    @field("Images that wait for a worker.")
    @staticmethod
    def queue_depth(root: strawberry.Parent[system_status.SystemStatus]) -> int:
        return root.queued

    @field("Files that were found and are still growing or about to be read.")
    @staticmethod
    def files_arriving_count(root: strawberry.Parent[system_status.SystemStatus]) -> int:
        return root.files_waiting

    @field("Speed of all living workers together over the last half minute; null while it cannot be told.")
    @staticmethod
    def images_per_second(root: strawberry.Parent[system_status.SystemStatus]) -> float | None:
        return root.images_per_s

    @field(
        "Seconds until everything that waits, is at the detector or still arrives will be done at the present speed;"
        " null when there is nothing to do or the speed cannot be told."
    )
    @staticmethod
    def eta_seconds(root: strawberry.Parent[system_status.SystemStatus]) -> int | None:
        # An Int has no more than 31 bits; a worker that all but stands still takes longer.
        return None if root.eta_s is None else min(math.ceil(root.eta_s), GRAPHQL_MAX_INT)

    @field(
        f"The worker; of several a busy one, else a living one, else one that is down. {WITHHELD}",
        optional(Process),
    )
    @staticmethod
    def worker(root: strawberry.Parent[system_status.SystemStatus]) -> system_status.ProcessStatus:
        return root.of(ProcessRole.WORK)

    @field(f"The watcher of the drop folder, chosen likewise. {WITHHELD}", optional(Process))
    @staticmethod
    def watcher(root: strawberry.Parent[system_status.SystemStatus]) -> system_status.ProcessStatus:
        return root.of(ProcessRole.WATCH)

    @field(f"The process that serves the API, chosen likewise. {WITHHELD}", optional(Process))
    @staticmethod
    def api(root: strawberry.Parent[system_status.SystemStatus]) -> system_status.ProcessStatus:
        return root.of(ProcessRole.SERVE)

    @field(
        f"Every process that lives, and those that are down and were not replaced on their machine. {WITHHELD}",
        optional(listed(Process)),
        takes=price(items=FEW),
    )
    @staticmethod
    def processes(root: strawberry.Parent[system_status.SystemStatus]) -> list[system_status.ProcessStatus]:
        return list(root.processes)

    @field(
        "Drop folders and whether watching them works: the one that is watched, then up to nine that were before."
        f" The times in them are no reason for a message. {WITHHELD}",
        optional(listed(Source)),
        takes=price(items=system_status.DROP_FOLDERS),
    )
    @staticmethod
    def sources(root: strawberry.Parent[system_status.SystemStatus]) -> list[system_status.SourceStatus]:
        return list(root.sources)

    @field(
        f"The five dumps that began last, latest first. {WITHHELD}",
        optional(listed(LastDump)),
        takes=price(items=system_status.LAST_DUMPS),
    )
    @staticmethod
    def last_dumps(root: strawberry.Parent[system_status.SystemStatus]) -> list[system_status.DumpStatus]:
        return list(root.dumps)


@strawberry.type
class StatusQuery:
    """The query for the status."""

    @field("How everything stands now.", optional(Status), takes=price(own=4))  # statements that count
    @staticmethod
    async def status(info: Info) -> system_status.SystemStatus:
        return await info.context.live.status()
