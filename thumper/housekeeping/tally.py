"""What a round of housekeeping removed, or would remove."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from thumper.domain.housekeeping import Amount


class Kind(StrEnum):
    """What is removed or moved, in the order in which people are told."""

    EVENTS = "events"
    """Events of the feed that are too old; bytes without indexes."""
    UPLOADS = "uploads"
    """Upload addresses in whose place others were given long ago."""
    IDEMPOTENCY_KEYS = "idempotency_keys"
    """Keys of mutations that are too old; bytes without indexes."""
    SIGN_INS = "sign_ins"
    """Links and sessions that ended long ago; bytes without indexes."""
    AUDIT_ENTRIES = "audit_entries"
    """Entries of the audit that are too old; bytes without indexes."""
    VIEWS = "views"
    """Views that were not used for long, or that take too much room."""
    ORPHANS_SET_ASIDE = "orphans_set_aside"
    """Small pictures that no image has, moved to the library's `orphans`."""
    ORPHANS_PUT_BACK = "orphans_put_back"
    """Small pictures that an image has again, moved back."""
    ORPHANS_REMOVED = "orphans_removed"
    """Small pictures that lay aside long enough."""
    HALF_WRITTEN = "half_written"
    """What killed processes left half written in the library."""
    EXPORTS = "exports"
    """Exported models of earlier detectors or versions."""


@dataclass(slots=True)
class Tally:
    """Amounts of each kind. `views_kept` are due but cannot be made again now; `problems` say what was not done."""

    amounts: dict[Kind, Amount] = field(default_factory=lambda: dict.fromkeys(Kind, Amount()))
    views_kept: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, kind: Kind, amount: Amount) -> None:
        """Count something."""
        self.amounts[kind] += amount

    @property
    def freed_bytes(self) -> int:
        """How much room was made on the disk: what is only moved makes none, and PostgreSQL keeps that of rows."""
        kept = {
            *(Kind.EVENTS, Kind.UPLOADS, Kind.IDEMPOTENCY_KEYS, Kind.SIGN_INS, Kind.AUDIT_ENTRIES),
            *(Kind.ORPHANS_SET_ASIDE, Kind.ORPHANS_PUT_BACK),
        }
        return sum(amount.size_bytes for kind, amount in self.amounts.items() if kind not in kept)
