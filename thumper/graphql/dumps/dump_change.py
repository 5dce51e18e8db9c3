"""Trying the rejected files of a dump again."""

from __future__ import annotations

import os
from typing import Annotated, TypeAlias

import strawberry

from thumper.graphql.context import Info
from thumper.graphql.dumps.dump import Dump
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import optional
from thumper.graphql.relay.identity import decode
from thumper.store import models
from thumper.store.files import retries


@strawberry.input(description="Whose rejected files to try again.")
class RetryDumpInput:
    """Input of `retryDump`."""

    dump_id: strawberry.ID = strawberry.field(description="The dump.")


@strawberry.type(description="Answer of retryDump.")
class RetryDumpPayload(Payload):
    """The dump and counts, or the errors."""

    dump: models.Dump | None = strawberry.field(
        default=None,
        description="The dump, open again when files of it wait; null when refused.",
        graphql_type=optional(Dump),
    )
    retried_count: int | None = strawberry.field(
        default=None,
        description="Files that wait for another try; the watcher takes them up within seconds. Null when refused.",
    )
    left_count: int | None = strawberry.field(
        default=None, description="Rejected files that are left as they are; null when refused."
    )
    why_left: str | None = strawberry.field(
        default=None,
        description="Why some are left, and what to do about them; null when none is, or when refused.",
    )


Input: TypeAlias = Annotated[
    RetryDumpInput, strawberry.argument(description="Whose rejected files to try again.")
]


@strawberry.type
class DumpMutation:
    """Mutations of dumps."""

    @change(
        "Try the rejected files of a dump again, as after mending permissions, raising a limit, or copying a broken"
        " file anew. A file of an ingested path is tried only if it still lies there as it was; the bytes of rejected"
        " uploads are not kept. Refused with NOT_FOUND."
    )
    @staticmethod
    async def retry_dump(info: Info, input: Input) -> RetryDumpPayload:
        dump_id = decode(input.dump_id, "Dump")
        retry = await retries.ask(dump_id, watched=os.fsencode(info.context.settings.drop_dir))
        return RetryDumpPayload(
            dump=await models.Dump.get(id=dump_id),
            retried_count=retry.retried,
            left_count=retry.left,
            why_left=retry.why_left or None,
        )
