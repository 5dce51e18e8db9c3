"""Dates in the names of folders: such a name is more often the day of a visit than a place.

A year alone, a number that may be one of a stand, or a word such as "May" is no date here: only what names a month and
a day, or a month and a year.
"""

from __future__ import annotations

import re
from typing import Final

_YEAR: Final = r"(?:19|20)\d\d"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_SEP: Final = r"[-_./ ]"
_NAMED_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NTH: Final = rf"{_DAY}(?:st|nd|rd|th|\.)?"
_FULL_YEAR: Final = rf"(?:{_YEAR}|'\d\d)"

_DATES: Final = (
    rf"{_YEAR}(?P<a>{_SEP}?)(?:0[1-9]|1[0-2])(?P=a)(?:0[1-9]|[12]\d|3[01])",  # 2026-11-30, 20261130
    rf"{_YEAR}(?P<b>[-_./]){_MONTH}(?:(?P=b){_DAY})?",  # 2026-11, 2026.11.3
    rf"{_MONTH}(?P<c>{_SEP}){_DAY}(?P=c){_YEAR}",  # 11-30-2026, as written in America
    rf"{_DAY}(?P<d>{_SEP}){_MONTH}(?P=d){_YEAR}",  # 30.11.2026, elsewhere
    r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]))"
    + _YEAR,  # 11302026
    rf"{_MONTH}[-_./]{_YEAR}",  # 11-2026
    rf"(?:{_NTH}{_SEP}?)?{_NAMED_MONTH}{_SEP}?{_FULL_YEAR}",  # Nov 2026, 30 November 2026, 30Nov2026
    rf"{_NAMED_MONTH}{_SEP}?{_NTH},?{_SEP}?{_FULL_YEAR}",  # November 30, 2026
    rf"{_NAMED_MONTH}{_SEP}?{_NTH}",  # Nov 30
    rf"{_NTH}{_SEP}?{_NAMED_MONTH}",  # 30 Nov
)
"""How people write a date, with numbers and with the month's name; the first that fits counts."""
_DATE: Final = re.compile(rf"(?<![^\W_])(?:{'|'.join(_DATES)})(?![^\W_])", re.IGNORECASE)
_SHORT: Final = re.compile(rf"(?<![^\W_]){_DAY}(?P<s>[-_./]){_DAY}(?P=s)\d\d(?![^\W_])")
"""Three numbers of two digits: a date where nothing else but words about cards is in the name. Beside other words
they may be section, township and range."""
_ABOUT_CARDS: Final = re.compile(
    r"sd|(?:sd)?cards?|chip|pull(?:s|ed)?|check(?:ed)?|visit|photos?|pics?|pictures?|images?|trail|(?:trail)?cams?"
    r"|cameras?|game|dumps?|downloads?|uploads?|copy|backup|import|new|from|of|the|and|\d+"
)
"""Words beside a date that name no place, and counts."""
_YEAR_ALONE: Final = re.compile(_YEAR)


def without_date(name: str) -> str | None:
    """Return a name without the date in it; None when it holds no date.

    Empty when nothing but words about cards is left: then the name says when, and not where.
    """
    rest, dates = _DATE.subn(" ", name, count=1)
    if not dates:
        rest, dates = _SHORT.subn(" ", name, count=1)
        if not dates or _of_place(rest):
            return "" if _YEAR_ALONE.fullmatch(name) else None
    words = rest.strip(" -_.,;/()[]").split()
    return " ".join(words) if _of_place(rest) else ""


def _of_place(text: str) -> bool:
    """Return whether any word names more than cards and counts do."""
    return not all(_ABOUT_CARDS.fullmatch(word) for word in re.findall(r"[^\W_]+", text.casefold()))
