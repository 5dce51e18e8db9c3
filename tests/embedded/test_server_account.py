from __future__ import annotations

import os
from pathlib import Path

import pytest

from thumper.embedded import server_account
from thumper.embedded.parent_death import Account
from thumper.embedded.server_account import choose_account
from thumper.errors import ServiceDownError

# Answers of the kernel and the file system are faked, so that every user can run these, not only root.


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def lend(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    mask = sum(1 << number for number in numbers)
    monkeypatch.setattr(server_account, "_permitted_capabilities", lambda: mask)


def test_a_plain_user_runs_the_server_himself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid or 1000)
    assert choose_account(tmp_path / "new", paths=[tmp_path]) is None


def test_a_plain_user_is_told_whose_the_directory_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = tmp_path.stat().st_uid + 4711
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    with pytest.raises(ServiceDownError, match=f"belongs to user .* as user {stranger}"):
        choose_account(tmp_path, paths=[])


@pytest.mark.usefixtures("as_root")
def test_root_lends_nothing_where_everybody_may_enter(open_folder: Path) -> None:
    account = choose_account(open_folder / "new", paths=[open_folder / "new"])
    assert account is not None
    assert account.capability is None
    assert account.uid != 0


@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize(
    ("permitted", "lent"),
    [((1, 2, 8), "dac_read_search"), ((1, 8), "dac_override")],
    ids=["host", "container"],
)
def test_root_lends_the_weakest_capability_that_enters(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, permitted: tuple[int, ...], lent: str
) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    lend(monkeypatch, *permitted)
    monkeypatch.setattr(server_account, "_nobody", lambda: (closed.stat().st_uid + 4711, 4711))
    account = choose_account(closed / "new", paths=[closed / "new"])
    assert account == Account(closed.stat().st_uid + 4711, 4711, lent)


@pytest.mark.usefixtures("as_root")
def test_a_root_without_capabilities_says_what_to_do(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    lend(monkeypatch)
    monkeypatch.setattr(server_account, "_nobody", lambda: (closed.stat().st_uid + 4711, 4711))
    with pytest.raises(ServiceDownError, match=r"cannot reach .*closed.*THUMPER_HOME"):
        choose_account(closed / "new", paths=[closed / "new"])
