"""The API's port: taken by another program, not to be had by this user at all, or on an address that is not here."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from thumper.errors import ServiceDownError
from thumper.settings import Settings
from thumper.web.port import bound_sockets, refuse_taken_port


def test_a_free_port_is_not_refused_and_a_taken_one_is(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        own = settings.model_copy(update={"port": other.getsockname()[1]})
        with pytest.raises(ServiceDownError, match=f"Port {own.port} of 127.0.0.1 is taken"):
            refuse_taken_port(own)
    refuse_taken_port(own)


@pytest.mark.parametrize("host", ["203.0.113.1", "2001:db8::1", "no-such-name.invalid"])
def test_an_address_that_this_machine_has_not_is_waited_for_as_a_network_that_is_down(
    settings: Settings, host: str
) -> None:
    """A service of systemd is tried again after it: a router may give the address later."""
    with pytest.raises(ServiceDownError, match="THUMPER_HOST: this machine has no address") as refused:
        refuse_taken_port(settings.model_copy(update={"host": host}))
    assert "0.0.0.0" in str(refused.value)


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("127.0.0.1", {"127.0.0.1"}),
        ("0.0.0.0", {"127.0.0.1"}),
        ("::1", {"::1"}),
        ("::", {"127.0.0.1", "::1"}),
    ],
)
def test_it_listens_on_what_the_host_stands_for_and_on_nothing_else(
    settings: Settings, host: str, answered: set[str]
) -> None:
    with _listening(settings.model_copy(update={"host": host, "port": _free_port()})) as port:
        reached = {address for address in ("127.0.0.1", "::1") if _answers(address, port)}
    assert reached == {address for address in answered if _has(address)}


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[int]:
    sockets = bound_sockets(settings)
    try:
        # Otherwise an answer in two pieces takes 40 ms more.
        assert all(each.proto == socket.IPPROTO_TCP for each in sockets)
        assert not _answers("127.0.0.1", settings.port), "not before the API can answer"
        for each in sockets:
            each.listen()
        yield settings.port
    finally:
        for each in sockets:
            each.close()


def _answers(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=5):
        return True
    return False


def _has(address: str) -> bool:
    """Return whether this machine has an address: not every one has IPv6."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family) as probe:
        probe.bind((address, 0))
        return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
