"""How large a request may be, and which of the operations of a document it is about."""

from __future__ import annotations

from typing import Final

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode

from thumper.graphql.refusal import RequestError, bad_request

MOST_TOKENS: Final = 2000
"""Words, numbers, texts and signs of a document; the whole introspection that tools send has 180."""
MOST_DEPTH: Final = 15
"""Nested fields; `images { edges { node { detections { deer { sightings { nodes { image …` has 9."""
NESTS_TOO_DEEPLY: Final = f"The query nests too deeply: {MOST_DEPTH} fields inside one another are the most."
MOST_ALIASES: Final = 60
MOST_ROOT_FIELDS: Final = 20
MOST_DIRECTIVES: Final = 20
MOST_SCHEMAS: Final = 1
"""`__schema` of an operation: one holds all that there is to know, and takes a fifth of a second."""
MOST_COST: Final = 10_000
"""Objects that one request may ask for: 100 images with their boxes, deer and places are about 2,000."""


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return the fragments of a document by name."""
    return {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


def chosen_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | RequestError:
    """Return the operation to run; an error when several have no name to choose by, or none has that name."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    for operation in operations:
        if name is not None and operation.name is not None and operation.name.value == name:
            return operation
    message = "The request holds several operations; operationName must say which to run."
    return bad_request("BAD_OPERATION", message)
