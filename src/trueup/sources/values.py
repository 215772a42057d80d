"""What one delivered value looks like on its face."""

import re
from typing import Final, Literal

Look = Literal["blank", "number", "moment", "mail", "flag", "text"]
"""moment: a date or a time; flag: yes or no."""

_NUMBER: Final = re.compile(r"[-+(]?\s?[$€£¥]?\s?[-+]?(\d+([.,' \u00a0\u202f]\d+)*|[.,]\d+)([eE][-+]?\d+)?\s?[%€$£¥)]?")
_MOMENT: Final = re.compile(
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ]\d{1,2}:.*)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T, ]+\d{1,2}:.*)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s?[AaPp][Mm])?"
    r"|\d{1,2}[-. ]+[A-Za-z]{3,9}[-., ]+\d{2,4}.*"
    r"|([A-Za-z]{3,9},? )?[A-Za-z]{3,9}\.? \d{1,2},? \d{4}.*"
)
_MAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_FLAGS: Final = frozenset({"true", "false", "yes", "no"})


def look_of(value: str) -> Look:
    """What a value looks like."""
    bare = value.strip()
    if not bare:
        return "blank"
    if is_number(bare):
        return "number"
    if _MOMENT.fullmatch(bare):
        return "moment"
    if _MAIL.fullmatch(bare):
        return "mail"
    return "flag" if bare.lower() in _FLAGS else "text"


def is_number(value: str) -> bool:
    """A number as people write it, with separators, signs, currency or percent."""
    return bool(_NUMBER.fullmatch(value.strip()))
