"""systemd is told by datagrams, and a manager that does not listen stops nothing."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from thumper.systemd.notification import Notification


@pytest.mark.parametrize("abstract", [False, True], ids=["file", "abstract"])
def test_each_word_is_one_datagram(tmp_path: Path, abstract: bool) -> None:
    name = f"@thumper-{tmp_path.name}-{tmp_path.parent.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name.replace("@", "\0") if abstract else name)
        notification = Notification(name)
        notification.status("two\nlines \udce9")
        notification.extend(1.5)
        notification.ready()
        notification.alive()
        notification.stopping()
        assert [manager.recv(4096) for _ in range(5)] == [
            b"STATUS=two lines \\udce9",
            b"EXTEND_TIMEOUT_USEC=1500000",
            b"READY=1",
            b"WATCHDOG=1",
            b"STOPPING=1",
        ]


def test_a_manager_that_is_gone_or_does_not_read_stops_nothing(tmp_path: Path) -> None:
    Notification(None).ready()
    Notification(str(tmp_path / "gone")).ready()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "full"))
        for _ in range(1000):
            Notification(str(tmp_path / "full")).alive()
        assert manager.recv(4096) == b"WATCHDOG=1"
