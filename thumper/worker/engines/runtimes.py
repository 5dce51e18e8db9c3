"""Which runtime a model runs in, by device, precision and settings; each is imported only when it is used."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from thumper.domain.precision import Precision
from thumper.errors import DetectorError
from thumper.weights import Weights
from thumper.worker.engines.device import CPU, is_onnx
from thumper.worker.engines.exported import EXPORTERS, ExportError, Form, exported
from thumper.worker.engines.network import Network

log = structlog.get_logger(__name__)

_FASTER_CPUS: Final = {"avx512_bf16", "amx_bf16"}
"""Flags of processors with instructions for bf16; without them it is slower than fp32."""
_EXACT_ON_CPU: Final = ("ncnn", "onnxruntime", "torch")
"""Runtimes that give the same answers in fp32, the fastest first: measured in benchmarks/RESULTS.md."""


def open_network(
    weights: Weights,
    device: str,
    engine: str,
    *,
    exports: Path,
    on_export: Callable[[], None] | None = None,
) -> tuple[Network, str]:
    """Return the network in the runtime that is wanted, and the name of that, with versions.

    With the engine `auto` it is the fastest with right answers on this device; one that is not installed, or to which
    the model cannot be exported, is skipped. An ONNX file is the user's own export and runs as it is. Raises
    `DetectorError` if the file is no model, or if the engine that was asked for cannot take it; `ModuleNotFoundError`
    if that is not installed.
    """
    if is_onnx(weights.path):
        return _open_onnx_file(weights, engine)
    if weights.precision is not Precision.FP32:
        _refuse_unfit(weights.precision, device, engine)

    def open_in(runtime: str) -> tuple[Network, str]:
        return _open(runtime, weights, device, exports=exports, on_export=on_export)

    if engine != "auto":
        return open_in(engine)
    if device != CPU:
        return open_in("torch")
    return _first_of(_EXACT_ON_CPU if weights.precision is Precision.FP32 else ("openvino",), open_in)


def _first_of(runtimes: Sequence[str], open_in: Callable[[str], tuple[Network, str]]) -> tuple[Network, str]:
    """Return the network in the first runtime that takes it."""
    missing: ModuleNotFoundError | None = None
    for runtime in runtimes[:-1]:
        try:
            return open_in(runtime)
        except (ExportError, ModuleNotFoundError) as error:
            if isinstance(error, ModuleNotFoundError):
                missing = error
                if error.name in EXPORTERS:
                    raise  # without them no runtime can have this model
            log.warning(
                "another runtime gives the same answers in more time", not_used=runtime, why=str(error)
            )
    try:
        return open_in(runtimes[-1])
    except ModuleNotFoundError as error:
        raise missing or error from None  # what to install is the small one


def _open_onnx_file(weights: Weights, engine: str) -> tuple[Network, str]:
    if engine not in {"auto", "onnxruntime"} or weights.precision is not Precision.FP32:
        raise DetectorError(
            f"The model {weights.path} is an ONNX file, which runs with THUMPER_ENGINE=auto or onnxruntime and"
            " THUMPER_PRECISION=fp32 only. Change these, or set THUMPER_MODEL to the .pt file."
        )
    from thumper.worker.engines.onnx_file import OnnxFileNetwork  # noqa: PLC0415
    from thumper.worker.engines.onnx_network import VERSION  # noqa: PLC0415

    return OnnxFileNetwork(weights.path), VERSION


def _refuse_unfit(precision: Precision, device: str, engine: str) -> None:
    """Raise `DetectorError` if the device, or the engine that is asked for, does not compute in that precision."""
    on_cpu = device == CPU
    wanted = f"THUMPER_PRECISION={precision}"
    if on_cpu and precision is Precision.FP16:
        raise DetectorError(f"{wanted} is for CUDA, and the model runs on the CPU. Set it to bf16 or fp32.")
    if on_cpu and not has_bf16():
        raise DetectorError(
            f"{wanted} needs a CPU with bf16 instructions, which this one has not. Set it to fp32."
        )
    right = "openvino" if on_cpu else "torch"
    if engine not in {"auto", right}:
        raise DetectorError(f"{wanted} needs THUMPER_ENGINE=auto or {right} here, and it is {engine}.")


def has_bf16() -> bool:
    """Return whether this processor has instructions for bf16."""
    return bool(_FASTER_CPUS & _abilities())


def _abilities() -> set[str]:
    """Return the flags of the processor; none where the system does not list them."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return set()
    return {word for line in told.splitlines() if line.startswith("flags") for word in line.split()}


def _open(
    runtime: str,
    weights: Weights,
    device: str,
    *,
    exports: Path,
    on_export: Callable[[], None] | None,
) -> tuple[Network, str]:
    def folder(form: Form) -> Path:
        return exported(weights, form, exports, on_export=on_export)

    if runtime == "ncnn":
        from thumper.worker.engines.ncnn_network import VERSION, NcnnNetwork  # noqa: PLC0415

        return NcnnNetwork(folder(Form.NCNN)), VERSION
    if runtime == "onnxruntime":
        from thumper.worker.engines.onnx_network import VERSION, OnnxNetwork  # noqa: PLC0415

        return OnnxNetwork(folder(Form.ONNX)), VERSION
    if runtime == "openvino":
        from thumper.worker.engines.openvino_network import VERSION, OpenvinoNetwork  # noqa: PLC0415

        network = OpenvinoNetwork(folder(Form.ONNX), weights.precision, streams=len(os.sched_getaffinity(0)))
        return network, VERSION
    from thumper.worker.engines.torch_library import VERSIONS  # noqa: PLC0415
    from thumper.worker.engines.torch_network import TorchNetwork  # noqa: PLC0415

    return TorchNetwork(weights.path, device, weights.precision), VERSIONS
