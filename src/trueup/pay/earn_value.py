"""What vests as customers' outcomes are verified: agreements of value components, and held shares of other lines.

What is held is no pay yet: it is let go as it vests, and forfeited once nothing can vest of it any more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise

from trueup.pay.earn_credit import Situation
from trueup.pay.facts import EligibleCustomer, FactError, SignedAgreement, ValueReading
from trueup.pay.lines import LineKind, PayLine
from trueup.pay.plan import Hold, ValueComponent
from trueup.pay.rounding import rounded_lines
from trueup.pay.stints import Stint
from trueup.pay.vesting import Agreement, Reading, Release, ValueCurve, Verification, releases
from trueup.units.money import Money, total
from trueup.units.period import period_of

_NOTHING = Fraction(0)


def earned_by_value(
    at: Situation,
    spells: Sequence[tuple[Stint, ValueComponent]],
    agreements: Iterable[SignedAgreement],
    readings: Mapping[str, Sequence[ValueReading]],
    *,
    eligible: Collection[EligibleCustomer] = (),
) -> Iterator[PayLine]:
    """The lines of a payee's agreements under a component, one customer's taken together.

    They go by the version of the plan with which the customer signed first. ``eligible``: the payee's book.
    """
    by_customer: defaultdict[str, list[SignedAgreement]] = defaultdict(list)
    for agreement in _one_each(agreements):
        if agreement.signed_on <= at.through:
            by_customer[agreement.customer].append(agreement)
    for customer in sorted(by_customer):
        signed = sorted(by_customer[customer], key=lambda each: (each.signed_on, each.agreement_id))
        first = signed[0].signed_on
        stint, component = next((spell for spell in spells if first in spell[0]), spells[-1])
        book = None
        if component.over == "all_customers":
            everybody = [agreement for each in by_customer.values() for agreement in each]
            book = _book(at, everybody, eligible, since=first)
        vested = _releases(at, signed, readings, component.curve, book)
        yield from _of_customer(at, stint, component, signed, vested, book=book)


@dataclass(frozen=True)
class _Book:
    """All of a payee's customers since one of them signed: those in their book at some time, and those who signed.

    So nobody leaves the division by being handed over, or by ending an agreement that comes to nothing.
    """

    agreements: tuple[SignedAgreement, ...]
    eligible: tuple[EligibleCustomer, ...]

    def customers(self, day: date) -> int:
        """How many there are by a day."""
        found = {each.customer for each in self.eligible if each.start <= day}
        return len(found | {each.customer for each in self.agreements if each.signed_on <= day})

    def at_target(self, day: date) -> Fraction:
        """What each of them is worth by a day: their part of what all agreements pay at target."""
        signed = [each.at_target for each in self.agreements if each.signed_on <= day]
        return Fraction(total(signed, signed[0].currency).amount) / self.customers(day) if signed else _NOTHING


def _book(
    at: Situation, agreements: Iterable[SignedAgreement], eligible: Iterable[EligibleCustomer], *, since: date
) -> _Book:
    theirs = [each for each in eligible if each.start <= at.through and (each.end is None or since < each.end)]
    if not theirs:
        raise FactError(
            f"nobody says which customers are {at.payee}'s from {since} on, and all of them count: give them as"
            " eligible customers"
        )
    signed = [each for each in agreements if each.ends_on is None or since <= each.ends_on]
    return _Book(tuple(signed), tuple(theirs))


def _one_each(agreements: Iterable[SignedAgreement]) -> Iterable[SignedAgreement]:
    """A payee's agreements by their ids: delivered twice, one counts once."""
    found: dict[str, SignedAgreement] = {}
    for each in agreements:
        other = found.setdefault(each.agreement_id, each)
        if replace(other, known_on=each.known_on) != each:
            raise FactError(
                f"the agreement {each.agreement_id} of {each.payee} is here twice, and says two things: leave one out"
            )
    return found.values()


def held_back(
    at: Situation,
    stint: Stint,
    of_lines: Sequence[PayLine],
    *,
    hold: Hold,
    agreements: Iterable[SignedAgreement],
    readings: Mapping[str, Sequence[ValueReading]],
) -> Iterator[PayLine]:
    """A customer's lines of a component with a share of each held, and what of it vests by the customer's agreements.

    Without an agreement, or a verified reading, everything stays held: a customer nobody measured counts as zero.
    """
    currency = of_lines[0].amount.currency
    of_lines = sorted(of_lines, key=lambda line: (line.on, line.event, line.lot))
    totals = accumulate((Fraction(line.amount.amount) for line in of_lines), initial=_NOTHING)
    # A refund's rounded line can exceed its deal's by a coin: less than nothing is never held.
    wanted = (hold.share * (max(after, _NOTHING) - max(before, _NOTHING)) for before, after in pairwise(totals))
    held = rounded_lines(wanted, currency)
    for line, part in zip(of_lines, held, strict=True):
        yield replace(line, amount=line.amount - part, held=part)
    one_each = {each.agreement_id: each for each in agreements if each.signed_on <= at.through}
    realised = [(release.on, release.realised) for release in _releases(at, [*one_each.values()], readings, hold.curve)]
    days = sorted({*(line.on for line in of_lines), *(day for day, _ in realised)})
    vested = [_NOTHING]
    for day in days:
        share = next((share for at_day, share in reversed(realised) if at_day <= day), _NOTHING)
        so_far = total((part for line, part in zip(of_lines, held, strict=True) if line.on <= day), currency)
        vested.append(Fraction(so_far.amount) * hold.curve.vests(share))
    amounts = rounded_lines((after - before for before, after in pairwise(vested)), currency)
    all_vested = let_go = Money.zero(currency)
    for day, amount in zip(days, amounts, strict=True):
        all_vested += amount
        so_far = total((part for line, part in zip(of_lines, held, strict=True) if line.on <= day), currency)
        gone = _gone(so_far, all_vested) - let_go
        let_go += gone
        if amount or gone:
            yield _released(at, stint, of_lines[0], on=day, amount=amount, gone=gone)


def _gone(held: Money, vested: Money) -> Money:
    """How much of what was held is let go once so much has vested of it: what vests beyond it was never held."""
    return min(max(vested, Money.zero(held.currency)), held)


def _released(at: Situation, stint: Stint, of: PayLine, *, on: date, amount: Money, gone: Money) -> PayLine:
    return PayLine(
        payee=at.payee,
        component=of.component,
        kind="release",
        period=period_of(on, stint.plan.period, at.rules).key,
        on=on,
        amount=amount,
        held=-gone,
        plan=stint.plan.fingerprint,
        clause=of.clause,
        event=f"{of.customer}@{on}",
        lot=of.customer,
        customer=of.customer,
        exact=Fraction(amount.amount),
    )


def _of_customer(
    at: Situation,
    stint: Stint,
    component: ValueComponent,
    signed: Sequence[SignedAgreement],
    vested: Sequence[Release],
    *,
    book: _Book | None,
) -> Iterator[PayLine]:
    currency = signed[0].at_target.currency
    nothing = Money.zero(currency)

    def line(kind: LineKind, day: date, event: str, *, amount: Money, held: Money, exact: Fraction) -> PayLine:
        return PayLine(
            payee=at.payee,
            component=component.name,
            kind=kind,
            period=period_of(day, stint.plan.period, at.rules).key,
            on=day,
            amount=amount,
            held=held,
            plan=stint.plan.fingerprint,
            clause=component.clause,
            event=event,
            lot=signed[0].customer,
            customer=signed[0].customer,
            exact=exact,
        )

    for each in signed:
        yield line(
            "held",
            each.signed_on,
            each.agreement_id,
            amount=nothing,
            held=each.at_target,
            exact=Fraction(each.at_target.amount),
        )
    let_go = all_vested = nothing
    before = _NOTHING
    for release in vested:
        all_vested += release.amount
        held = total((each.at_target for each in signed if each.signed_on <= release.on), currency)
        gone = _gone(held, all_vested) - let_go
        let_go += gone
        exact, before = release.vested - before, release.vested
        of = f"{signed[0].customer}@{release.on}"
        released = line("release", release.on, of, amount=release.amount, held=-gone, exact=exact)
        yield released if book is None else replace(released, among=book.customers(release.on))
    over = _over_on(signed, vested)
    if over is not None and over <= at.through:
        left = total((each.at_target for each in signed), currency) - let_go
        if left:
            yield line("forfeit", over, f"{signed[0].customer}@end", amount=nothing, held=-left, exact=_NOTHING)


def _over_on(signed: Sequence[SignedAgreement], vested: Sequence[Release]) -> date | None:
    """The day from which nothing more can vest: that of the last reading, or once no other can be verified."""
    if vested and all(each.ends_on is not None and each.ends_on <= vested[-1].on for each in signed):
        return vested[-1].on
    lapses = [each.lapses_on for each in signed if each.lapses_on is not None]
    return max(lapses) + timedelta(1) if len(lapses) == len(signed) else None


def _releases(
    at: Situation,
    signed: Sequence[SignedAgreement],
    readings: Mapping[str, Sequence[ValueReading]],
    curve: ValueCurve,
    book: _Book | None = None,
) -> tuple[Release, ...]:
    if not signed:
        return ()
    agreements = [
        Agreement(each.agreement_id, each.signed_on, each.at_target, each.committed, each.band) for each in signed
    ]
    read = [
        Reading(
            each.agreement_id,
            each.as_of,
            each.revision,
            each.estimate,
            each.lower,
            each.lapses_on,
            _verification(each, at.payee),
        )
        for agreement in signed
        for each in readings.get(agreement.agreement_id, ())
        if each.as_of <= at.through
    ]
    # What is known is known already: a verification counts for its reading's day, though it came after the period.
    at_target = None if book is None else book.at_target
    return releases(agreements, read, curve, through=date.max, at_target=at_target)


def _verification(reading: ValueReading, payee: str) -> Verification | None:
    if reading.verified_on is None:
        return None
    return Verification(
        reading.verified_on, is_independent=reading.independent_of is None or payee in reading.independent_of
    )
