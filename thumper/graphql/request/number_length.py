"""How long an integer in a document may be."""

from __future__ import annotations

from typing import Any, Final

from graphql import ASTValidationRule, IntValueNode

from thumper.graphql.refusal import bad_request

MOST_DIGITS: Final = 4300
"""More are not read by Python, wherever it comes upon them: `sys.int_info.default_max_str_digits`."""


class NumberLengthRule(ASTValidationRule):
    """Refuses longer integers: also where no number is expected, as in a default of an `ID`."""

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        """Look at one integer."""
        if len(node.value.removeprefix("-")) > MOST_DIGITS:
            message = f"The query holds an integer of more than {MOST_DIGITS:,} digits."
            self.report_error(bad_request("BAD_QUERY", message))
