"""An address is shown without its password, whatever that holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.secret_text import holds_password, without_password


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://deer:secret@host:5433/db", "postgresql://deer:***@host:5433/db"),
        ("postgresql://deer@host/db", "postgresql://deer@host/db"),
        ("redis://:secret@host/0", "redis://:***@host/0"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        (
            "postgresql:///db?user=u&password=secret&sslmode=require",
            "postgresql:///db?user=u&password=***&sslmode=require",
        ),
        ("deer:secret@host", "deer:***@host"),
        ("host=h password=secret dbname=d", "host=h password=*** dbname=d"),
    ],
)
def test_the_password_is_hidden_and_the_rest_is_shown(address: str, shown: str) -> None:
    assert without_password(address) == shown
    assert holds_password(address) is ("***" in shown)


@given(st.text(min_size=1).filter(lambda text: text not in "postgresql://deer:***@host/db"))
def test_no_password_is_shown(password: str) -> None:
    assert without_password(f"postgresql://deer:{password}@host/db") == "postgresql://deer:***@host/db"
