"""What a client asks, out of the bytes that it sent: one JSON object, or the parameters of an address.

JSON is read more strictly than Python does it: where two readers of one text could understand different things (a key
given twice, `NaN`, another encoding than UTF-8), it is refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

from starlette.requests import Request
from strawberry.http import GraphQLRequestData

from thumper.web.answer import Refusal

_PARAMETERS: Final = frozenset({"query", "variables", "operationName", "extensions"})
_LONGEST_SHOWN: Final = 80
"""Characters of a client's own word in a message."""


def read_json(text: str | bytes) -> object:
    """Return what a JSON text in UTF-8 says, with or without a byte order mark. Raises `json.JSONDecodeError`."""
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
        return json.loads(
            decoded.removeprefix("\ufeff"), object_pairs_hook=_distinct, parse_constant=_no_number
        )
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError:
        _refuse_json("it is not in UTF-8")
    except RecursionError:
        _refuse_json("it nests too deeply")
    except ValueError:  # Python's limit, which keeps it from reckoning for minutes
        _refuse_json("it holds an integer of more than 4,300 digits")


def _refuse_json(why: str) -> NoReturn:
    raise json.JSONDecodeError(why, "", 0)


def _distinct(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        ((key, _),) = Counter(key for key, _ in pairs).most_common(1)
        _refuse_json(f"the key {key[:_LONGEST_SHOWN]!r} is given more than once")
    return made


def _no_number(word: str) -> NoReturn:
    _refuse_json(f"{word} is no number of JSON")


def refused_json(error: json.JSONDecodeError) -> Refusal:
    """Return the refusal of a text that is no JSON."""
    place = f" at line {error.lineno}, column {error.colno}" if error.doc else ""
    return _bad(f"This is no JSON that can be read: {error.msg}{place}.")


def as_graphql(fields: object) -> GraphQLRequestData:
    """Return the request that a JSON object is; null stands for an empty one. Raises `Refusal`.

    An empty name of an operation is none: so does GraphQL over HTTP have it for addresses, and here it is one rule.
    """
    if not isinstance(fields, dict | None):
        raise _bad("The request must be one JSON object; batches are off.")
    fields = fields or {}
    return GraphQLRequestData(
        query=_text(fields, "query"),
        variables=_object(fields, "variables"),
        operation_name=_text(fields, "operationName") or None,
        extensions=_object(fields, "extensions"),
    )


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if isinstance(value, str | None):
        return value
    raise _bad(f"{name} must be a text or null.")


def _object(fields: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = fields.get(name)
    if isinstance(value, dict | None):
        return value
    raise _bad(f"{name} must be a JSON object or null.")


async def read_request(request: Request) -> GraphQLRequestData:
    """Return what an HTTP request asks. Raises `Refusal`."""
    body = await request.body()
    if request.method == "GET":
        parameters = _read_parameters(request.scope["query_string"])
        if not body:
            return as_graphql(parameters)
        # The GET of some clients, such as gql's, is a POST by another name. Browsers cannot send such.
        if parameters:
            raise _bad("The request is in the address and in the body; send it once.")
    _check_type(request.headers.get("content-type", ""))
    try:
        return as_graphql(read_json(body))
    except json.JSONDecodeError as error:
        raise refused_json(error) from error


def _read_parameters(query: bytes) -> dict[str, object]:
    """Return the parameters of GraphQL in an address, without empty ones; variables and extensions are JSON there."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise _bad("The address holds bytes that are not in UTF-8.") from None
    given = [(name, value) for name, value in pairs if name in _PARAMETERS]
    if len(dict(given)) != len(given):
        raise _bad("The address gives a parameter more than once.")
    try:
        return {
            name: value if name in {"query", "operationName"} else read_json(value)
            for name, value in given
            if value
        }
    except json.JSONDecodeError as error:
        raise refused_json(error) from error


def _check_type(content_type: str) -> None:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charset = next((part[8:].strip('"') for part in parameters if part.startswith("charset=")), "utf-8")
    if kind != "application/json" or charset not in {"utf-8", "utf8"}:
        raise _bad("The body must be JSON in UTF-8 with the content type application/json.")


def _bad(message: str) -> Refusal:
    return Refusal(400, "BAD_REQUEST", message=message)
