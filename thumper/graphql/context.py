"""What a resolver may reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.access import OWNER, Actor, may_watch
from thumper.graphql.access.permissions import Permissions, permissions_of
from thumper.graphql.loaders import Loaders
from thumper.graphql.shared.doctor_visits import DoctorVisits
from thumper.graphql.shared.events import Live
from thumper.graphql.shared.wipe_checks import WipeChecks
from thumper.ingest.context import IngestContext
from thumper.settings import Settings
from thumper.store.access.credentials import Credentials


@dataclass(slots=True, kw_only=True)
class Context:
    """Made for each HTTP request, and once for each WebSocket connection."""

    settings: Settings
    ingest: IngestContext
    """What ingestion needs, and the way to wake the worker."""
    loaders: Loaders
    live: Live
    """The newest events, for subscriptions; one for the whole process (`going_live`)."""
    wipes: WipeChecks
    """Checks whether cards may be wiped; one for the whole process."""
    doctor: DoctorVisits | None = None
    """What the doctor says; one for the whole process, None in a command of its own."""
    base_url: str
    """Where the client reached us: `http://localhost:8480`."""
    request_id: str
    """Named in the log and in errors whose text is hidden."""
    credentials: Credentials = field(default_factory=Credentials)
    """Who was found lately for what they showed; one for the whole process."""
    actor: Actor = OWNER
    """Who asks; the same for all operations of a connection, since answers are shared by it."""
    address: str = ""
    """Where they ask from, for the audit; empty in their own process."""
    connection_params: dict[str, Any] | None = None
    """What a WebSocket client sent with its connection_init."""
    goes_on_after: int | None = None
    """Where a client of an event stream, in Last-Event-ID, says that it has come to."""

    @property
    def permissions(self) -> Permissions:
        """What the role and scopes of who asks allow."""
        return permissions_of(self.actor)

    def watches(self, credential_id: UUID | None) -> bool:
        """Return whether who asks may see the dump of an upload that was begun with that session or token."""
        return may_watch(self.actor, credential_id)

    def place(self, after: int | None) -> int | None:
        """Return the event after which a subscription goes on.

        A browser that comes back by itself repeats the address with the `after` of its first visit, so that the
        header counts, which is younger.
        """
        return after if self.goes_on_after is None else self.goes_on_after


Info: TypeAlias = strawberry.Info[Context, None]
