"""Regular expressions in profiles: checked when a profile is read, compiled once.

They are applied to names and comments that anybody may have written, and Python cannot stop a search. A pattern
that a text of forty characters can keep busy for years is therefore refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants, _parser  # type: ignore[attr-defined]  # the only place that knows how a pattern is built
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

MOST_REPEATS: Final = 8
"""How often something may be repeated at most that can be read in several ways."""
_ENDLESS: Final = (
    "is no regular expression that ends: as (a+)+, it repeats what itself repeats or has alternatives"
)
_REPEATS: Final = frozenset({_constants.MAX_REPEAT, _constants.MIN_REPEAT})
_SETTLED: Final = frozenset({_constants.ATOMIC_GROUP, _constants.POSSESSIVE_REPEAT})
"""What is never read in a second way, once it was read."""


def compiled(text: Any, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile a regular expression; raise `ValueError` that says what is wrong with it."""
    if not isinstance(text, str):
        raise ValueError("is no text")  # noqa: TRY004  # pydantic reports ValueError
    try:
        pattern = re.compile(text, flags)
        if _is_endless(_parser.parse(text, flags)):
            raise ValueError(_ENDLESS)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return pattern


def _is_endless(parts: Any, *, repeated: bool = False) -> bool:
    """Return whether something that can be read in several ways is repeated, which takes exponential time."""
    for kind, what in parts:
        often = repeated and kind not in _SETTLED
        if kind in _REPEATS:
            least, most, _ = what
            if repeated and least != most:
                return True
            often = repeated or most > MOST_REPEATS
        elif kind is _constants.BRANCH and repeated:
            return True
        if any(_is_endless(inner, repeated=often) for inner in _inside(what)):
            return True
    return False


def _inside(what: Any) -> Iterable[Any]:
    """Return the parts of a pattern that a part consists of."""
    if isinstance(what, _parser.SubPattern):
        yield what
    elif isinstance(what, tuple | list):
        for inner in what:
            yield from _inside(inner)


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
