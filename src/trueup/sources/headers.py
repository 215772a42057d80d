"""Which row of a table is its header, and what its columns are called."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from trueup.canon.findings import Finding
from trueup.sources.delivery import Parcel
from trueup.sources.values import Look, look_of

_ROWS_JUDGED: Final = 200
_LONGEST_NAME: Final = 80
_CLEAR_SHARE: Final = 0.8
"""Share of a column's values that must look alike for the column to have a look."""

_TOTAL: Final = re.compile(
    r"((grand|sub)[\s-]*)?totals?(\s*\(.*\))?:?|sum:?|summe:?|gesamt(summe)?:?|insgesamt:?|total\s+g[eé]n[eé]ral:?|totale:?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Names:
    """Unique column names, and what had to be changed to make them so."""

    names: tuple[str, ...]
    findings: tuple[Finding, ...]


def is_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Is ``row`` the header of the rows below it, judging by how it differs from them."""
    if 2 * sum(bool(name.strip()) for name in row) < len(row):
        return False
    below = [other for other in below if tuple(other) != tuple(row)]
    if not below:
        return not any(look in {"number", "moment", "mail", "flag"} for look in map(look_of, row))
    columns = [[other[place] for other in below[:_ROWS_JUDGED] if place < len(other)] for place in range(len(row))]
    looks = [look_of(name) for name in row]
    if _names_periods(row, looks, columns):
        return True
    votes = sum(_vote(look, values) for look, values in zip(looks, columns, strict=True))
    return votes > 0 if votes else reads_as_names(row, columns)


def reads_as_names(row: Sequence[str], columns: Sequence[Sequence[str]] = ()) -> bool:
    """Text over text: names are short, hardly repeat each other and are not among the values under them."""
    said = [name.strip().lower() for name in row if name.strip()]
    if any(look_of(name) != "text" or len(name) > _LONGEST_NAME for name in said) or 2 * len(set(said)) <= len(said):
        return False
    repeated = sum(
        name.strip() in {value.strip() for value in column}
        for name, column in zip(row, columns, strict=False)
        if name.strip()
    )
    return 3 * repeated <= len(said)


def unique_names(parcel: Parcel, delivered: Sequence[str], *, line: int | None) -> Names:
    """The delivered names, stripped; blank and repeated ones (in any case) get a name of their own and a finding."""
    findings: list[Finding] = []
    taken: set[str] = set()
    names: list[str] = []
    for place, raw in enumerate(delivered, start=1):
        bare = " ".join(raw.replace("\ufeff", "").split())
        name = _free(bare or f"column_{place}", taken)
        if not bare:
            findings.append(
                parcel.finding(
                    "warning",
                    "header_blank",
                    f"Column {place} has no name; it is called {name}.",
                    cure="Give the column a name in the export.",
                    row=line,
                    column=name,
                )
            )
        elif name != bare:
            findings.append(
                parcel.finding(
                    "warning",
                    "header_duplicate",
                    f"Two columns are called '{bare}'; the one in place {place} is called '{name}' here.",
                    cure="Give each column a name of its own in the export; check which of the two is meant.",
                    row=line,
                    column=name,
                    value=bare,
                )
            )
        taken.add(name.lower())
        names.append(name)
    return Names(tuple(names), tuple(findings))


def numbered(width: int) -> tuple[str, ...]:
    """Names for columns that have none."""
    return tuple(f"column_{place}" for place in range(1, width + 1))


def is_total(row: Sequence[str]) -> bool:
    """A row of totals: the first thing it says is 'total', and most of what follows is numbers."""
    said = [field for field in row if field.strip()]
    if not said or not _TOTAL.fullmatch(said[0].strip()):
        return False
    return all(look_of(field) == "number" for field in said[1:])


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"


def _vote(look: Look, values: Sequence[str]) -> int:
    """+1: the cell differs from its column as a name would; -1: it is one more of its values; 0: no opinion."""
    common = _common_look(values)
    if look == "blank" or common is None:
        return 0
    if look in {"number", "moment", "mail", "flag"}:
        return -1
    return 0 if common == "text" else 1


def _common_look(values: Sequence[str]) -> Look | None:
    looks = Counter(look for look in map(look_of, values) if look != "blank")
    if not looks:
        return None
    look, count = looks.most_common(1)[0]
    return look if count >= _CLEAR_SHARE * looks.total() else "text"


def _names_periods(row: Sequence[str], looks: Sequence[Look], columns: Sequence[Sequence[str]]) -> bool:
    """Years, months or day numbers as column names: rising, and nothing of the kind under them."""
    places = [place for place, look in enumerate(looks) if look in {"number", "moment"}]
    cells = [row[place].strip() for place in places]
    if len(cells) < 2 or not all(re.fullmatch(r"\d{1,4}([-/]\d{1,2}){0,2}", cell) for cell in cells):
        return False
    keys = [tuple(int(part) for part in re.split("[-/]", cell)) for cell in cells]
    if any(later <= earlier for earlier, later in pairwise(keys)):
        return False
    is_year = [re.fullmatch(r"(19|20)\d\d([-/]\d+)*", cell) is not None for cell in cells]
    steps_by_one = all(len(key) == 1 and key[0] == keys[0][0] + i for i, key in enumerate(keys))
    repeated = any(cell in columns[place] for cell, place in zip(cells, places, strict=True))
    return (all(is_year) or (steps_by_one and len(cells) > 2)) and not repeated
