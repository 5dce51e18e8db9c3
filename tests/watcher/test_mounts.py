"""The mount table is read as the kernel writes it; file systems that report too few events are known by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from thumper.watcher import mounts
from thumper.watcher.mounts import MountTable, around, parse

TABLE = rb"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
60 27 0:50 / /photos rw,relatime shared:7 - nfs4 nas:/photos rw,vers=4.2
65 60 0:54 / /photos/hidden rw - nfs4 nas:/hidden rw
62 60 0:51 / /photos rw - tmpfs none rw
61 62 8:17 /x /photos/SD\040card\134 ro,relatime master:1 propagate_from:2 - vfat /dev/sdb1 rw,fmask=0022
63 62 0:52 / /photos/@eaDir rw - fuse.rclone remote: rw
64 27 0:53 / /photosynthesis rw - fuse.sshfs a:b ro,nosuid
""".strip()


def test_the_mount_of_a_folder_is_the_innermost_and_the_last_one() -> None:
    place = around(parse(TABLE), b"/photos")
    assert place.own is not None
    assert (place.own.number, place.own.kind, place.own.device) == (62, "tmpfs", "0:51")
    assert place.telling_little is None


def test_mounts_below_count_unless_they_are_hidden_or_never_looked_into() -> None:
    place = around(parse(TABLE), b"/photos")
    assert [(mount.point, mount.kind, mount.read_only, mount.is_card) for mount in place.below] == [
        (b"/photos/SD card\\", "vfat", True, True)
    ]


def test_a_read_only_disk_shows_in_either_column() -> None:
    own = around(parse(TABLE), b"/photosynthesis/leaf").own
    assert own is not None
    assert own.read_only
    assert own.tells_little


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "vboxsf", "fuse", "fuse.sshfs"]
)
def test_shares_tell_little(kind: str) -> None:
    (mount,) = parse(b"60 27 0:50 / /photos rw - %s a rw" % kind.encode())
    assert mount.tells_little
    assert around([mount], b"/photos/card").telling_little == mount


@pytest.mark.parametrize(
    "kind", ["ext4", "btrfs", "xfs", "zfs", "tmpfs", "overlay", "vfat", "exfat", "fuseblk"]
)
def test_disks_of_this_machine_tell_all(kind: str) -> None:
    (mount,) = parse(b"60 27 0:50 / /photos rw - %s a rw" % kind.encode())
    assert not mount.tells_little


def test_the_real_table_knows_the_root(tmp_path: Path) -> None:
    table = MountTable()
    try:
        place = table.around(os.fsencode(tmp_path))
        assert place.own is not None
        assert os.fsencode(tmp_path).startswith(place.own.point)
        assert table.around(os.fsencode(tmp_path)) == place
    finally:
        table.close()


def test_without_a_table_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "MOUNT_TABLE", tmp_path / "none")
    table = MountTable()
    assert table.around(b"/") == mounts.Mounts()
    table.close()
