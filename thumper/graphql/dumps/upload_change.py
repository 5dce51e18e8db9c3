"""Creating addresses to which files are uploaded over HTTP, and closing them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID

import strawberry

from thumper.domain.refusal import InvalidValueError, NoRecordError
from thumper.graphql.context import Info
from thumper.graphql.dumps.dump import Dump, watchable_dump
from thumper.graphql.relay.change import Payload, change
from thumper.graphql.relay.field import field, optional
from thumper.graphql.relay.identity import decode, decode_given
from thumper.graphql.relay.input_default import Input, defaulted
from thumper.graphql.relay.price import price
from thumper.graphql.relay.scalar import Url
from thumper.ingest.upload import (
    MOST_FILES,
    Asked,
    cancel_uploads,
    continue_uploads,
    create_uploads,
    secret_of,
)
from thumper.store import models


@strawberry.input(description="Files that will be sent.")
class CreateUploadInput(Input):
    """Input of `createUpload`."""

    files: list[str] = strawberry.field(
        description='Their names without folders, 1 to 1,000 of them, such as ["IMG_0001.JPG"]. All join one dump.'
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where they were taken; not together with dumpId."
    )
    dump_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The dump of an earlier createUpload that they join, as after the first 1,000 files of a card, or"
        " when addresses have expired: a name that was promised and never sent is promised anew, and one that was"
        " rejected is sent again, when who began the upload or an owner asks. A new dump when left out.",
    )
    detect: bool = defaulted(
        True, "Whether detection starts at once; without it they wait for detectPending.", kind=bool
    )
    again: bool = defaulted(
        False,
        "Whether addresses were asked for these same files before and are not to be used: those that are still open are"
        " closed, one for each name. Without it an open address stands for another file of that name, as in two"
        " folders of a card, and is missed when nothing comes. Only with dumpId, by who began the upload or an owner.",
        kind=bool,
    )


@strawberry.type(description="A one-time address for one file.")
class Upload:
    """One upload address. It is recorded without its secret, which is made again whenever it is told."""

    upload_id: strawberry.Private[UUID]
    file_name: str = strawberry.field(description="Name of the file.")
    expires_at: dt.datetime = strawberry.field(description="Until when the address can be used.")

    @field(
        "PUT the file's bytes here, once, at most 50 MB unless the server's setting says otherwise. The answer is JSON"
        " with state (STORED, DUPLICATE, REJECTED), imageId, reason, message and whatToDo."
    )
    @staticmethod
    def url(root: strawberry.Parent[Upload], info: Info) -> Url:
        secret = secret_of(info.context.ingest, root.upload_id)
        return Url(f"{info.context.base_url}/upload/{secret}")


@strawberry.input(description="Which upload to cancel.")
class CancelUploadInput:
    """Input of `cancelUpload`."""

    dump_id: strawberry.ID = strawberry.field(description="The dump that createUpload answered with.")


@strawberry.type(description="Answer of cancelUpload.")
class CancelUploadPayload(Payload):
    """The dump, or the errors."""

    dump: models.Dump | None = strawberry.field(
        default=None,
        description="The dump with its receipt: what had been sent stays; null when refused.",
        graphql_type=optional(Dump),
    )
    closed: int | None = strawberry.field(
        name="closedCount",
        default=None,
        description="How many addresses were closed, 0 when none was open any more; null when refused.",
    )


@strawberry.type(description="Answer of createUpload.")
class CreateUploadPayload(Payload):
    """The dump and addresses, or the errors."""

    holds_secret: ClassVar[bool] = True

    dump: models.Dump | None = strawberry.field(
        default=None,
        description="The dump that the files will join, with its receipt; null when refused.",
        graphql_type=optional(Dump),
    )
    uploads: list[Upload] | None = strawberry.field(
        default=None,
        description="One address a file, in the order of the names; null when refused.",
        metadata=price(items=MOST_FILES),
    )


async def _begin(input: CreateUploadInput, info: Info) -> list[tuple[models.Upload, str]]:
    if input.again:
        raise InvalidValueError(
            "A new upload has no files that are sent again; say with dumpId which.", "again"
        )
    return await create_uploads(
        info.context.ingest,
        input.files,
        location_id=decode_given(input.location_id, "Location"),
        detect=input.detect,
        credential_id=info.context.actor.credential_id,
    )


async def _continue(input: CreateUploadInput, dump_id: str, info: Info) -> list[tuple[models.Upload, str]]:
    if input.location_id is not None:
        raise InvalidValueError("The dump has its place already; setLocation changes it.", "location_id")
    if await watchable_dump(dump_id, info=info) is None:
        raise NoRecordError("dump", "dump_id")
    asked = Asked(names=input.files, detect=input.detect, again=input.again)
    return await continue_uploads(
        info.context.ingest, decode(dump_id, "Dump"), asked, actor=info.context.actor
    )


async def _promise(input: CreateUploadInput, info: Info) -> tuple[models.Dump, list[Upload]]:
    """Create the addresses, and the dump unless one is given."""
    made = await (_begin(input, info) if input.dump_id is None else _continue(input, input.dump_id, info))
    uploads = [
        Upload(upload_id=upload.id, file_name=upload.file_name, expires_at=upload.expires_at)
        for upload, _ in made
    ]
    return await models.Dump.get(id=made[0][0].dump_id), uploads


UploadInput: TypeAlias = Annotated[
    CreateUploadInput, strawberry.argument(description="The files that will be sent.")
]


CancelInput: TypeAlias = Annotated[
    CancelUploadInput, strawberry.argument(description="The upload to cancel.")
]


@strawberry.type
class UploadMutation:
    """Mutations for uploads."""

    @change(
        "Ask for one-time addresses to send files to. They go through the same admission as files of the drop folder"
        " and count in the receipt of their dump. Refused with INVALID or NOT_FOUND."
    )
    @staticmethod
    async def create_upload(info: Info, input: UploadInput) -> CreateUploadPayload:
        dump, uploads = await _promise(input, info)
        return CreateUploadPayload(dump=dump, uploads=uploads)

    @change(
        "Cancel an upload: the addresses that have received no file are closed for good, transfers that are going on"
        " fail, and the dump settles with what was sent. What was promised and not sent stays an obstacle to wiping"
        " (NEVER_SENT). Refused with INVALID or NOT_FOUND."
    )
    @staticmethod
    async def cancel_upload(info: Info, input: CancelInput) -> CancelUploadPayload:
        if await watchable_dump(input.dump_id, info=info) is None:
            raise NoRecordError("dump", "dump_id")
        dump, closed = await cancel_uploads(decode(input.dump_id, "Dump"))
        return CancelUploadPayload(dump=dump, closed=closed)
