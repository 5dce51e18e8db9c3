"""What a machine without one of the inference libraries is told."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from thumper.domain.precision import Precision
from thumper.embedded.supervised_child import EX_CONFIG
from thumper.errors import NotInstalledError
from thumper.settings import Settings
from thumper.weights import resolve
from thumper.worker import libraries
from thumper.worker.engines import device
from thumper.worker.libraries import LIBRARIES, is_worker, not_loaded, require_libraries, unused_gpu

Without = Callable[..., None]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Without:
    """Hide libraries as if they were not installed."""
    find_spec = importlib.util.find_spec

    def hide(*names: str) -> None:
        assert set(names) <= LIBRARIES
        monkeypatch.setattr(libraries, "find_spec", lambda name: None if name in names else find_spec(name))

    return hide


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a model of the user's own."""
    path = tmp_path / "hogs.pt"
    path.write_bytes(b"some other model")
    return settings.model_copy(update={"model": path})


def told(settings: Settings) -> str:
    """Return what is missing."""
    with pytest.raises(NotInstalledError) as caught:
        require_libraries(settings, resolve(settings))
    return str(caught.value)


def test_the_packaged_model_needs_the_small_extra_only(settings: Settings, without: Without) -> None:
    without("torch", "torchvision", "ultralytics", "onnx", "pnnx", "openvino", "ncnn")
    require_libraries(settings, resolve(settings))
    assert is_worker()


def test_a_machine_without_the_extra_worker_is_told_the_command(settings: Settings, without: Without) -> None:
    without(*LIBRARIES)
    assert not is_worker()
    assert told(settings) == (
        "The detector cannot run here: cv2 is not installed. Run `make install`, or `pip install 'thumper[worker]'`; or"
        " run the worker on another machine and `thumper serve` and `thumper watch` here."
    )
    without("ncnn", "onnxruntime", "torch")
    assert "onnxruntime is not installed. Run `make install`" in told(settings)


def test_a_model_of_ones_own_needs_pytorch_and_an_onnx_file_does_not(own: Settings, without: Without) -> None:
    without("torch", "ultralytics")
    assert told(own) == (
        f"The detector cannot run here: the model {own.model} needs PyTorch to be read, and torch is not installed. Run"
        " `make install TORCH=1`, or `pip install 'thumper[torch]'`; an ONNX file of a model (`yolo export"
        " format=onnx`) runs on the CPU without it."
    )
    assert own.model is not None
    export = own.model.rename(own.model.with_suffix(".onnx"))
    exported = own.model_copy(update={"model": export})
    require_libraries(exported, resolve(exported))
    without("onnxruntime")
    assert "onnxruntime is not installed. Run `make install`" in told(exported)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        (
            {"device": "cuda"},
            "THUMPER_DEVICE=cuda needs PyTorch, and torch is not installed. Run `make install TORCH=1`, or `pip",
        ),
        ({"engine": "torch"}, "THUMPER_ENGINE=torch needs PyTorch, and torch is not installed. Run `make"),
        ({"engine": "ncnn"}, "ncnn is not installed. Run `make install`"),
        (
            {"engine": "openvino"},
            "openvino is not installed. Run `.venv/bin/pip install -c constraints.txt openvino`",
        ),
        (
            {"precision": Precision.BF16},
            "openvino is not installed. Run `.venv/bin/pip install -c constraints.txt openvino`",
        ),
    ],
)
def test_what_the_settings_ask_for_is_named(
    settings: Settings, without: Without, changes: dict[str, object], missing: str
) -> None:
    without("torch", "ncnn", "openvino")
    assert missing in told(settings.model_copy(update=changes))


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (
            "libGL.so.1: cannot open shared object file",
            "pip install --force-reinstall opencv-python-headless",
        ),
        ("libgomp.so.1: cannot open shared object file", "sudo apt-get install libgomp1"),
        ("cannot import name 'Net' from 'ncnn'", "make clean install"),
    ],
)
def test_a_library_that_cannot_be_loaded_is_told_with_its_own_remedy(words: str, remedy: str) -> None:
    error = not_loaded(ImportError(words))
    assert words in str(error)
    assert remedy in str(error)


def test_a_gpu_that_pytorch_is_missing_for_is_noticed(
    settings: Settings, without: Without, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unused_gpu(settings) == ""
    driver = tmp_path / "driver"
    driver.touch()
    monkeypatch.setattr(device, "_DRIVERS", (str(driver),))
    own = settings.model_copy(update={"device": "auto"})
    assert unused_gpu(own) == ""
    without("torch")
    assert "run `make install TORCH=1`" in unused_gpu(own)
    assert unused_gpu(settings.model_copy(update={"device": "cpu"})) == ""


def test_the_commands_end_with_that_sentence_before_anything_starts(
    settings: Settings, own: Settings
) -> None:
    program = (
        "import sys\n"
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, package=None: None if name in ('torch', 'ultralytics') else find(name)\n"
        "from thumper.cli import main\n"
        "sys.argv = ['thumper', *sys.argv[1:]]\n"
        "main()\n"
    )
    for verb, code in ((["up"], 1), (["work", "--supervised"], 78)):
        done = subprocess.run(
            [sys.executable, "-c", program, *verb],
            env=own.as_environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "NOT_INSTALLED The detector cannot run here: the model" in done.stderr.replace("\n", " ")
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [
        (
            "ImportError('libGL.so.1: cannot open shared object file')",
            "pip uninstall --yes opencv-python",
        ),
        ("ModuleNotFoundError(\"No module named 'cv2'\", name='cv2')", "pip install 'thumper[worker]'"),
    ],
)
def test_a_worker_that_cannot_load_opencv_says_what_to_do_and_is_not_started_again(
    settings: Settings, tmp_path: Path, trouble: str, remedy: str
) -> None:
    (tmp_path / "cv2.py").write_text(f"raise {trouble}")
    done = subprocess.run(
        [sys.executable, "-m", "thumper", "work", "--supervised"],
        env=settings.as_environment() | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == EX_CONFIG, done.stderr
    assert done.stderr.startswith("NOT_INSTALLED ")
    assert remedy in done.stderr
