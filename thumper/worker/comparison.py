"""Comparing a faster precision with the reference on the user's own photos, before it is trusted with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from thumper.domain.agreement import LEAST_BOXES, Agreement, compare
from thumper.domain.precision import Precision
from thumper.errors import PrecisionError
from thumper.imaging.refusal import DecodeRefusal
from thumper.imaging.sandbox import DecodeSandbox, Loaded
from thumper.settings import Settings
from thumper.store.images import detectors
from thumper.store.queue.jobs import MOST_PIXELS
from thumper.weights import Weights
from thumper.worker.comparison_photos import ComparisonPhotos, choose
from thumper.worker.detector import Detector
from thumper.worker.loader import load_detector

_Answer = TypeVar("_Answer")

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = structlog.get_logger(__name__)

BOXES: Final = LEAST_BOXES * 3 // 2
"""Boxes of the reference after which a comparison ends."""
AT_A_TIME: Final = 8
"""Photos that are in memory at once, at most; fewer where settings allow larger photos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A detector, of these weights and settings, that has to agree with the reference: PyTorch in fp32.

    `thread` is the detector's own; `tell` is called with the agreement so far.
    """

    detector: Detector
    weights: Weights
    settings: Settings
    sandbox: DecodeSandbox
    thread: Executor
    tell: Callable[[Agreement], None]

    async def admit(self) -> None:
        """Accept the detector if it computes in fp32, or agrees with the reference on photos of the library.

        The agreement is recorded, and measured again only if it had too few boxes and there may be enough now. Raises
        `PrecisionError` with the numbers.
        """
        if self.weights.precision is Precision.FP32:
            return
        known = await detectors.agreement_of(self.weights, self.detector.engine)
        if known is None or not known.is_enough:
            chosen = await choose(self.weights.sha256)
            if known is None or _says_more(chosen, known):
                known = await self.on(chosen.photos)
                await detectors.record_agreement(self.weights, self.detector.engine, known)
        refuse_unless_good(known, self.weights.precision)
        log.info(
            "the precision agrees with the reference", precision=self.weights.precision, found=str(known)
        )

    async def on(self, photos: Sequence[Path]) -> Agreement:
        """Run both on photos until `BOXES` were compared; photos that cannot be read count as empty."""
        agreement = Agreement()
        if not photos:
            return agreement
        self.tell(agreement)
        reference = await self._ask(self._load_reference)
        at_a_time = max(1, min(AT_A_TIME, MOST_PIXELS // self.settings.max_pixels))
        for start in range(0, len(photos), at_a_time):
            some = photos[start : start + at_a_time]
            loaded = await asyncio.gather(*map(self._load, some))
            pixels = [photo.pixels for photo in loaded if photo is not None]
            agreement += await self._ask(partial(_compare, reference, self.detector, pixels))
            agreement += Agreement(photos=len(some) - len(pixels))
            self.tell(agreement)
            if agreement.reference_boxes >= BOXES:
                break
        return agreement

    def _load_reference(self) -> Detector:
        exact = replace(self.weights, precision=Precision.FP32)
        settings = self.settings.model_copy(update={"engine": "auto"})
        return load_detector(exact, settings, device=self.detector.device)

    async def _ask(self, ask: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self.thread, ask)

    async def _load(self, path: Path) -> Loaded | None:
        try:
            return await self.sandbox.load(path)
        except DecodeRefusal:
            return None


def _says_more(chosen: ComparisonPhotos, known: Agreement) -> bool:
    """Return whether photos may hold enough boxes where those before held too few."""
    return chosen.boxes >= LEAST_BOXES or len(chosen.photos) > known.photos


def _compare(reference: Detector, detector: Detector, pixels: Sequence[NDArray[np.uint8]]) -> Agreement:
    return compare(reference.detect(pixels), detector.detect(pixels))


def refuse_unless_good(agreement: Agreement, precision: Precision) -> None:
    """Raise `PrecisionError` with the numbers and what to do, unless the precision may be used."""
    if agreement.is_good:
        return
    if agreement.is_enough:
        raise PrecisionError(
            f"{precision} moves too many boxes of your photos: {agreement}. Set THUMPER_PRECISION=fp32."
        )
    raise PrecisionError(
        f"{precision} is used only once it was compared with fp32 on {LEAST_BOXES} boxes of your own photos, and there"
        f" are {agreement.reference_boxes} in {agreement.photos} photos. Let Thumper look at more photos with"
        " THUMPER_PRECISION=fp32 first, or name a folder: `thumper compare FOLDER`."
    )
