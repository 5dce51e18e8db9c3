"""Regular expressions in profiles: checked when a profile is read, compiled once."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator


def compiled(text: Any, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile a regular expression; raise `ValueError` that says what is wrong with it."""
    if not isinstance(text, str):
        raise ValueError("is no text")  # noqa: TRY004  # pydantic reports ValueError
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from None


def _of_bytes(text: Any) -> re.Pattern[bytes]:
    compiled(text)
    try:
        return re.compile(text.encode("latin-1"))
    except (re.error, UnicodeEncodeError) as error:
        raise ValueError(f"is no regular expression for bytes: {error}") from None


def _with_value(text: Any) -> re.Pattern[str]:
    pattern = compiled(text)
    if set(pattern.groupindex) != {"value"}:
        raise ValueError("must have exactly one named group, (?P<value>...)")
    return pattern


Pattern: TypeAlias = Annotated[re.Pattern[str], BeforeValidator(compiled)]
BytesPattern: TypeAlias = Annotated[re.Pattern[bytes], BeforeValidator(_of_bytes)]
ValuePattern: TypeAlias = Annotated[re.Pattern[str], BeforeValidator(_with_value)]
"""A pattern whose one named group, `value`, is what is wanted."""
