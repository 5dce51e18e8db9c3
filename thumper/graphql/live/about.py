"""Which program this is."""

from __future__ import annotations

import functools
from importlib.metadata import PackageNotFoundError, metadata
from typing import Final

import strawberry

from thumper import __version__
from thumper.graphql.relay.field import WITHHELD, field, optional
from thumper.graphql.relay.scalar import Url
from thumper.store.postgres.schema_version import known_migrations

LICENCE: Final = "AGPL-3.0-or-later"


@strawberry.type(description="Which program this is, and under which terms.")
class About:
    """Of the installation, the same for everybody."""

    version: str | None = strawberry.field(description=f"Version of Thumper, such as 0.1.0. {WITHHELD}")
    schema_version: str | None = strawberry.field(
        description=f"The newest migration of the database that it knows. {WITHHELD}"
    )
    licence: str = strawberry.field(description="Its licence, as SPDX names it.")
    source_url: Url | None = strawberry.field(
        description="Where its sources are published; null where the build did not say."
    )
    documentation_url: Url | None = strawberry.field(
        description="Where its documentation is published; null likewise."
    )


@functools.cache
def _published() -> dict[str, str]:
    """Return the addresses that stand in the package, by what is there."""
    try:
        lines = metadata("thumper").get_all("Project-URL") or []
    except PackageNotFoundError:  # run out of a checkout
        return {}
    return dict(tuple(line.split(", ", 1)) for line in lines)


@strawberry.type
class AboutQuery:
    """The query for the program."""

    @field("Which program answers.", optional(About))
    @staticmethod
    def about() -> About:
        source, documentation = map(_published().get, ("Homepage", "Documentation"))
        return About(
            version=__version__,
            schema_version=known_migrations()[-1],
            licence=LICENCE,
            source_url=None if source is None else Url(source),
            documentation_url=None if documentation is None else Url(documentation),
        )
