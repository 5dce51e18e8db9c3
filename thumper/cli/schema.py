"""`thumper schema`: the API's contract as text."""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the GraphQL schema (SDL)."""
    from thumper.graphql.schema import sdl

    typer.echo(sdl(), nl=False)
