"""The codes of errors of whole requests, for clients: GraphQL has no field that could name their type.

A refusal is raised with its code where it is made (`graphql/refusal.py`, `web/`); a test compares these words with
`docs/errors.md`, where each has what to do.
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import Final

from thumper.graphql.relay.enumeration import publish


class RequestErrorCode(StrEnum):
    """Each word is its own value."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name

    BAD_SYNTAX = auto()
    BAD_QUERY = auto()
    BAD_OPERATION = auto()
    NO_QUERY = auto()
    BAD_REQUEST = auto()
    BAD_METHOD = auto()
    USE_WEBSOCKET = auto()
    TOO_LARGE = auto()
    BAD_ID = auto()
    BAD_CURSOR = auto()
    BAD_PAGE = auto()
    PAGE_TOO_LARGE = auto()
    BAD_ARGUMENTS = auto()
    BAD_CONFIDENCE = auto()
    BAD_VALUE = auto()
    TOO_DEEP = auto()
    TOO_MANY_ALIASES = auto()
    TOO_MANY_FIELDS = auto()
    TOO_MANY_DIRECTIVES = auto()
    TOO_COSTLY = auto()
    FEED_EXPIRED = auto()
    NOT_FOUND = auto()
    DATABASE_DOWN = auto()
    NO_ROOM = auto()
    INTERNAL = auto()
    BAD_HOST = auto()
    BAD_ORIGIN = auto()
    ORIGINAL_MISSING = auto()
    ORIGINAL_CHANGED = auto()
    BUSY = auto()
    REFUSED = auto()


_MEANINGS: Final = {
    RequestErrorCode.BAD_SYNTAX: "The query is no GraphQL.",
    RequestErrorCode.BAD_QUERY: "A field, argument, type or variable is wrong.",
    RequestErrorCode.BAD_OPERATION: "Several operations and no word which to run, or none of that name.",
    RequestErrorCode.NO_QUERY: "The request holds no query.",
    RequestErrorCode.BAD_REQUEST: "The body is not one JSON object, or the content type is another.",
    RequestErrorCode.BAD_METHOD: "A mutation by GET, or a method that the address does not take.",
    RequestErrorCode.USE_WEBSOCKET: "A subscription was sent in a way that has one answer only.",
    RequestErrorCode.TOO_LARGE: "The request has too many bytes.",
    RequestErrorCode.BAD_ID: "The word is no id of Thumper, or the id of another type.",
    RequestErrorCode.BAD_CURSOR: "The cursor is not one of this list in this order.",
    RequestErrorCode.BAD_PAGE: "Both first and last, or a negative number.",
    RequestErrorCode.PAGE_TOO_LARGE: "More items or ids than are given at a time.",
    RequestErrorCode.BAD_ARGUMENTS: "Arguments that exclude each other, or none of those of which one is needed.",
    RequestErrorCode.BAD_CONFIDENCE: "A confidence with which no box is stored.",
    RequestErrorCode.BAD_VALUE: "A value that cannot be stored or compared, or too many of them.",
    RequestErrorCode.TOO_DEEP: "The query nests too deeply.",
    RequestErrorCode.TOO_MANY_ALIASES: "The query has too many aliases.",
    RequestErrorCode.TOO_MANY_FIELDS: "The query has too many fields at its root.",
    RequestErrorCode.TOO_MANY_DIRECTIVES: "The query has too many directives.",
    RequestErrorCode.TOO_COSTLY: "The query asks for too many objects.",
    RequestErrorCode.FEED_EXPIRED: "The feed does not go back as far as what was asked.",
    RequestErrorCode.NOT_FOUND: "What is to be followed does not exist, or an address leads nowhere.",
    RequestErrorCode.DATABASE_DOWN: "PostgreSQL does not answer.",
    RequestErrorCode.NO_ROOM: "A disk is full.",
    RequestErrorCode.INTERNAL: "A bug; `extensions.requestId` finds it in the log of the API.",
    RequestErrorCode.BAD_HOST: "The request names another machine.",
    RequestErrorCode.BAD_ORIGIN: "The request comes from a page that is not Thumper's.",
    RequestErrorCode.ORIGINAL_MISSING: "Of a picture's address: the original is not where it was.",
    RequestErrorCode.ORIGINAL_CHANGED: "Of a picture's address: the original's place holds other bytes.",
    RequestErrorCode.BUSY: "Of an upload's address: another transfer to it is going on.",
    RequestErrorCode.REFUSED: "Of an upload's address: it was used, or has expired.",
}

publish(
    RequestErrorCode,
    "Why a request, or a field of it, was refused: the words of `errors[].extensions.code`, the same over every"
    " transport and for the addresses of pictures and uploads. No field has this type. More words may come; treat one"
    " that is not known as INTERNAL. What keeps a change from being made is in the `errors` of its payload instead"
    " (UserErrorCode).",
    _MEANINGS,
)
