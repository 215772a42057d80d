"""Columns of an export, made whole: ids, timestamps, dates, money and picked texts, without a loop over rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Rows = TypeVar("Rows")

NOTHING = -1
"""In columns of indexes and moments: there is none (an empty cell)."""

_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_CHECK = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
_ORG = b"5J00000"
_PAIRS = np.stack([np.repeat(_BASE62, 62), np.tile(_BASE62, 62)], axis=1)
_IS_CAPITAL = ((ord("A") <= _BASE62) & (ord("Z") >= _BASE62)).astype(np.uint8)
_PAIR_BITS = (np.repeat(_IS_CAPITAL, 62) + 2 * np.tile(_IS_CAPITAL, 62)).astype(np.uint8)


def fixed(characters: Bytes, present: Flags | None = None) -> pa.StringArray:
    """A text column of rows x width ASCII codes; rows not ``present`` are null."""
    rows, width = characters.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int64)
    validity = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
    data = pa.py_buffer(np.ascontiguousarray(characters))
    return pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), data, validity)


def _salesforce(prefix: str, numbers: Ints) -> Bytes:
    """Prefix and org, five digits to the base 62, and three letters that tell which of each five are capitals."""
    fixed_part = np.frombuffer(prefix.encode() + _ORG, dtype=np.uint8)
    capitals = ((fixed_part >= ord("A")) & (fixed_part <= ord("Z"))).reshape(2, 5) @ (1 << np.arange(5))
    # Spread the numbers so that neighbours differ in more than the last letter, as a shared org's ids do; 37 and
    # 62**5 have no common divisor, so that different numbers stay different.
    spread = ((np.maximum(numbers, 0) * 37) % 62**5).astype(np.uint32)
    rest, low = np.divmod(spread, np.uint32(62 * 62))
    top, middle = np.divmod(rest, np.uint32(62 * 62))
    out = np.empty((len(numbers), 18), dtype=np.uint8)
    out[:, :10] = fixed_part
    out[:, 10] = _BASE62[top]
    out[:, 11:13] = _PAIRS[middle]
    out[:, 13:15] = _PAIRS[low]
    out[:, 15:17] = _CHECK[capitals]
    out[:, 17] = _CHECK[_IS_CAPITAL[top] + 2 * _PAIR_BITS[middle] + 8 * _PAIR_BITS[low]]
    return out


def salesforce_ids(prefix: str, numbers: Ints) -> pa.Array:
    """18-character Salesforce ids of an object's ``prefix``; numbers below 0 are null. At most 916 million a prefix."""
    return fixed(_salesforce(prefix, numbers), numbers >= 0)


def short_salesforce_ids(prefix: str, numbers: Ints) -> pa.Array:
    """The 15-character, case-sensitive form of the same ids, as reports print them."""
    return fixed(_salesforce(prefix, numbers)[:, :15], numbers >= 0)


def plain_ids(numbers: Ints, offset: int = 0) -> pa.Array:
    """Whole-number ids; below 0 null."""
    return pa.array(numbers + offset, mask=numbers < 0)


def _date_table(days: Ints) -> tuple[int, Bytes]:
    first, last = int(days.min()), int(days.max())
    texts = np.datetime_as_string(np.arange(first, last + 1).astype("datetime64[D]"))
    return first, np.frombuffer("".join(texts.tolist()).encode(), dtype=np.uint8).reshape(-1, 10)


def _clock_table() -> Bytes:
    seconds = np.arange(86_400)
    table = np.full((86_400, 8), ord(":"), dtype=np.uint8)
    for place, value in ((0, seconds // 3600), (3, seconds // 60 % 60), (6, seconds % 60)):
        table[:, place] = value // 10 + ord("0")
        table[:, place + 1] = value % 10 + ord("0")
    return table


_CLOCK = _clock_table()


def dates(days: Ints) -> pa.Array:
    """ISO dates from days since 1970; below 0 null."""
    present = days >= 0
    if not present.any():
        return pa.nulls(len(days), pa.large_string())
    first, table = _date_table(days[present])
    return fixed(table[np.where(present, days - first, 0)], present)


def stamps(utc: Ints, between: str = "T", end: str = "Z") -> pa.Array:
    """Timestamps from UTC seconds since 1970, with a letter ``between`` date and time and an ``end``; below 0 null."""
    present = utc >= 0
    if not present.any():
        return pa.nulls(len(utc), pa.large_string())
    day, second = np.divmod(utc, 86_400)
    first, table = _date_table(day[present])
    out = np.empty((len(utc), 19 + len(end)), dtype=np.uint8)
    out[:, :10] = table[np.where(present, day - first, 0)]
    out[:, 10] = ord(between)
    out[:, 11:19] = _CLOCK[second]
    out[:, 19:] = np.frombuffer(end.encode(), dtype=np.uint8)
    return fixed(out, present)


def picked(choices: Sequence[str] | pa.Array, index: Ints) -> pa.Array:
    """The choice at each index; null below 0."""
    texts = choices if isinstance(choices, pa.Array) else pa.array(choices, pa.large_string())
    return texts.take(pa.array(index, mask=index < 0))


def constant(value: str, rows: int) -> pa.Array:
    """The same text in every row."""
    return pa.repeat(pa.scalar(value, pa.large_string()), rows)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Texts written one after the other, row by row."""
    texts = [part if isinstance(part, str) else pc.cast(part, pa.large_string()) for part in parts]
    scalars = [pa.scalar(text, pa.large_string()) if isinstance(text, str) else text for text in texts]
    return pc.binary_join_element_wise(*scalars, pa.scalar("", pa.large_string()))


def money(cents: Ints) -> pa.Array:
    """Amounts with two decimals; below 0 null. Cents below 2**53 print exactly."""
    return pa.array(cents / 100, mask=cents < 0)


def where(mask: Flags, column: pa.Array) -> pa.Array:
    """The column where the mask holds, else null."""
    return pc.if_else(pa.array(mask), column, pa.scalar(None, column.type))


def flat(counts: Ints) -> tuple[Ints, Ints]:
    """Rows for groups of those sizes: each row's group, and its place within the group from 0."""
    group = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return group, np.arange(len(group)) - starts[group]


def running(values: Ints, counts: Ints) -> Ints:
    """The running sum of values within consecutive groups of those sizes, the row's own value included."""
    total = np.concatenate([[0], np.cumsum(values)])
    starts = np.cumsum(counts) - counts
    return np.asarray(total[1:] - np.repeat(total[starts], counts), dtype=np.int64)


def kept(rows: Rows, keep: Flags | Ints) -> Rows:
    """The chosen rows of a dataclass of equally long arrays."""
    return replace(rows, **{name: values[keep] for name, values in vars(rows).items()})  # type: ignore[type-var]


def stacked(parts: Sequence[Rows]) -> Rows:
    """The rows of several dataclasses of arrays, one after the other."""
    columns: dict[str, Any] = {name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    return replace(parts[0], **columns)  # type: ignore[type-var]
