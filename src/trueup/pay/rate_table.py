"""Rate tables: what an amount of credit is paid, by tiers that hold every amount from 0 on exactly once.

``step`` (marginal): each tier's rate on what lies within it. ``slab`` (retroactive): the rate of the tier reached on
the whole amount, which jumps at bounds. ``interpolated``: a tier pays an amount of its own, as far as it is filled, so
its last tier ends somewhere. Bounds and amounts are in one unit (the quota's currency, or shares of the quota); a rate
is pay per unit. Tables are odd: what is taken back pays the negative of the same amount credited.

Declared variants, as in billing: ``upper`` inclusive, where a bound still belongs to the tier below it, and a ``flat``
fee for each tier that is reached (step) or for the one reached (slab). The first tier is reached at 0 already.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Literal, Self

from trueup.pay.rounding import written
from trueup.units.money import Number, exact

Kind = Literal["step", "slab", "interpolated"]
_NOTHING = Fraction(0)


class InvalidTable(ValueError):  # noqa: N818  named as people say it
    """Tiers that leave an amount without a rate, or give it two; names the tier and the cure."""


@dataclass(frozen=True)
class Tier:
    """Amounts from ``lower`` to ``upper`` (None: without end).

    ``pays``: pay per unit of amount, or of an interpolated table the pay of the whole tier. ``flat``: a fee on top.
    """

    lower: Fraction
    upper: Fraction | None
    pays: Fraction
    flat: Fraction = _NOTHING

    @classmethod
    def of(cls, lower: Number, upper: Number | None, pays: Number, flat: Number = 0) -> Self:
        """A tier of decimal bounds, as plans write them."""
        return cls(exact(lower), None if upper is None else exact(upper), exact(pays), exact(flat))


@dataclass(frozen=True)
class Cliff:
    """A bound at which pay jumps: one coin more of credit is paid ``jump`` more, or less where it is below 0."""

    bound: Fraction
    jump: Fraction


@dataclass(frozen=True)
class RateTable:
    """A validated table; ``upper`` says whether a bound belongs to the tier above it (exclusive) or below it."""

    kind: Kind
    tiers: tuple[Tier, ...]
    upper: Literal["exclusive", "inclusive"] = "exclusive"

    def __post_init__(self) -> None:
        if not self.tiers:
            raise InvalidTable("the table has no tier: give one from 0 on")
        for place, pair in enumerate(pairwise(self.tiers), start=1):
            _check_neighbours(place, *pair)
        if self.tiers[0].lower != 0:
            raise InvalidTable(f"tier 1 starts at {written(self.tiers[0].lower)}: start it at 0")
        for place, tier in enumerate(self.tiers, start=1):
            _check_bounds(place, tier)
        _check_last(self.kind, len(self.tiers), self.tiers[-1])
        if self.kind == "interpolated":
            _check_interpolated(self.tiers)

    def pays(self, amount: Fraction) -> Fraction:
        """The exact pay of an amount of credit; of 0 the first tier's flat fee, which is 0 unless declared."""
        return self._pays(amount) if amount >= 0 else -self._pays(-amount)

    def scaled(self, unit: Fraction, base: Fraction) -> Self:
        """The table in other units: one of its amounts is ``unit`` of them, one of its pay is ``base``."""
        per = base if self.kind == "interpolated" else base / unit
        tiers = (
            Tier(
                each.lower * unit, None if each.upper is None else each.upper * unit, each.pays * per, each.flat * base
            )
            for each in self.tiers
        )
        return replace(self, tiers=tuple(tiers))

    def cliffs(self) -> tuple[Cliff, ...]:
        """The bounds at which pay jumps, which plan authors are to be asked about; a step table has none but fees."""
        jumps = (Cliff(tier.lower, self._jump(below, tier)) for below, tier in pairwise(self.tiers))
        return tuple(cliff for cliff in jumps if cliff.jump)

    def _pays(self, amount: Fraction) -> Fraction:
        place = self._place(amount)
        tier = self.tiers[place]
        match self.kind:
            case "step":
                return self._below[place] + tier.pays * (amount - tier.lower)
            case "slab":
                return tier.pays * amount + tier.flat
            case "interpolated":
                return self._below[place] + tier.pays * _filled(tier, amount)

    def _place(self, amount: Fraction) -> int:
        """Which tier an amount reaches."""
        find = bisect_left if self.upper == "inclusive" else bisect_right
        return max(find(self._lowers, amount) - 1, 0)

    @cached_property
    def _lowers(self) -> tuple[Fraction, ...]:
        return tuple(tier.lower for tier in self.tiers)

    @cached_property
    def _below(self) -> tuple[Fraction, ...]:
        """What the tiers below each one pay in all, with the fees of those and of that one itself."""
        paid = [_NOTHING if self.kind == "interpolated" else self.tiers[0].flat]
        for tier, above in pairwise(self.tiers):
            assert tier.upper is not None
            whole = tier.pays if self.kind == "interpolated" else tier.pays * (tier.upper - tier.lower)
            paid.append(paid[-1] + whole + above.flat)
        return tuple(paid)

    def _jump(self, below: Tier, tier: Tier) -> Fraction:
        match self.kind:
            case "step":
                return tier.flat
            case "slab":
                return (tier.pays - below.pays) * tier.lower + tier.flat - below.flat
            case "interpolated":
                return _NOTHING


def _filled(tier: Tier, amount: Fraction) -> Fraction:
    """How much of a tier an amount fills, from 0 to 1."""
    assert tier.upper is not None
    return (min(amount, tier.upper) - tier.lower) / (tier.upper - tier.lower)


def _check_neighbours(place: int, below: Tier, tier: Tier) -> None:
    here, there = f"tier {place}", f"tier {place + 1}"
    if tier.lower < below.lower:
        raise InvalidTable(
            f"{there} starts at {written(tier.lower)}, below {here}, which starts at {written(below.lower)}: "
            "order tiers by their lower bounds"
        )
    if below.upper is None:
        raise InvalidTable(f"{here} has no upper bound, yet {there} follows: end it at {written(tier.lower)}")
    if tier.lower > below.upper:
        raise InvalidTable(
            f"{here} ends at {written(below.upper)} and {there} starts at {written(tier.lower)}, which leaves a gap: "
            f"start {there} at {written(below.upper)}"
        )
    if tier.lower < below.upper:
        raise InvalidTable(
            f"{here} ends at {written(below.upper)} and {there} starts at {written(tier.lower)}, so they overlap: "
            f"end {here} at {written(tier.lower)}"
        )


def _check_bounds(place: int, tier: Tier) -> None:
    if tier.upper is not None and tier.upper <= tier.lower:
        raise InvalidTable(
            f"tier {place} runs from {written(tier.lower)} to {written(tier.upper)}: "
            "give an upper bound above the lower one"
        )


def _check_last(kind: Kind, place: int, last: Tier) -> None:
    if kind == "interpolated" and last.upper is None:
        raise InvalidTable(
            f"tier {place} has no upper bound, and an interpolated tier is paid as far as it is filled: give it one"
        )
    if kind != "interpolated" and last.upper is not None:
        raise InvalidTable(
            f"tier {place} ends at {written(last.upper)}, and what lies above has no rate: leave its upper bound out"
        )


def _check_interpolated(tiers: tuple[Tier, ...]) -> None:
    for place, tier in enumerate(tiers, start=1):
        if tier.flat:
            raise InvalidTable(
                f"tier {place} has a flat fee of {written(tier.flat)}, and an interpolated table pays amounts: "
                "put the fee into the amount, or make it a step table"
            )
