"""Two simulations beside each other: who wins, who loses, and what a plan's approval has to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from trueup.pay.simulate import Simulation, SimulationError
from trueup.units.money import Money
from trueup.units.period import PeriodKind, parse_period, period_of

WITHIN = Fraction(1, 10)
MONTHS = 12


@dataclass(frozen=True)
class Change:
    """What somebody was paid, and would be paid."""

    payee: str
    old: Money
    new: Money

    @property
    def difference(self) -> Money:
        """Above 0 where the payee wins."""
        return self.new - self.old

    @property
    def share(self) -> Fraction | None:
        """The difference as a share of what was paid; None where that was nothing."""
        return Fraction(self.difference.amount) / Fraction(abs(self.old).amount) if self.old else None

    def is_within(self, share: Fraction = WITHIN) -> bool:
        """Whether pay stays within a share of what it was, either way; from 0 it does only if it stays 0."""
        return abs(Fraction(self.difference.amount)) <= share * abs(Fraction(self.old.amount))


@dataclass(frozen=True)
class Comparison:
    """Everybody's change; ``within``: the share of payees whose pay stays within a tenth, None where nobody is paid."""

    changes: tuple[Change, ...]
    within: Fraction | None

    @property
    def winners(self) -> tuple[Change, ...]:
        """Those who would be paid more."""
        return tuple(change for change in self.changes if change.new > change.old)

    @property
    def losers(self) -> tuple[Change, ...]:
        """Those who would be paid less."""
        return tuple(change for change in self.changes if change.new < change.old)


@dataclass(frozen=True)
class MoneyDiff:
    """What an approval of a plan shows: everybody's pay for the months [first, last] by the old versions and the new.

    By the months that pay was earned for, whenever it was posted. The fingerprints say which versions were compared.
    """

    first: date
    last: date
    old_plans: tuple[str, ...]
    new_plans: tuple[str, ...]
    changes: tuple[Change, ...]
    unreckoned: tuple[str, ...] = ()

    def said(self) -> Mapping[str, object]:
        """All of it as JSON holds it, always in the same order, so that it can be hashed and kept with an approval."""
        return {
            "first": str(self.first),
            "last": str(self.last),
            "old_plans": list(self.old_plans),
            "new_plans": list(self.new_plans),
            "changes": [
                {
                    "payee": change.payee,
                    "currency": change.old.currency,
                    "old": f"{change.old.amount:f}",
                    "new": f"{change.new.amount:f}",
                    "difference": f"{change.difference.amount:f}",
                }
                for change in self.changes
            ],
            "unreckoned": list(self.unreckoned),
        }


def compared(old: Simulation, new: Simulation, *, within: Fraction = WITHIN) -> Comparison:
    """What changes for everybody who is paid by either."""
    found = changes(old.pay(), new.pay())
    stay = sum(change.is_within(within) for change in found)
    return Comparison(found, Fraction(stay, len(found)) if found else None)


def changes(old: Mapping[str, Money], new: Mapping[str, Money]) -> tuple[Change, ...]:
    """The change of everybody in either; who is missing in one is paid nothing by it."""
    found = []
    for payee in sorted({*old, *new}):
        before, after = old.get(payee), new.get(payee)
        before = before if before is not None else Money.zero(_currency(after))
        after = after if after is not None else Money.zero(before.currency)
        if before.currency != after.currency:
            raise SimulationError(
                f"{payee} is paid in {before.currency} by one plan and in {after.currency} by the other:"
                " give both the same currency of pay to compare them."
            )
        found.append(Change(payee, before, after))
    return tuple(found)


def money_diff(old: Simulation, new: Simulation, *, months: int = MONTHS) -> MoneyDiff:
    """The change of everybody over the last so many months that were closed, for a plan's approval."""
    if months < 1:
        raise SimulationError(f"{months} months cannot be compared: give 1 or more.")
    last = min(old.through, new.through)
    first = period_of(last, PeriodKind.MONTH, old.rules).shift(1 - months).first
    told = (f"{'old' if each is old else 'new'}: {one.message}" for each in (old, new) for one in each.unreckoned)
    return MoneyDiff(
        first=first,
        last=last,
        old_plans=_prints(old),
        new_plans=_prints(new),
        changes=changes(_earned(old, first, last), _earned(new, first, last)),
        unreckoned=tuple(told),
    )


def _earned(simulation: Simulation, first: date, last: date) -> Mapping[str, Money]:
    paid = {payee: Money.zero(currency) for payee, currency in simulation.currencies.items()}
    within = {
        key
        for key in {each.earned_for for each in simulation.amounts}
        if first <= parse_period(key, simulation.rules).last <= last
    }
    for each in simulation.of("earned"):
        if each.earned_for in within:
            paid[each.payee] = paid.get(each.payee, Money.zero(each.amount.currency)) + each.amount
    return paid


def _prints(simulation: Simulation) -> tuple[str, ...]:
    ordered = sorted(simulation.plans, key=lambda plan: (plan.plan_id, plan.valid_from))
    return tuple(dict.fromkeys(plan.fingerprint for plan in ordered))


def _currency(amount: Money | None) -> str:
    assert amount is not None
    return amount.currency
