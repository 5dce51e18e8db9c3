"""Which names are this server's: interfaces change while it runs."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from thumper.domain.host_name import read_authority
from thumper.settings import Settings
from thumper.web import own_addresses as own_addresses_module
from thumper.web import own_names
from thumper.web.own_addresses import address_for_others, listens_on_one_of_network, own_addresses
from thumper.web.own_names import OwnNames, names_of


@pytest.fixture
def interfaces(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The addresses that the system reports; the test changes them as cables and routers do."""
    given: dict[str, list[str]] = {"lo": ["127.0.0.1", "::1"]}

    def report() -> dict[str, list[SimpleNamespace]]:
        return {name: [_entry(address) for address in addresses] for name, addresses in given.items()}

    monkeypatch.setattr(psutil, "net_if_addrs", report)
    monkeypatch.setattr(own_names, "LOOK_EVERY_S", 0.0)
    return given


def _entry(address: str) -> SimpleNamespace:
    hardware, family = address.count(":") == 5, socket.AF_INET6 if ":" in address else socket.AF_INET
    return SimpleNamespace(address=address, family=psutil.AF_LINK if hardware else family)


def _has(names: OwnNames, host: str) -> bool:
    authority = read_authority(host, "http")
    return authority is not None and names.has(authority)


def test_the_addresses_are_those_that_the_machine_has_when_it_is_asked(
    interfaces: dict[str, list[str]],
) -> None:
    names = OwnNames(Settings())
    assert _has(names, "127.0.0.5:1")
    assert not _has(names, "192.168.1.20")
    interfaces["wlan0"] = ["aa:bb:cc:dd:ee:ff", "192.168.1.20", "fe80::1%wlan0"]
    assert _has(names, "192.168.1.20:8480")
    assert _has(names, "[fe80::1]:8480")
    interfaces["wlan0"] = ["10.0.0.7"]
    assert _has(names, "10.0.0.7")
    assert not _has(names, "192.168.1.20"), "the address went to another machine"


def test_the_interfaces_are_not_looked_at_for_every_stranger(
    interfaces: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_names, "LOOK_EVERY_S", 3600.0)
    names = OwnNames(Settings())
    interfaces["wlan0"] = ["192.168.1.20"]
    assert not _has(names, "192.168.1.20")


def test_the_names_are_the_host_name_with_local_and_those_of_the_list() -> None:
    assert names_of("Truck") == {"truck", "truck.local"}
    assert names_of("truck.ranch.lan.") == {"truck.ranch.lan", "truck", "truck.local"}
    assert names_of("") == set()
    names = OwnNames(Settings(allowed_hosts="deer.example.org, *.ranch.lan, 203.0.113.7", host="barn"))
    first = socket.gethostname().partition(".")[0]
    for host in (
        first,
        f"{first}.local:80",
        "deer.example.org",
        "x.ranch.lan",
        "203.0.113.7",
        "barn",
        "localhost",
    ):
        assert _has(names, host), host
    for host in ("example.org", "evil.example", "ranch.lan", "other.local", "203.0.113.8"):
        assert not _has(names, host), host


def test_in_a_container_nothing_is_said_that_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_addresses_module, "CONTAINER_MARKS", (tmp_path,))
    assert address_for_others(Settings(host="192.168.1.20")) is None


def test_others_are_told_an_address_that_they_can_reach(
    interfaces: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_addresses_module, "CONTAINER_MARKS", ())
    assert address_for_others(Settings()) is None
    assert address_for_others(Settings(host="::1")) is None
    assert str(address_for_others(Settings(host="192.168.1.20"))) == "192.168.1.20"
    told = address_for_others(Settings(host="0.0.0.0"))
    assert told is None or not told.is_loopback


def test_a_service_waits_for_the_network_only_for_an_address_of_it() -> None:
    hosts = ("127.0.0.1", "localhost", "0.0.0.0", "::", "192.168.1.20", "barn.lan")
    assert [listens_on_one_of_network(Settings(host=host)) for host in hosts] == [False] * 4 + [True] * 2


def test_this_machine_has_addresses() -> None:
    assert any(address.is_loopback for address in own_addresses())


def test_the_public_address_need_not_be_listed_as_well(interfaces: dict[str, list[str]]) -> None:
    names = OwnNames(Settings(public_url="https://deer.example.org/thumper", allowed_hosts="b.example"))
    assert interfaces
    assert _has(names, "deer.example.org")
    assert _has(names, "b.example")
    assert not _has(names, "example.org")
