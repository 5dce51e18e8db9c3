"""Which rows an operation reads: a guest's are those of the guest views, whatever it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension

from thumper.domain.access import Role
from thumper.store.postgres.guest_pool import as_guest


class GuestRows(SchemaExtension):
    """Executes what a guest asks on the pool that sees the guest views alone."""

    def on_operation(self) -> Iterator[None]:
        """Choose the pool before anything is read; the actor of a connection is known by then."""
        if self.execution_context.context.actor.role is Role.GUEST:
            with as_guest():
                yield
        else:
            yield
