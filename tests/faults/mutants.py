"""Damaged photos by the thousand: each must end as an image, a duplicate or a named refusal, whatever is in it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from tests.faults import evidence
from tests.faults.mutation import Mutant, mutant
from tests.faults.scenario import Outcome
from tests.faults.stage import Stage
from thumper.domain.reason import Reason
from thumper.imaging.header import Probe, inspect_stream
from thumper.imaging.limits import Limits
from thumper.imaging.original import check_size
from thumper.imaging.refusal import DecodeRefusal
from thumper.imaging.sandbox import DecodeSandbox
from thumper.ingest.metadata import read_metadata

LONGEST_S: Final = 20.0
"""What one file may take before it counts as a hang."""
_AT_ONCE: Final = 200
_EXIF_BYTES: Final = 65_536
_OF_THE_DECODER: Final = frozenset({Reason.DECODE_CRASHED, Reason.DECODE_TIMEOUT, Reason.POISON})
"""Reasons that say that a child or a worker had to die for it."""
_STAY: Final = ("watcher", "worker", "API")
"""Processes that no file may end."""
_FILES: Final = """
SELECT convert_from(file.path, 'LATIN1') AS name, file.state, file.reason, image.state AS image_state,
    image.error_code, image.damaged, image.media_type
FROM file LEFT JOIN image ON image.id = file.image_id
"""


@dataclass
class _Report:
    """What was found; a mutant that breaks a promise is kept."""

    ways: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    worst_s: float = 0.0

    def blame(self, one: Mutant, what: str) -> None:
        """Take down a broken promise."""
        self.violations.append(f"{one.name} ({', '.join(one.ways)}): {what}; kept as {one.keep()}")

    def outcome(self, name: str, seed: int, size: int, began_s: float) -> Outcome:
        """Return it as every scenario does."""
        endings = {f"ended as {ending}": float(number) for ending, number in sorted(self.endings.items())}
        return Outcome(
            scenario=name,
            seed=seed,
            images=size,
            faults=dict(self.ways),
            seconds=time.monotonic() - began_s,
            violations=tuple(self.violations),
            measured=({"longest look at a header s": self.worst_s} if self.worst_s else {}) | endings,
        )


@dataclass(frozen=True, slots=True)
class MutantsThroughDecode:
    """Mutants through the readers of headers and EXIF, in this process as in the watcher, and through the sandbox."""

    name: ClassVar[str] = "mutants through decode"
    words: ClassVar[str] = (
        "damaged photos are looked at and decoded: cut, flipped, spliced, lying about everything"
    )
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run it on `size` mutants."""
        began_s, report = time.monotonic(), _Report()
        with DecodeSandbox(Limits(timeout_s=LONGEST_S), workers=2) as sandbox:
            for start in range(0, size, _AT_ONCE):
                batch = [mutant(seed, number) for number in range(start, min(start + _AT_ONCE, size))]
                for one in batch:
                    report.ways.update(one.ways)
                probes = [_look(one, report) for one in batch]
                asyncio.run(_decode_all(sandbox, batch, probes, scratch, report))
        return report.outcome(self.name, seed, size, began_s)


def _look(one: Mutant, report: _Report) -> Probe | Reason:
    """Look at a header as the watcher does."""
    began_s = time.monotonic()
    try:
        with _alarm():
            check_size(len(one.content), Limits())
            probe = inspect_stream(io.BytesIO(one.content), Limits())
            read_metadata(one.content, media_type=probe.media_type, max_exif_bytes=_EXIF_BYTES)
            return probe
    except DecodeRefusal as refusal:
        return refusal.reason
    except TimeoutError:
        report.blame(one, f"its header takes more than {LONGEST_S:g} s")
    except Exception as error:  # noqa: BLE001  # that there is none is the promise
        report.blame(one, f"its header raises {error!r}")
    finally:
        report.worst_s = max(report.worst_s, time.monotonic() - began_s)
    return Reason.DAMAGED_HEADER


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    """Raise `TimeoutError` when what is inside takes too long."""

    def ring(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


async def _decode_all(
    sandbox: DecodeSandbox,
    batch: Sequence[Mutant],
    probes: Sequence[Probe | Reason],
    scratch: Path,
    report: _Report,
) -> None:
    paths = [scratch / one.name for one in batch]
    for path, one in zip(paths, batch, strict=True):
        path.write_bytes(one.content)
    endings = await asyncio.gather(*(ending(sandbox, path) for path in paths), return_exceptions=True)
    for path, one, probe, end in zip(paths, batch, probes, endings, strict=True):
        path.unlink()
        report.endings[str(end)] += 1
        if isinstance(end, BaseException):
            report.blame(one, f"decoding raises {end!r}")
        elif end in _OF_THE_DECODER:
            report.blame(one, f"decoding ends as {end}")
        elif isinstance(probe, Reason) and end != probe:
            report.blame(one, f"refused as {probe} on arrival, and decoding ends as {end}")


async def ending(sandbox: DecodeSandbox, path: Path) -> str:
    """Return what becomes of a file: whole, damaged, or the code of a reason."""
    try:
        return "damaged" if (await sandbox.load(path)).damaged else "whole"
    except DecodeRefusal as refusal:
        return refusal.reason.value


@dataclass(frozen=True, slots=True)
class MutantsThroughIngest:
    """Mutants dropped into the folder of a whole Thumper."""

    name: ClassVar[str] = "mutants through ingest"
    words: ClassVar[str] = "damaged photos are dropped into the folder of a running Thumper"
    real: ClassVar[bool] = True

    def run(self, seed: int, size: int, scratch: Path) -> Outcome:
        """Run it on `size` mutants."""
        began_s, report = time.monotonic(), _Report()
        mutants = {one.name: one for one in (mutant(seed, number) for number in range(size))}
        with Stage(scratch, changes={"decode_timeout_s": LONGEST_S}) as stage:
            before = _pids(stage)
            folder = stage.settings.drop_dir / "Card"
            folder.mkdir()
            for name, one in mutants.items():
                report.ways.update(one.ways)
                (folder / name).write_bytes(one.content)
            originals = evidence.originals(folder)
            if not stage.wait_for_end(size, timeout_s=120 + size / 2):
                report.violations.append(f"not everything ended: {stage.counts()}")
            if (after := _pids(stage)) != before:
                report.violations.append(f"processes did not live through it: {before} before, {after} after")
            if evidence.originals(folder) != originals:
                report.violations.append("originals were changed")
            report.violations += _account(stage, size)
            _judge(stage, mutants, scratch, report)
        return report.outcome(self.name, seed, size, began_s)


def _pids(stage: Stage) -> dict[str, int | None]:
    found = {name: stage.process(name) for name in _STAY}
    return {name: process.pid if process is not None else None for name, process in found.items()}


def _account(stage: Stage, size: int) -> Iterator[str]:
    """Add the receipts up."""
    answer = stage.ranch.ask(
        "{ dumps(first: 10) { nodes { receipt {"
        " found waiting stored duplicate rejected rejections { fileCount } } } } }"
    )
    receipts = [node["receipt"] for node in answer["dumps"]["nodes"]]
    total = {
        key: sum(one[key] for one in receipts)
        for key in ("found", "waiting", "stored", "duplicate", "rejected")
    }
    reasons = sum(reason["fileCount"] for one in receipts for reason in one["rejections"])
    settled = total["stored"] + total["duplicate"] + total["rejected"]
    if (total["found"], total["waiting"], settled, reasons) != (size, 0, size, total["rejected"]):
        yield f"the receipts do not add up to {size} files: {total}, {reasons} of them with a reason"


def _judge(stage: Stage, mutants: dict[str, Mutant], scratch: Path, report: _Report) -> None:
    """Look at what became of each file, and compare it with what decoding it again says."""
    rows = {Path(row["name"]).name: row for row in stage.query(_FILES)}
    for name in mutants.keys() - rows.keys():
        report.blame(mutants[name], "it has no row")
    judged: dict[str, str] = {}
    for name, row in rows.items():
        one = mutants[name]
        if row["state"] == "rejected":
            judged[name] = str(row["reason"])
        elif row["image_state"] == "failed":
            judged[name] = str(row["error_code"])
        else:
            judged[name] = "damaged" if row["damaged"] else "whole"
        report.endings[judged[name]] += 1
        if judged[name] not in {"damaged", "whole", *(set(Reason) - _OF_THE_DECODER)}:
            report.blame(one, f"it ended as {judged[name]}: {dict(row)}")
    folder = stage.settings.drop_dir / "Card"
    with DecodeSandbox(Limits(timeout_s=LONGEST_S), workers=2) as sandbox:
        for name, again in asyncio.run(_again(sandbox, folder, list(judged))).items():
            if rows[name]["state"] != "rejected" and again != judged[name]:
                report.blame(mutants[name], f"it ended as {judged[name]}, and decoding it says {again}")


async def _again(sandbox: DecodeSandbox, folder: Path, names: Sequence[str]) -> dict[str, str]:
    endings = await asyncio.gather(*(ending(sandbox, folder / name) for name in names))
    return dict(zip(names, endings, strict=True))
