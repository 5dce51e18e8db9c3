"""The API's port: taken by another program, or not to be had by this user at all."""

from __future__ import annotations

import socket

import pytest

from thumper.errors import ServiceDownError, SettingError
from thumper.settings import Settings
from thumper.web.port import refuse_taken_port


def test_a_free_port_is_not_refused_and_a_taken_one_is(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        own = settings.model_copy(update={"port": other.getsockname()[1]})
        with pytest.raises(ServiceDownError, match=f"Port {own.port} of 127.0.0.1 is taken"):
            refuse_taken_port(own)
    refuse_taken_port(own)


def test_an_address_that_cannot_be_had_is_a_wrong_setting(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"host": "203.0.113.1"})
    with pytest.raises(SettingError, match=r"THUMPER_PORT: port .* cannot be used"):
        refuse_taken_port(elsewhere)
