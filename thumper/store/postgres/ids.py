"""New identifiers: UUID version 7, so that keys sort by time of creation."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562 §5.7)."""
    return uuid7()
