"""What leaves for payroll and accounting: pay runs as CSV, and the ledger's journal as CSV and in beancount's language.

Amounts are as posted, to the coin, with a point and without separators. Journals have every entry; they sum to nothing
for each transaction, and so in all.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from trueup.pay.draw import PayRun
from trueup.pay.ledger import COMMISSION, Entry, Posted
from trueup.units.money import Money
from trueup.units.period import CIVIL, PeriodRules, parse_period

PAYROLL = (
    "period", "payee", "name", "currency",
    "earned", "advanced", "recovered", "offset", "paid", "draw_owed", "receivable",
)  # fmt: skip
JOURNAL = (
    "sequence", "key", "kind", "reason", "posted_in", "earning_period", "component",
    "payee", "account", "debit", "credit", "currency",
)  # fmt: skip
_GROUPS = {"expense": "Expenses", "contingent": "Equity", "liability": "Liabilities", "asset": "Assets"}
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9]")


def payroll_csv(period: str, runs: Mapping[str, PayRun], names: Mapping[str, str]) -> str:
    """A row for everybody whom the run of a period pays, advances, or leaves owing, by payee."""
    written = StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(PAYROLL)
    for payee, run in sorted(runs.items()):
        amounts = (
            run.earned, run.advanced, run.recovered, run.offset, run.paid, run.owed.draw, run.owed.receivable,
        )  # fmt: skip
        shown = [_amount(amount) for amount in amounts]
        rows.writerow((period, _safe(payee), _safe(names.get(payee, "")), run.earned.currency, *shown))
    return written.getvalue()


def journal_csv(ledger: Iterable[Posted]) -> str:
    """A row for every entry, in the order in which they were posted."""
    written = StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(JOURNAL)
    for posted in ledger:
        said = posted.transaction
        for entry in said.entries:
            is_debit = entry.amount > Money.zero(entry.amount.currency)
            amount = _amount(abs(entry.amount))
            rows.writerow(
                (
                    posted.sequence,
                    _safe(said.key),
                    said.kind,
                    said.reason_code,
                    said.posted_in,
                    said.earning_period,
                    said.component,
                    _safe(entry.payee),
                    entry.account,
                    amount if is_debit else "",
                    "" if is_debit else amount,
                    entry.amount.currency,
                )
            )
    return written.getvalue()


def beancount(ledger: Iterable[Posted], *, rules: PeriodRules = CIVIL) -> str:
    """The journal in beancount's language: accounts open with their first period, transactions are on its last day."""
    listed = list(ledger)
    opened: dict[str, str] = {}
    for posted in listed:
        first = parse_period(posted.transaction.posted_in, rules).first.isoformat()
        for entry in posted.transaction.entries:
            name = account_name(entry)
            opened[name] = min(opened.get(name, first), first)
    lines = [f"{first} open {name}" for name, first in sorted(opened.items(), key=lambda each: (each[1], each[0]))]
    for posted in listed:
        lines += ["", *_transaction(posted, rules)]
    return "\n".join(lines) + "\n"


def account_name(entry: Entry) -> str:
    """An account as beancount names it: its group, what it is of, and the payee."""
    group, _, rest = entry.account.partition(":")
    if entry.account.startswith(COMMISSION):
        rest = f"Commission:{_name(entry.account.removeprefix(COMMISSION))}"
    elif group in {"clearing", "rounding"}:
        group, rest = ("asset", "Clearing:Payroll") if group == "clearing" else ("expense", "Rounding")
    else:
        rest = _name(rest)
    return f"{_GROUPS[group]}:{rest}:P-{_coded(entry.payee)}"


def _transaction(posted: Posted, rules: PeriodRules) -> Iterator[str]:
    said = posted.transaction
    day = parse_period(said.posted_in, rules).last.isoformat()
    yield f'{day} * "{_quoted(said.kind)}" "{_quoted(said.component)} of {_quoted(said.earning_period)}"'
    yield f'  key: "{_quoted(said.key)}"'
    yield f"  sequence: {posted.sequence}"
    for entry in said.entries:
        yield f"  {account_name(entry)}  {_amount(entry.amount)} {entry.amount.currency}"


def _amount(amount: Money) -> str:
    return f"{amount.round().amount:f}"


def _name(text: str) -> str:
    """A part of an account's name, which begins with a capital."""
    return "".join(part.capitalize() for part in text.replace("-", "_").split("_"))


def _coded(text: str) -> str:
    """An id of which no other one is written alike: signs that accounts cannot have are told by their codes."""
    return _NOT_A_NAME.sub(lambda found: f"-{ord(found.group()):x}-", text)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _safe(text: str) -> str:
    """A cell on one line, that no spreadsheet takes for a formula."""
    line = " ".join(text.splitlines())
    return f"'{line}" if line[:1] in {"=", "+", "-", "@", "\t"} else line
