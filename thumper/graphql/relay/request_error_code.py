"""The codes of errors of whole requests, for clients: GraphQL has no field that could name their type.

A refusal is raised with its code where it is made (`graphql/refusal.py`, `web/`); a test compares these words with
what is raised, and with `docs/errors.md`, where each has what to do.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from thumper.graphql.relay.enumeration import publish

_MEANINGS: Final = {
    "BAD_SYNTAX": "The query is no GraphQL.",
    "BAD_QUERY": "A field, argument, type or variable is wrong.",
    "BAD_OPERATION": "Several operations and no word which to run, or none of that name.",
    "NO_QUERY": "The request holds no query.",
    "BAD_REQUEST": "The body is not one JSON object, or the content type is another.",
    "BAD_METHOD": "A mutation by GET, or a method that the address does not take.",
    "NEEDS_STREAM": "A subscription was sent in a way that has one answer only.",
    "TOO_MANY_OPERATIONS": "Of a WebSocket: as many operations are open as one connection may have.",
    "TOO_MANY_SOCKETS": "As many clients follow something as may do so at a time.",
    "UNAUTHENTICATED": "The request shows no token and no session, or one that is not valid.",
    "BAD_SIGN_IN_LINK": "The sign-in link is unknown, was used before or has expired.",
    "FORBIDDEN": "Somebody has signed in, but may not see or do this, or not any more: it takes another role or scope.",
    "TOO_MANY_REQUESTS": "More requests came from one session or token, or wrong tokens from one address, than may.",
    "OVERLOADED": "As many requests are being answered as may be at a time.",
    "TOO_SLOW": "The head or the body of a request did not come in time.",
    "TOO_LARGE": "The request has too many bytes.",
    "BAD_ID": "The word is no id of Thumper, or the id of another type.",
    "BAD_CURSOR": "The cursor is not one of this list in this order.",
    "BAD_PAGE": "Both first and last, or a negative number.",
    "PAGE_TOO_LARGE": "More items or ids than are given at a time.",
    "BAD_ARGUMENTS": "Arguments that exclude each other, or none of those of which one is needed.",
    "BAD_CONFIDENCE": "A confidence with which no box is stored.",
    "BAD_VALUE": "A value that cannot be stored or compared, or too many of them.",
    "TOO_MANY_TOKENS": "The query has too many words and signs.",
    "TOO_DEEP": "The query nests too deeply.",
    "TOO_MANY_ALIASES": "The query has too many aliases.",
    "TOO_MANY_FIELDS": "The query has too many fields at its root.",
    "TOO_MANY_DIRECTIVES": "The query has too many directives.",
    "TOO_COSTLY": "The query asks for too many objects.",
    "TOO_MANY_GROUPS": "Counts of more groups than one answer holds.",
    "FEED_EXPIRED": "The feed does not go back as far as what was asked.",
    "NOT_FOUND": "What is to be followed does not exist, or an address leads nowhere.",
    "DATABASE_DOWN": "PostgreSQL does not answer.",
    "NO_ROOM": "A disk is full.",
    "INTERNAL": "A bug; `extensions.requestId` finds it in the log of the API.",
    "BAD_HOST": "The request names a host that is not Thumper's.",
    "BAD_ORIGIN": "The request comes from a page that is not Thumper's.",
    "ORIGINAL_MISSING": "Of a picture's address: the original is not where it was.",
    "ORIGINAL_CHANGED": "Of a picture's address: the original's place holds other bytes.",
    "BAD_RANGE": "Of an original's address: the range lies beyond its end.",
    "BAD_SIGNATURE": "Of a picture's address: it was not signed as it stands.",
    "ADDRESS_EXPIRED": "Of a picture's address: it was signed, and its time is over.",
    "ADDRESS_REVOKED": "Of a picture's address: the session or token that asked for it has ended.",
    "NOT_WRITTEN": "Of an upload's address: the server cannot write the bytes, though its disk is not full.",
    "BUSY": "Of an upload's address: another transfer to it is going on.",
    "UPLOAD_CLOSED": "Of an upload's address: it was used or cancelled, or has expired.",
}

_words: Any = StrEnum  # mypy takes no names that are made at run time
RequestErrorCode = _words("RequestErrorCode", {word: word for word in _MEANINGS})

publish(
    RequestErrorCode,
    "Why a request, or a field of it, was refused: the words of `errors[].extensions.code`, the same over every"
    " transport and for the addresses of pictures and uploads. No field has this type. More words may come; treat one"
    " that is not known as INTERNAL. What keeps a change from being made is in the `errors` of its payload instead"
    " (UserErrorCode).",
    {RequestErrorCode[word]: meaning for word, meaning in _MEANINGS.items()},
)
