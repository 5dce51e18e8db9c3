"""The API's schema, asked in this process: for a command that must not need a running Thumper.

The same questions get the same answers as over HTTP. The database must be open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thumper.cli.client import harmless_texts, refusal

if TYPE_CHECKING:
    from thumper.ingest.context import IngestContext


class OwnApi:
    """What a running API would keep: the checks whether cards may be wiped."""

    def __init__(self, ingest: IngestContext) -> None:
        from thumper.graphql.shared.wipe_checks import WipeChecks

        self._ingest = ingest
        self._wipes = WipeChecks()

    async def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask a query or mutation; return its `data`. Raises `ServiceDownError`, `ApiRefusedError`."""
        from thumper.graphql.context import Context
        from thumper.graphql.loaders import Loaders
        from thumper.graphql.schema import schema
        from thumper.graphql.shared.events import Live

        context = Context(
            settings=self._ingest.settings,
            ingest=self._ingest,
            loaders=Loaders(cache=True),
            live=Live(),
            wipes=self._wipes,
            base_url=self._ingest.settings.api_url,
            request_id="cli",
        )
        result = await schema.execute(query, variable_values=variables, context_value=context)
        if result.errors:
            raise refusal([error.formatted for error in result.errors])
        data: dict[str, Any] = harmless_texts(result.data or {})
        return data

    async def close(self) -> None:
        """End what still runs."""
        await self._wipes.close()
