"""What `thumper up` says of other machines, and that a phone can read it."""

from __future__ import annotations

import pytest

from tests.qr_reader import read_qr_code
from thumper.cli.network_view import network_lines, url_for_others, url_for_people
from thumper.cli.qr_code import qr_code
from thumper.settings import Settings
from thumper.web import own_addresses


@pytest.fixture(autouse=True)
def _no_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_addresses, "CONTAINER_MARKS", ())


def test_nothing_is_said_where_only_this_machine_is_answered() -> None:
    assert list(network_lines(Settings())) == []


@pytest.mark.parametrize(
    ("host", "base_path", "url"),
    [
        ("192.168.1.20", "", "http://192.168.1.20:8480/"),
        ("fd00::20", "/thumper", "http://[fd00::20]:8480/thumper/"),
    ],
)
def test_the_address_is_printed_and_can_be_drawn(host: str, base_path: str, url: str) -> None:
    settings = Settings(host=host, base_path=base_path)
    address, warning = network_lines(settings)
    assert url in address
    assert "Without TLS" in warning
    assert read_qr_code(qr_code(url)) == url == url_for_others(settings)


def test_a_public_address_is_told_in_place_of_the_own_one() -> None:
    settings = Settings(host="0.0.0.0", public_url="https://deer.example.org/thumper/")
    (address,) = network_lines(settings)
    assert "https://deer.example.org/thumper/ from phones" in address
    assert url_for_others(settings) == "https://deer.example.org/thumper/"
    assert url_for_people(settings) == "https://deer.example.org/thumper"
