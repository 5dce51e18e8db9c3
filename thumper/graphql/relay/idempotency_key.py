"""The key under which a client may send a mutation again: a field of every mutation's input."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    Executor,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    get_argument_values,
    get_named_type,
)

from thumper.domain.refusal import InvalidValueError
from thumper.store.requests.idempotency_keys import KEPT_DAYS, Use

FIELD: Final = "idempotencyKey"
LONGEST: Final = 255
"""Characters of a key; a UUID has 36."""

_DESCRIPTION: Final = (
    f"A text of 1 to {LONGEST} characters that names this change and no other of yours, such as a new UUID. Sent again"
    " with the same key and input, as after a reply that was lost, a mutation is not made again and answers what it"
    " answered, errors included; with another input, or to another mutation, the key is refused with"
    f" IDEMPOTENCY_KEY_USED. It is kept for {KEPT_DAYS} days. A query that takes this input does not look at it."
)


def add_to_inputs(schema: GraphQLSchema) -> None:
    """Add the key to the input of every mutation, so that no mutation can do without."""
    mutations = schema.mutation_type.fields if schema.mutation_type is not None else {}
    for field in mutations.values():
        for argument in field.args.values():
            kind = get_named_type(argument.type)
            if isinstance(kind, GraphQLInputObjectType):
                kind.fields[FIELD] = GraphQLInputField(GraphQLString, description=_DESCRIPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A mutation that came with a key, and the hash of the words in which its answer was asked for."""

    use: Use
    request_sha256: bytes

    def refuse_bad_key(self) -> None:
        """Raise `InvalidValueError` unless the key can be kept."""
        key = self.use.key
        if not (1 <= len(key) <= LONGEST and key.isprintable()):
            message = f"{FIELD} must have 1 to {LONGEST} characters that can be printed, such as a UUID."
            raise InvalidValueError(message, "idempotency_key")


def input_of(executor: Executor[Any], parent: GraphQLObjectType, details: Any) -> dict[str, Any]:
    """Return the input of a mutation by the names of its fields; empty where executing it will say what is wrong."""
    node = details[0].node
    mutation = parent.fields.get(node.name.value)
    if mutation is None:
        return {}
    try:
        given: dict[str, Any] = get_argument_values(mutation, node, executor.variable_values)
    except GraphQLError:
        return {}
    return given.get("input") or {}


def keyed_request(
    executor: Executor[Any], given: dict[str, Any], *, mutation: str, name: str
) -> KeyedRequest | None:
    """Return the request for a mutation whose answer will have that name; None when it came without a key."""
    key = given.get(FIELD)
    if key is None:
        return None
    values = {field: value for field, value in given.items() if field != FIELD}
    actor = executor.context_value.actor
    use = Use(
        actor=actor.name,
        key=key,
        mutation=mutation,
        input_sha256=_sha256(json.dumps(values, sort_keys=True, default=repr)),
    )
    return KeyedRequest(use=use, request_sha256=_sha256(_words(executor, name)))


def _words(executor: Executor[Any], name: str) -> str:
    """Return everything in a request on which an answer depends."""
    operation = executor.operation
    text = operation.loc.source.body if operation.loc is not None else repr(operation)
    operation_name = operation.name.value if operation.name is not None else None
    actor = executor.context_value.actor
    rights = str(actor.person_id), actor.role.value, sorted(actor.scopes)
    return repr((text, operation_name, name, executor.variable_values.coerced, rights))


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
