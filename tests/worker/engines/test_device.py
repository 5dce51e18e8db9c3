from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from thumper.errors import DetectorError
from thumper.weights import PACKAGED_MODEL
from thumper.worker.detector import NoDeviceError
from thumper.worker.engines import device
from thumper.worker.engines.device import choose_device


def test_a_gpu_that_is_not_there_is_named() -> None:
    count = torch.cuda.device_count()
    with pytest.raises(
        NoDeviceError, match=rf"THUMPER_DEVICE=cuda:{count}: PyTorch .* sees {count} CUDA devices"
    ):
        choose_device(f"cuda:{count}", "auto", PACKAGED_MODEL)


@pytest.mark.parametrize("engine", ["ncnn", "onnxruntime", "openvino"])
def test_an_engine_of_the_cpu_is_not_said_to_run_on_a_gpu(engine: str) -> None:
    with pytest.raises(DetectorError, match=rf"THUMPER_ENGINE={engine} runs on the CPU only"):
        choose_device("cuda", engine, PACKAGED_MODEL)


def test_an_onnx_file_is_not_said_to_run_on_a_gpu() -> None:
    with pytest.raises(DetectorError, match=r"mine\.onnx, an ONNX file, runs on the CPU only"):
        choose_device("cuda:0", "auto", Path("mine.onnx"))
    assert choose_device("auto", "auto", Path("mine.onnx")) == "cpu"


def test_pytorch_is_asked_only_where_a_driver_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = tmp_path / "driver"
    monkeypatch.setattr(device, "_DRIVERS", (str(driver),))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert choose_device("auto", "auto", PACKAGED_MODEL) == "cpu"
    driver.touch()
    assert choose_device("auto", "auto", PACKAGED_MODEL) == "cuda:0"
    assert choose_device("auto", "ncnn", PACKAGED_MODEL) == "cpu"
    assert choose_device("cuda", "torch", PACKAGED_MODEL) == "cuda:0"


def test_the_engine_of_a_cpu_loads_no_pytorch(tmp_path: Path) -> None:
    """In a fresh interpreter, in which PyTorch is installed and could be loaded."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from thumper.settings import Settings\n"
        "from thumper.weights import resolve\n"
        "from thumper.worker.loader import load_detector\n"
        "settings = Settings(home=Path(sys.argv[1]), device='cpu')\n"
        "print(load_detector(resolve(settings), settings).engine)\n"
        "heavy = {'torch', 'torchvision', 'ultralytics'} & set(sys.modules)\n"
        "sys.exit(f'loaded {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ncnn ")
    assert list(tmp_path.iterdir()) == [], "the packaged model is exported already"
