"""Parsing and validation of requests, each document once, with the limits of `limits`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, OperationType
from strawberry.extensions import ParserCache, ValidationCache

from thumper.graphql.refusal import RequestError, bad_request
from thumper.graphql.request.cost import Reckoning, reckon
from thumper.graphql.request.costly import too_costly
from thumper.graphql.request.limits import MOST_COST, MOST_TOKENS, NESTS_TOO_DEEPLY, chosen_operation
from thumper.graphql.request.metered_execution import RETURNED
from thumper.graphql.request.number_length import NumberLengthRule
from thumper.graphql.request.shape import ShapeRule


class Parsing(ParserCache):
    """Caches parsed documents. What cannot be parsed is left to the schema, which reports it in the usual way."""

    def on_operation(self) -> Iterator[None]:
        """Set the most tokens that a document may have."""
        self.execution_context.parse_options["max_tokens"] = MOST_TOKENS
        yield

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or parse it."""
        context = self.execution_context
        with contextlib.suppress(GraphQLError, RecursionError):
            context.graphql_document = self.cached_parse_document(context.query, **context.parse_options)
        yield


class Validation(ValidationCache):
    """Caches which documents are valid, and computes what each request costs."""

    def __init__(self) -> None:
        super().__init__()
        self._cost: Reckoning | None = None

    def on_validate(self) -> Iterator[None]:
        """Validate the document, then the request."""
        context = self.execution_context
        context.validation_rules = (*context.validation_rules, NumberLengthRule, ShapeRule)
        schema: Any = context.schema._schema  # noqa: SLF001  # strawberry's own extensions read it as well
        try:
            errors = self.cached_validate_document(schema, context.graphql_document, context.validation_rules)
            context.pre_execution_errors = errors or self._refusal(schema)
        except RecursionError:
            context.pre_execution_errors = [bad_request("TOO_DEEP", NESTS_TOO_DEEPLY)]
        yield

    def _refusal(self, schema: Any) -> list[GraphQLError]:
        context = self.execution_context
        document = context.graphql_document
        if document is None:
            return []
        operation = chosen_operation(document, context._provided_operation_name)  # noqa: SLF001  # what was asked for
        if isinstance(operation, RequestError):
            return [operation]
        reckoned = reckon(schema, document, operation, context.variables or {})
        if reckoned is None:
            return []
        if operation.operation is not OperationType.SUBSCRIPTION:  # which would send it with every message
            self._cost = reckoned
        refusal = too_costly(reckoned)
        return [] if refusal is None else [refusal]

    def get_results(self) -> dict[str, Any]:
        """Return the cost of the request, in objects."""
        if self._cost is None:
            return {}
        told = getattr(self.execution_context.result, "extensions", None) or {}
        requested = self._cost.settled(told.get(RETURNED, 0))
        return {"cost": {"requested": requested, "maximum": MOST_COST}}
