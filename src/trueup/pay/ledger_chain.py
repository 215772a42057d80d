"""How the ledger of pay is kept: each row carries the hash of the one before, so that none is altered unnoticed.

The bytes that were hashed are what is kept, with the name of how they were hashed: verifying reads nothing else, and
needs no database. Transactions make one chain. The ends of periods make another, which holds how far the first one
went; so its newest rows cannot be cut off either, once their period was closed.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from trueup.pay.ledger import Entry, LedgerError, Link, Transaction
from trueup.units.money import Money


@dataclass(frozen=True)
class Close:
    """The end of a period: how many transactions are in it, the hash of the last, and how long the ledger was then.

    ``statements``: the SHA-256 of each statement that was shown, by payee.
    """

    period: str
    transactions: int
    last_hash: str
    ledger: int
    head: str
    statements: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """A transaction or a close as it is kept: ``body`` is what was hashed, to the byte.

    ``told``: what its other columns say, written as a body is; None where there are no others.
    """

    sequence: int
    period: str
    algorithm: str
    body: bytes
    previous_hash: str
    hash: str
    told: bytes | None = None


@dataclass(frozen=True)
class Whole:
    """Nothing was altered. Note ``transactions`` and ``head`` elsewhere: they tell whether the newest were lost."""

    transactions: int
    periods: int
    head: str


@dataclass(frozen=True)
class Altered:
    """The first row that is not as it was, and how one sees it."""

    what: Literal["transaction", "close"]
    sequence: int
    period: str
    because: str


def _sha256_1(previous_hash: str, body: bytes) -> str:
    return hashlib.sha256(b"trueup pay 1\n" + previous_hash.encode() + b"\n" + body).hexdigest()


ALGORITHMS: Final[Mapping[str, Callable[[str, bytes], str]]] = {"sha256-1": _sha256_1}
"""Once used, an algorithm stays: what it hashed must be verified with it for ever."""
NEWEST: Final = "sha256-1"
_FORM: Final = 1
"""How a body is written. Another way of writing is another number."""


def sealed(sequence: int, period: str, body: bytes, *, previous_hash: str) -> Row:
    """A new row after the one with ``previous_hash`` (empty: the first)."""
    return Row(sequence, period, NEWEST, body, previous_hash, ALGORITHMS[NEWEST](previous_hash, body), body)


def canonical(transaction: Transaction) -> bytes:
    """The one way to write a transaction: the same for the same, whatever the order of its entries and links."""
    return _written(_facts(transaction))


def body_of(transaction: Transaction, *, sequence: int, recorded_at: datetime, recorded_by: str) -> bytes:
    """What is hashed of a transaction: its place, and who posted it when, too."""
    return _written(
        {
            "form": _FORM,
            "sequence": sequence,
            "recorded_at": _moment(recorded_at),
            "recorded_by": recorded_by,
            "transaction": _facts(transaction),
        }
    )


def close_body(close: Close, *, sequence: int, closed_at: datetime, closed_by: str) -> bytes:
    """What is hashed of a close."""
    told = {**vars(close), "statements": dict(close.statements)}
    return _written(
        {"form": _FORM, "sequence": sequence, "closed_at": _moment(closed_at), "closed_by": closed_by, "close": told}
    )


def transaction_of(body: bytes) -> Transaction:
    """The transaction that a body holds; LedgerError where it holds none."""
    try:
        told = json.loads(body)["transaction"]
        entries = tuple(
            Entry(account, payee, Money.of(amount, currency)) for account, payee, amount, currency in told["entries"]
        )
        links = tuple(Link(relation, key) for relation, key in told["links"])
        return Transaction(**{**told, "entries": entries, "links": links})
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError("This is no transaction's body. Put back a copy of the record, or an export.") from error


def verify(transactions: Iterable[Row], closes: Iterable[Row] = (), *, noted: Whole | None = None) -> Whole | Altered:
    """Whether every row is as it was, both in their order; ``noted``: what was found earlier, and has to hold still."""
    ends = _Ends()
    broken = _first_altered("close", closes, ends.take_close)
    altered = _first_altered("transaction", transactions, ends.take)
    if altered is not None or broken is not None:
        return altered or broken or ends.whole
    if noted is not None and ends.heads.get(noted.transactions) != noted.head:
        missing = noted.transactions > ends.whole.transactions
        because = f"{noted.transactions} were noted" if missing else "it is another one than was noted"
        number = ends.whole.transactions + 1 if missing else noted.transactions
        return Altered("transaction", number, "", f"it is missing: {because}" if missing else because)
    return ends.disagreement() or ends.whole


@dataclass
class _Ends:
    """Where the ledger and each of its periods end, as read so far."""

    closes: dict[str, Close] = field(default_factory=dict)
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    lasts: dict[str, str] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=lambda: {0: ""})
    whole: Whole = field(default_factory=lambda: Whole(0, 0, ""))

    def take_close(self, row: Row) -> str:
        """Count a close; how it is not as it was, or nothing."""
        close = Close(**json.loads(row.body)["close"])
        if close.period != row.period or close.period in self.closes:
            return "it is of another period, or of one that was closed before"
        self.closes[close.period] = close
        self.whole = Whole(0, len(self.closes), "")
        return ""

    def take(self, row: Row) -> str:
        """Count a transaction; how it is not as it was, or nothing."""
        posted_in = json.loads(row.body)["transaction"]["posted_in"]
        if posted_in != row.period:
            return f"it was posted in {posted_in}"
        close = self.closes.get(row.period)
        if close is not None and row.sequence > close.ledger:
            return "its period was closed before it"
        self.counts[row.period] += 1
        self.lasts[row.period] = row.hash
        self.heads[row.sequence] = row.hash
        self.whole = Whole(row.sequence, len(self.closes), row.hash)
        return ""

    def disagreement(self) -> Altered | None:
        """What the closes say otherwise than the ledger: a part that was made anew, or cut off."""
        for number, close in enumerate(self.closes.values(), start=1):
            if close.ledger > self.whole.transactions:
                because = f"it is missing: there were {close.ledger} when {close.period} was closed"
                return Altered("transaction", self.whole.transactions + 1, close.period, because)
            now = (self.counts[close.period], self.lasts.get(close.period, ""), self.heads[close.ledger])
            if now != (close.transactions, close.last_hash, close.head):
                return Altered("close", number, close.period, "the transactions of the period are other ones")
        return None


def _first_altered(
    what: Literal["transaction", "close"], rows: Iterable[Row], take: Callable[[Row], str]
) -> Altered | None:
    head = ""
    for number, row in enumerate(rows, start=1):
        because = _altered(row, number, head)
        if not because:
            try:
                because = take(row) if json.loads(row.body)["sequence"] == number else "it stood elsewhere"
            except (ValueError, KeyError, TypeError):
                because = "its content cannot be read"
        if because:
            return Altered(what, row.sequence, row.period, because)
        head = row.hash
    return None


def _altered(row: Row, expected: int, previous_hash: str) -> str:
    """How the row is not as it was; empty where it is."""
    if row.sequence != expected:
        return f"number {expected} is missing before it"
    if row.previous_hash != previous_hash:
        return "it does not follow the one before"
    if row.algorithm not in ALGORITHMS:
        return f"nobody knows the algorithm {row.algorithm}"
    if row.hash != ALGORITHMS[row.algorithm](row.previous_hash, row.body):
        return "its content is not what was hashed"
    return "its columns or entries are not what was hashed" if row.told not in (None, row.body) else ""


def lines_of(transactions: Iterable[Row], closes: Iterable[Row]) -> Iterator[str]:
    """The ledger as a file: a line of JSON for each row, which can be verified without the record."""
    for what, rows in (("transaction", transactions), ("close", closes)):
        for row in rows:
            # Latin-1 keeps every byte, also of a body that somebody altered.
            told = {**vars(row), "what": what, "body": row.body.decode("latin-1")}
            del told["told"]
            yield json.dumps(told)


def rows_of(lines: Iterable[str], name: str) -> tuple[list[Row], list[Row]]:
    """The transactions and closes of a file; LedgerError where a line is neither. ``name``: the file's for people."""
    found: dict[str, list[Row]] = {"transaction": [], "close": []}
    for number, line in enumerate(lines, start=1):
        try:
            told = json.loads(line)
            body = str(told["body"]).encode("latin-1")
            sequence, period, algorithm = int(told["sequence"]), str(told["period"]), str(told["algorithm"])
            row = Row(sequence, period, algorithm, body, str(told["previous_hash"]), str(told["hash"]))
            found[told["what"]].append(row)
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(
                f"{name}, line {number}: This is no line of an exported ledger. Export it again."
            ) from error
    return found["transaction"], found["close"]


def _facts(transaction: Transaction) -> dict[str, object]:
    entries = [
        (entry.account, entry.payee, f"{entry.amount.round().amount:f}", entry.amount.currency)
        for entry in transaction.entries
    ]
    return {**vars(transaction), "entries": sorted(entries), "links": sorted(transaction.links)}


def _written(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
