from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.imaging.pictures import JPEG, encoded, scene
from thumper.domain.reason import Reason
from thumper.errors import ThumperError
from thumper.imaging import sandbox as sandbox_module
from thumper.imaging.decode import decode
from thumper.imaging.limits import Limits
from thumper.imaging.refusal import DecodeRefusal
from thumper.imaging.sandbox import DecodeSandbox, SandboxClosed, children_for


@pytest.fixture(scope="module")
def sandbox() -> Iterator[DecodeSandbox]:
    with DecodeSandbox(Limits(), workers=2) as shared:
        yield shared


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(JPEG)
    return path


async def reason_of(sandbox: DecodeSandbox, path: Path) -> Reason:
    with pytest.raises(DecodeRefusal) as refusal:
        await sandbox.load(path)
    return refusal.value.reason


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_there_are_as_many_children_as_cores_within_reason() -> None:
    assert [children_for(cores) for cores in (1, 2, 16, 256)] == [2, 2, 16, 64]
    assert DecodeSandbox(Limits()).workers == children_for(len(os.sched_getaffinity(0)))


async def test_a_photo_comes_back_as_pixels_and_hash(sandbox: DecodeSandbox, photo: Path) -> None:
    loaded = await sandbox.load(photo)
    assert np.array_equal(loaded.pixels, np.asarray(decode(JPEG, Limits()).image))
    assert (loaded.width_px, loaded.height_px, loaded.damaged) == (320, 240, False)
    assert loaded.sha256 == hashlib.sha256(JPEG).digest()
    loaded.pixels[:] = 0  # ours alone, and writable
    assert (await sandbox.load(photo)).pixels.any()


async def test_photos_of_all_sizes_go_through_one_child_and_none_overwrites_another(
    sandbox: DecodeSandbox, tmp_path: Path
) -> None:
    sizes = [(320, 240), (800, 600), (5000, 4600), (5000, 4700), (200, 100), (800, 600)]
    files = [tmp_path / f"{number}.jpg" for number in range(len(sizes))]
    for number, (file, size) in enumerate(zip(files, sizes, strict=True)):
        file.write_bytes(encoded(Image.new("RGB", size, (20 * number, 90, 200 - 20 * number))))
    loaded = [await sandbox.load(file) for file in files]
    assert len(sandbox.pids) == 1
    for file, photo in zip(files, loaded, strict=True):
        assert np.array_equal(photo.pixels, np.asarray(decode(file.read_bytes(), Limits()).image))


async def test_a_photo_lying_on_its_side_comes_back_upright(sandbox: DecodeSandbox, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(scene(), orientation=6))
    assert (await sandbox.load(tmp_path / "a.jpg")).pixels.shape == (320, 240, 3)


async def test_half_a_photo_comes_back_as_damaged(sandbox: DecodeSandbox, tmp_path: Path) -> None:
    (tmp_path / "half.jpg").write_bytes(JPEG[: len(JPEG) // 2])
    assert (await sandbox.load(tmp_path / "half.jpg")).damaged


async def test_a_view_is_rendered(sandbox: DecodeSandbox, tmp_path: Path) -> None:
    content = encoded(scene(1600, 1200), "PNG")
    (tmp_path / "large.png").write_bytes(content)
    sha256 = hashlib.sha256(content).digest()
    rendered = await sandbox.render(tmp_path / "large.png", 1280, sha256=sha256)
    with Image.open(io.BytesIO(rendered)) as view:
        assert (view.format, view.size) == ("JPEG", (1280, 960))


async def test_a_photo_that_is_not_the_one_asked_for_is_not_rendered(
    sandbox: DecodeSandbox, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    with pytest.raises(DecodeRefusal) as refusal:
        await sandbox.render(tmp_path / "a.jpg", 300, sha256=hashlib.sha256(b"another").digest())
    assert refusal.value.reason is Reason.ORIGINAL_CHANGED


async def test_a_name_that_is_no_utf8_is_found(sandbox: DecodeSandbox, tmp_path: Path) -> None:
    photo = tmp_path / os.fsdecode("wild\n🦌".encode() + b"\xe9.jpg")
    photo.write_bytes(JPEG)
    assert (await sandbox.load(photo)).width_px == 320
    assert (await sandbox.load(os.fsencode(photo))).width_px == 320


async def test_refusals_arrive_with_their_reason(sandbox: DecodeSandbox, tmp_path: Path) -> None:
    (tmp_path / "video.jpg").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    (tmp_path / "empty.jpg").touch()
    assert await reason_of(sandbox, tmp_path / "video.jpg") is Reason.VIDEO
    assert await reason_of(sandbox, tmp_path / "empty.jpg") is Reason.ZERO_BYTES
    assert await reason_of(sandbox, tmp_path / "gone.jpg") is Reason.ORIGINAL_MISSING


async def test_every_bad_file_is_answered(sandbox: DecodeSandbox, shared_data: Path) -> None:
    files = sorted((shared_data / "images" / "bad").rglob("*.jpg"))
    answers = await asyncio.gather(*(sandbox.load(file) for file in files), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(answer, DecodeRefusal) for answer in refused)
    assert (len(answers), len(refused)) == (26, 12)


async def test_a_child_knows_no_model_library(sandbox: DecodeSandbox, photo: Path) -> None:
    await sandbox.load(photo)
    for pid in sandbox.pids:
        loaded = Path(f"/proc/{pid}/maps").read_text()
        assert "PIL" in loaded
        assert not [name for name in ("torch", "cv2", "libcuda") if name in loaded]


async def test_many_photos_at_once_keep_their_order(sandbox: DecodeSandbox, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(24)]
    for number, path in enumerate(paths):
        path.write_bytes(encoded(Image.new("RGB", (30, 20), (number, 0, 0)), "PNG"))
    loaded = await asyncio.gather(*(sandbox.load(path) for path in paths))
    assert [int(one.pixels[0, 0, 0]) for one in loaded] == list(range(24))
    assert len(sandbox.pids) == 2


async def test_a_child_killed_from_outside_costs_no_photo(sandbox: DecodeSandbox, photo: Path) -> None:
    await sandbox.load(photo)
    for pid in sandbox.pids:
        os.kill(pid, signal.SIGKILL)
    loaded = await asyncio.gather(*(sandbox.load(photo) for _ in range(4)))
    assert [one.width_px for one in loaded] == [320] * 4


async def test_a_child_that_dies_with_its_idle_siblings_costs_no_photo(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dying process may still look alive, so that a second idle child is met dead, too."""
    with DecodeSandbox(Limits(), workers=2) as sandbox:
        await asyncio.gather(*(sandbox.load(photo) for _ in range(6)))
        doomed = set(sandbox.pids)
        ask = sandbox_module._Child.ask

        def dying(child: sandbox_module._Child, request: sandbox_module.Words) -> object:
            if child.process.pid in doomed:
                child.process.kill()
            return ask(child, request)

        monkeypatch.setattr(sandbox_module._Child, "ask", dying)
        loaded = await asyncio.gather(*(sandbox.load(photo) for _ in range(4)))
        assert [one.width_px for one in loaded] == [320] * 4
        assert not doomed & set(sandbox.pids)
        assert len(sandbox.pids) <= 2


async def test_a_photo_that_crashes_its_decoder_is_refused_and_the_next_is_not(
    sandbox: DecodeSandbox, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "poison.jpg").write_bytes(JPEG)
    ask = sandbox_module._Child.ask

    def crashing(child: sandbox_module._Child, request: sandbox_module.Words) -> object:
        if "poison" in str(request["path"]):
            child.process.send_signal(signal.SIGSEGV)
        return ask(child, request)

    monkeypatch.setattr(sandbox_module._Child, "ask", crashing)
    poison, good = await asyncio.gather(
        reason_of(sandbox, tmp_path / "poison.jpg"), asyncio.gather(*(sandbox.load(photo) for _ in range(6)))
    )
    assert poison is Reason.DECODE_CRASHED
    assert len(good) == 6


async def test_a_decoder_that_hangs_is_ended(photo: Path) -> None:
    with DecodeSandbox(Limits(timeout_s=1.0), workers=1) as sandbox:
        await sandbox.load(photo)
        (pid,) = sandbox.pids
        os.kill(pid, signal.SIGSTOP)
        assert await reason_of(sandbox, photo) is Reason.DECODE_TIMEOUT
        assert not is_running(pid)
        assert (await sandbox.load(photo)).width_px == 320


async def test_a_picture_that_needs_too_much_memory_is_refused(tmp_path: Path, photo: Path) -> None:
    (tmp_path / "huge.png").write_bytes(encoded(Image.new("L", (7000, 7000)), "PNG", compress_level=1))
    with DecodeSandbox(Limits(memory_bytes=64 * 1024**2), workers=1) as sandbox:
        assert await reason_of(sandbox, tmp_path / "huge.png") is Reason.DECODE_MEMORY
        assert (await sandbox.load(photo)).width_px == 320


async def test_closing_ends_the_children_and_blames_no_photo(photo: Path) -> None:
    sandbox = DecodeSandbox(Limits(), workers=1)
    await sandbox.load(photo)
    (pid,) = sandbox.pids
    os.kill(pid, signal.SIGSTOP)
    waiting = [asyncio.create_task(sandbox.load(photo)) for _ in range(3)]
    await asyncio.sleep(0.1)
    sandbox.close()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers] == [SandboxClosed] * 3
    assert not is_running(pid)
    with pytest.raises(SandboxClosed):
        await sandbox.load(photo)


@pytest.mark.parametrize("trouble", [errno.EAGAIN, errno.ENOMEM, errno.EMFILE])
async def test_a_child_that_cannot_be_started_is_no_fault_of_the_photo(
    photo: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(trouble, os.strerror(trouble))

    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with DecodeSandbox(Limits(), workers=1) as sandbox:
        with monkeypatch.context() as short:
            short.setattr(subprocess, "Popen", refuse)
            with pytest.raises(ThumperError, match=re.escape(f"({os.strerror(trouble)})")):
                await sandbox.load(photo)
        assert len(list(Path("/proc/self/fd").iterdir())) == open_before
        assert (await sandbox.load(photo)).width_px == 320


def test_children_end_when_their_parent_is_killed(photo: Path) -> None:
    program = (
        "import asyncio, os, signal, sys\n"
        "from thumper.imaging.limits import Limits\n"
        "from thumper.imaging.sandbox import DecodeSandbox\n"
        "sandbox = DecodeSandbox(Limits(), workers=1)\n"
        "asyncio.run(sandbox.load(sys.argv[1]))\n"
        "print(*sandbox.pids, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, photo],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    deadline = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(pid)
