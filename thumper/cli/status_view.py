"""What people read of the status: the same facts as sentences for a log and as a panel for a terminal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Self

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from thumper.cli import condition_view
from thumper.cli.condition_view import ConditionView
from thumper.cli.place_view import without_location
from thumper.domain.condition import Condition, Severity

_PROCESS: Final = (
    "state condition message device detectorName detectorPrecision restartCount lastExit heartbeatAgeSeconds"
)

FIELDS: Final = f"""
images: imageCounts {{ total pending processing completed failed }}
heldImageCount queueDepth filesArrivingCount unplacedImageCount imagesPerSecond etaSeconds
conditions {{ {condition_view.FIELDS} }}
worker {{ {_PROCESS} imagesPerSecond stages {{ stage millisecondsPerImage }} limit {{ stage imagesPerSecond }} }}
watcher {{ {_PROCESS} }} api {{ {_PROCESS} }}
sources {{ kind state path watchMode watchNote canaryAt lastScanAt }}
lastDumps {{
    dump {{ id folder number arrivedAt settledAt source {{ kind path }} location {{ name }} }}
    receipt {{ found waiting stored duplicate rejected rejections {{ reason files: fileCount }} }}
    imageCounts {{ total pending processing completed failed }}
    unplacedImageCount
}}
"""
"""What the views below need, in GraphQL."""

QUERY: Final = f"{{ status {{ {FIELDS} }} }}"
SUBSCRIPTION: Final = f"subscription {{ status {{ seq snapshot status {{ {FIELDS} }} }} }}"

_COLOURS: Final = {"BUSY": "green", "ALIVE": "green", "DOWN": "bold red", "NONE": "yellow"}
_SEVERITY_COLOURS: Final = {Severity.INFO: "cyan", Severity.WARNING: "bold yellow"}
_AT_REST: Final = {"worker": "waiting for work", "watcher": "watching", "api": "answering"}
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class ProcessView:
    """One process in words."""

    name: str
    state: str
    words: str
    condition: Condition | None = None

    @classmethod
    def read(cls, name: str, answer: dict[str, Any]) -> Self:
        """Put the API's answer into words; the sentence of a condition stands in the list of these."""
        state: str = answer["state"]
        condition = Condition(answer["condition"]) if answer["condition"] else None
        words = [{"BUSY": "busy", "ALIVE": _AT_REST[name], "NONE": "not running"}.get(state, "")]
        if state == "DOWN":
            silent = f"DOWN: silent for {duration(answer['heartbeatAgeSeconds'])}"
            words = [f"{silent}. {answer['message']}" if answer["message"] else silent]
        elif condition is not None:
            words = [condition.meaning.words]
        elif answer["message"]:
            words = [answer["message"]]
        where = ", ".join(part for part in (_model(answer), answer["device"]) if part)
        words += [f"({where})"] if where else []
        if answer["restartCount"]:
            times = "once" if answer["restartCount"] == 1 else f"{answer['restartCount']} times"
            words.append(f"· restarted {times}, last exit: {answer['lastExit'] or 'unknown'}")
        if state == "BUSY" and answer.get("limit"):
            words.append(f"· {_stages(answer)}")
        return cls(name=name, state=state, words=" ".join(words), condition=condition)


def _model(worker: dict[str, Any]) -> str:
    """Name a worker's model; of its precision nothing is said as long as its answers are the reference's."""
    name, precision = worker["detectorName"] or "", worker["detectorPrecision"]
    return name if precision in {None, "FP32"} else f"{name} in {precision.lower()}"


def _stages(worker: dict[str, Any]) -> str:
    """Return what each stage takes and which one limits the worker."""
    times = ", ".join(
        f"{one['stage'].lower()} {one['millisecondsPerImage']:.3g} ms" for one in worker["stages"]
    )
    limit = worker["limit"]
    return f"an image takes {times}; {limit['stage'].lower()} limits it to {limit['imagesPerSecond']:.3g} images/s"


@dataclass(frozen=True, slots=True)
class DumpView:
    """One dump with its receipt."""

    id: str
    title: str
    settled_at: dt.datetime | None
    receipt: dict[str, Any]
    images: dict[str, int]
    unplaced: int
    """Its images that have no location."""

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Self:
        """Take the API's answer apart."""
        dump = answer["dump"]
        settled = dump["settledAt"]
        return cls(
            id=dump["id"],
            title=_title(dump),
            settled_at=dt.datetime.fromisoformat(settled) if settled else None,
            receipt=answer["receipt"],
            images=answer["imageCounts"],
            unplaced=answer["unplacedImageCount"],
        )

    @property
    def done(self) -> int:
        """Images that need no more detection."""
        return self.images["completed"] + self.images["failed"]

    @property
    def reasons(self) -> str:
        """Why files were rejected, such as `TRUNCATED 2, NOT_AN_IMAGE 1`."""
        return ", ".join(f"{line['reason']} {line['files']}" for line in self.receipt["rejections"])

    def sentence(self) -> str:
        """Return the receipt in one line."""
        receipt = self.receipt
        parts = [f"{receipt[state]} {state}" for state in ("stored", "duplicate", "rejected")]
        if receipt["waiting"]:
            parts.append(f"{receipt['waiting']} still arriving")
        rejected = f" (rejected: {self.reasons})" if self.reasons else ""
        asked = f" · {without_location(self.unplaced)}: `thumper receipt {self.id}`" if self.unplaced else ""
        return f"{self.title}: {receipt['found']} found = {' + '.join(parts)}{rejected}{asked}"


def _title(dump: dict[str, Any]) -> str:
    """Return which delivery it is: by its folder, the path that was ingested, or as an upload."""
    if dump["source"]["kind"] == "UPLOAD":
        place = dump["location"]
        return f"upload for {place['name']}" if place else "upload"
    in_root = "(photos directly in the drop folder)"
    name = dump["folder"] or in_root
    if dump["source"]["kind"] == "INGEST":  # one photo that was ingested by itself stands in `folder`
        name = "/".join(part for part in (dump["source"]["path"].rstrip("/"), dump["folder"]) if part)
    return name if dump["number"] == 1 else f"{name}, delivery {dump['number']}"


@dataclass(frozen=True, slots=True)
class SourceView:
    """One drop folder that is watched, in words."""

    path: str
    words: str
    proof: str
    """When events were proved to arrive, and when all of it was walked."""

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Self:
        """Put the API's answer into words."""
        words = {"EVENTS": "watched by events", "POLLING": "watched by polling"}[answer["watchMode"]]
        offline = answer["state"] == "OFFLINE"
        words = "OFFLINE" if offline else words
        moments = [("events proved", answer["canaryAt"]), ("all looked at", answer["lastScanAt"])]
        if answer["watchMode"] == "POLLING":
            del moments[0]
        told = [f"{what} {_clock(moment)}" for what, moment in moments if moment]
        return cls(
            path=answer["path"],
            # Why it is offline stands in the list of conditions.
            words=". ".join(part for part in (words, None if offline else answer["watchNote"]) if part),
            proof=f" ({', '.join(told)})" if told else "",
        )

    def sentence(self, *, proof: bool = False) -> str:
        """Return it in one line."""
        return f"drop folder {self.path}: {self.words}{self.proof if proof else ''}"


def _clock(moment: str) -> str:
    """Return when something was, on this machine's clock: `14:03:22`, and the day when that was not today."""
    local = dt.datetime.fromisoformat(moment).astimezone()
    today = local.date() == dt.datetime.now(dt.UTC).astimezone().date()
    return f"{local:%H:%M:%S}" if today else f"{local:%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class StatusView:
    """Everything at one moment."""

    images: dict[str, int]
    held: int
    unplaced: int
    """Images without a location."""
    left: int
    """Files and images that are still to be done."""
    arriving: int
    rate: float | None
    eta_s: int | None
    processes: tuple[ProcessView, ...]
    dumps: tuple[DumpView, ...]
    sources: tuple[SourceView, ...] = ()
    conditions: tuple[ConditionView, ...] = ()

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Self:
        """Take the API's answer apart."""
        return cls(
            images=answer["images"],
            held=answer["heldImageCount"],
            unplaced=answer["unplacedImageCount"],
            left=answer["queueDepth"] + answer["images"]["processing"] + answer["filesArrivingCount"],
            arriving=answer["filesArrivingCount"],
            rate=answer["imagesPerSecond"],
            eta_s=answer["etaSeconds"],
            processes=tuple(ProcessView.read(name, answer[name]) for name in ("worker", "watcher", "api")),
            dumps=tuple(DumpView.read(dump) for dump in answer["lastDumps"]),
            sources=tuple(SourceView.read(source) for source in answer["sources"] if source["watchMode"]),
            conditions=tuple(ConditionView.read(own) for own in answer["conditions"]),
        )

    @property
    def done(self) -> int:
        """Images that need no more detection."""
        return self.images["completed"] + self.images["failed"]

    @property
    def preparing(self) -> str:
        """What the worker does before it looks at photos; empty when it can."""
        worker = next((own for own in self.processes if own.name == "worker"), None)
        if worker is None or worker.state != "ALIVE" or worker.condition is None:
            return ""
        meaning = worker.condition.meaning
        return meaning.words if meaning.severity is Severity.INFO and meaning.holds_images else ""

    def headline(self) -> str:
        """Return how far everything is, in one line; before the first photo, that the detector is prepared."""
        parts = [f"{self.done} of {self.images['total']} images done"]
        if self.preparing:
            parts = [self.preparing, *(parts if self.done else [])]
        if self.images["failed"]:
            parts.append(f"{self.images['failed']} failed")
        if self.arriving:
            parts.append(f"{self.arriving} {'file' if self.arriving == 1 else 'files'} arriving")
        if self.held:
            parts.append(f"{self.held} held until detection is asked for")
        return " · ".join(parts + self.speed())

    def speed(self) -> list[str]:
        """Return what is left and how long it will take; empty when nothing is."""
        if not self.left:
            return []
        words = [f"{self.left} to do"]
        if self.rate:
            words.append(f"{self.rate:.1f} images/s")
        if self.eta_s is not None:
            words.append(f"about {duration(self.eta_s)} left")
        return words

    def places(self) -> list[str]:
        """Return how many photos wait for somebody to say where they are from."""
        return [without_location(self.unplaced)] if self.unplaced else []

    def lines(self, *, proof: bool = False) -> list[str]:
        """Return everything, a line each; with `proof`, also when watching was last proved to work."""
        told = [self.headline(), *(condition.message for condition in self.conditions)]
        told += [f"{own.name}: {own.words}" for own in self.processes]
        told += [source.sentence(proof=proof) for source in self.sources]
        return told + self.places() + [dump.sentence() for dump in self.dumps]


def duration(seconds: float) -> str:
    """Return a time span for people: `44 s`, `3 min`, `2 h 5 min`."""
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    hours, rest_s = divmod(int(seconds), _HOUR_S)
    return f"{hours} h {rest_s // _MINUTE_S} min"


class Burst:
    """What has been done since the queue was last empty, so that a progress bar moves in a large library, too."""

    def __init__(self) -> None:
        self._done_before: int | None = None

    def progress(self, view: StatusView) -> tuple[int, int]:
        """Return how much of how much is done."""
        if self._done_before is None:
            self._done_before = view.done
        done = view.done - self._done_before
        total = done + view.left
        if not view.left:
            self._done_before = view.done
        return done, total


def panel(view: StatusView, *, done: int, total: int) -> RenderableType:
    """Draw the status for a terminal."""
    bar = Table.grid(padding=(0, 1), expand=True)
    bar.add_column(ratio=1)
    bar.add_column(justify="right", no_wrap=True)
    bar.add_row(
        ProgressBar(total=max(total, 1), completed=done if total else 1),
        view.preparing or " · ".join([f"{done}/{total}" if total else "nothing to do", *view.speed()[1:]]),
    )
    processes = Table.grid(padding=(0, 1))
    for own in view.processes:
        processes.add_row(own.name, Text(own.words, style=_COLOURS.get(own.state, "")))
    sources = [Text(source.sentence(proof=True), style="dim") for source in view.sources]
    conditions = [
        Text(own.message, style=_SEVERITY_COLOURS[own.code.meaning.severity]) for own in view.conditions
    ]
    parts: list[RenderableType] = [bar, Text(view.headline(), style="dim"), *conditions, processes, *sources]
    parts += [Text(words, style="yellow") for words in view.places()]
    if view.dumps:
        parts += ["", _dump_table(view.dumps)]
    return Panel(Group(*parts), title="Thumper", title_align="left")


def _remark(dump: DumpView) -> str:
    """Return what is to be said of a dump besides its counts."""
    if not dump.settled_at:
        return "arriving…"
    return ", ".join(
        part for part in (dump.reasons, dump.unplaced and without_location(dump.unplaced)) if part
    )


def _dump_table(dumps: tuple[DumpView, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("last dumps", overflow="fold")
    for title in ("found", "stored", "duplicate", "rejected", "images done"):
        table.add_column(title, justify="right")
    table.add_column("")
    for dump in dumps:
        receipt = dump.receipt
        rejected = Text(str(receipt["rejected"]), style="red" if receipt["rejected"] else "")
        table.add_row(
            Text(dump.title),
            *(str(receipt[key]) for key in ("found", "stored", "duplicate")),
            rejected,
            f"{dump.done}/{dump.images['total']}",
            Text(_remark(dump), style="dim"),
        )
    return table
