"""The model: whether its file is the one that was registered, and whether it still sees what it saw then."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Sequence
from typing import Final

from thumper.doctor.check_context import CheckContext
from thumper.domain.agreement import Agreement
from thumper.domain.check_result import CheckResult
from thumper.domain.detection import RawDetection
from thumper.domain.precision import Precision
from thumper.domain.proof import Proof, differences, words
from thumper.errors import DetectorError, NotInstalledError
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.models import Detector
from thumper.weights import PACKAGED_MODEL, Weights, resolve
from thumper.worker.detector import OutOfMemory
from thumper.worker.libraries import is_worker
from thumper.worker.loader import load_detector
from thumper.worker.proof import look_at_scene

_FILE: Final = "detector"
_PROOF: Final = "proof"

DEER: Final = "Odocoileus"
"""The genus of what is drawn in the scene: white-tailed deer."""

MOST_WORDS: Final = 300
"""Characters of a library's error message that are shown; some are pages long."""

_REPAIR: Final = (
    "Restore the file that was there, or reinstall Thumper. If another model is meant, set THUMPER_MODEL to a file "
    "of another name and start `thumper up`."
)


async def look_at_detector(context: CheckContext) -> list[CheckResult]:
    """Look at the model's file, then let it look at the proof scene."""
    try:
        weights = await asyncio.to_thread(resolve, context.settings)
    except DetectorError as error:
        return [CheckResult.fail(_FILE, str(error), remedy="Correct THUMPER_MODEL or THUMPER_CLASS_MAP.")]
    if not context.knows_tables:
        file = CheckResult.ok(_FILE, f"{weights.name} is there (SHA-256 {_short(weights.sha256)}).")
        return [file, await _look_at_scene(context.settings, weights, row=None)]
    row = await detectors.find(weights.sha256, weights.precision)
    file = _judge_file(weights, row, current=await detectors.current())
    return [file, await _look_at_scene(context.settings, weights, row=row)]


def _judge_file(weights: Weights, row: Detector | None, *, current: Detector | None) -> CheckResult:
    """Compare the file's bytes with those that were registered."""
    what = f"{weights.name}{_mode(weights.precision)} ({weights.path}, SHA-256 {_short(weights.sha256)})"
    if current is None:
        return CheckResult.warn(_FILE, f"{what} is not registered yet.", remedy="`thumper up` registers it.")
    if (current.sha256, current.precision) == (weights.sha256, weights.precision):
        return CheckResult.ok(
            _FILE, f"{what} is byte for byte the one that was registered{_agreement_of(current)}."
        )
    if current.sha256 == weights.sha256:
        return CheckResult.warn(
            _FILE,
            f"{what} is not the detector whose boxes are shown, which computes in {current.precision}"
            f"{_agreement_of(row)}.",
            remedy="`thumper up` makes it the one, a faster precision once it agrees with fp32 on your photos"
            f" (`thumper status` says how far that is); to keep the other, set THUMPER_PRECISION={current.precision}.",
        )
    if row is None and current.name == weights.name:
        return CheckResult.fail(
            _FILE,
            f"{what} has other bytes than the {current.name} that was registered ({_short(current.sha256)}): it was"
            " damaged or replaced.",
            remedy=_REPAIR,
        )
    return CheckResult.warn(
        _FILE,
        f"{what} is not the detector whose boxes are shown, which is {current.name}{_mode(current.precision)}"
        f" ({_short(current.sha256)}).",
        remedy="`thumper up` makes it the one; to keep the other, set THUMPER_MODEL to its file.",
    )


def _mode(precision: Precision) -> str:
    return "" if precision is Precision.FP32 else f" in {precision}"


def _agreement_of(row: Detector | None) -> str:
    """Return how far a faster precision agrees with the reference, if that was found out."""
    if row is None or row.agreement is None:
        return ""
    return f"; compared with fp32, {Agreement.from_json(row.agreement)}"


async def _look_at_scene(settings: Settings, weights: Weights, *, row: Detector | None) -> CheckResult:
    try:
        seen = await asyncio.to_thread(_look, weights, settings)
    except NotInstalledError as error:
        if is_worker():
            return CheckResult.fail(_PROOF, str(error), remedy="Carry out the command that it names.")
        return CheckResult.warn(
            _PROOF,
            f"This machine has no worker: {error}",
            remedy="Nothing to do if the worker runs elsewhere; ask the doctor there, too.",
        )
    except OutOfMemory:
        return CheckResult.warn(
            _PROOF,
            "The device has too little memory left for a second copy of the model beside the worker's.",
            remedy="Stop Thumper for a moment and ask again, or ask with THUMPER_DEVICE=cpu.",
        )
    except Exception as error:  # noqa: BLE001  # a broken model, driver or library fails in its own way
        return CheckResult.fail(
            _PROOF,
            f"{weights.name} cannot be used: {textwrap.shorten(str(error) or type(error).__name__, MOST_WORDS)}",
            remedy="Correct that: THUMPER_MODEL must name a YOLOv8 detection model, THUMPER_DEVICE a device that works"
            " (`nvidia-smi`, or try cpu).",
        )
    return judge_proof(weights, seen, recorded=None if row is None else detectors.proof_of(row))


def _look(weights: Weights, settings: Settings) -> Proof:
    """Load the model and let it look; both in one thread, as a `Detector` wants."""
    return look_at_scene(load_detector(weights, settings))


def judge_proof(weights: Weights, seen: Proof, *, recorded: Proof | None) -> CheckResult:
    """Compare what a model sees in the scene now with what it saw when it was added.

    The packaged detector must have found a deer in it both times; of another model it is not known what it should find.
    """
    found = f"{weights.name} finds {_list(seen.boxes)} in the drawn scene on {seen.device}"
    known = recorded if recorded is not None and recorded.scene == seen.scene else None
    for proof, when in ((known, "when it was added"), (seen, "now")):
        if weights.path == PACKAGED_MODEL and proof is not None and not _holds_deer(weights, proof.boxes):
            return CheckResult.fail(
                _PROOF,
                f"The packaged detector found {_list(proof.boxes)} in the drawn scene {when}, and no deer.",
                remedy="Install the versions of constraints.txt (`make clean install`); try THUMPER_DEVICE=cpu.",
            )
    if known is None:
        return CheckResult.warn(
            _PROOF,
            f"{found}; there is nothing yet to compare it with.",
            remedy="Start the worker once with this model: it records what it finds.",
        )
    if phrases := differences(known.boxes, seen.boxes):
        return CheckResult.fail(
            _PROOF,
            f"{found}, which is not what it found when it was added ({known.engine}, {known.device}; now"
            f" {seen.engine}): {', '.join(phrases)}.",
            remedy="Go back to the versions that it was added with, or check the device"
            " (THUMPER_DEVICE=cpu).",
        )
    same = "as when it was added" if seen.boxes else "as when it was added, so this says only that it runs"
    return CheckResult.ok(_PROOF, f"{found}, {same}.")


def _holds_deer(weights: Weights, boxes: Sequence[RawDetection]) -> bool:
    shown = [box for box in boxes if weights.class_map.shows(box.label, box.confidence)]
    return any((weights.class_map.meaning(box.label).species or "").startswith(DEER) for box in shown)


def _list(boxes: Sequence[RawDetection]) -> str:
    return ", ".join(words(box) for box in boxes) or "nothing"


def _short(sha256: bytes) -> str:
    return sha256.hex()[:12]
