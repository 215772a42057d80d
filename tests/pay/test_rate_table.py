"""What tables pay, by example, then the laws of every table."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.rate_table import Cliff, InvalidTable, Kind, RateTable, Tier

FOUR_TIERS = ("0 1000 0.01", "1000 3000 0.02", "3000 8000 0.03", "8000 - 0.05")
FOUR_AMOUNTS = ("0 1000 10", "1000 3000 40", "3000 8000 100", "8000 20000 2000")
BY_QUOTA = ("0 1000000 0.10", "1000000 1500000 0.15", "1500000 - 0.20")
DEALS = ("200", "300", "1500", "1200", "2000", "4500")


def table(kind: Kind, *rows: str, upper: str = "exclusive") -> RateTable:
    """A table of rows 'lower upper pays [flat]', '-' being no upper bound."""
    return RateTable(kind, tuple(tier(row) for row in rows), upper)  # type: ignore[arg-type]


def tier(row: str) -> Tier:
    lower, upper, pays, *flat = row.split()
    return Tier.of(
        Decimal(lower), None if upper == "-" else Decimal(upper), Decimal(pays), Decimal(flat[0]) if flat else 0
    )


@pytest.mark.parametrize(
    ("kind", "rows", "paid", "total"),
    [
        ("step", FOUR_TIERS, [2, 3, 20, 14, 30, 95], 164),
        ("slab", FOUR_TIERS, [2, 3, 30, 24, 40, 135], 234),
        ("interpolated", FOUR_AMOUNTS, [2, 3, 20, 14, 30, 80], 149),
    ],
)
def test_six_deals_are_paid_one_by_one(kind: Kind, rows: tuple[str, ...], paid: list[int], total: int) -> None:
    by = table(kind, *rows)
    assert [by.pays(Fraction(deal)) for deal in DEALS] == paid
    assert sum(paid) == total


@pytest.mark.parametrize(
    ("kind", "credit", "paid"),
    [
        ("step", "1300000", "145000"),
        ("slab", "1300000", "195000"),
        ("slab", "999999.99", "99999.999"),
        ("slab", "1000000", "150000"),
        ("slab", "-1000000", "-150000"),
        ("step", "1600000", "195000"),
    ],
)
def test_accelerators_above_quota_and_the_cliff_of_a_cent(kind: Kind, credit: str, paid: str) -> None:
    assert table(kind, *BY_QUOTA).pays(Fraction(credit)) == Fraction(paid)


def test_a_slab_names_the_bounds_at_which_pay_jumps() -> None:
    assert table("slab", *BY_QUOTA).cliffs() == (Cliff(Fraction(1_000_000), Fraction(50_000)),
                                                 Cliff(Fraction(1_500_000), Fraction(75_000)))  # fmt: skip
    assert table("step", *BY_QUOTA).cliffs() == ()
    assert table("interpolated", *FOUR_AMOUNTS).cliffs() == ()
    assert table("slab", "0 10 0.1", "10 - 0.1").cliffs() == ()


GRADUATED = ("0 10 10 2", "10 20 5 3", "20 - 5 3")
VOLUME = ("0 100 2 10", "100 200 1", "200 - 0.5 50")


@pytest.mark.parametrize(("units", "paid"), [(0, 2), (1, 12), (10, 102), (11, 110), (12, 115), (21, 163)])
def test_graduated_fees_as_in_billing(units: int, paid: int) -> None:
    assert table("step", *GRADUATED, upper="inclusive").pays(Fraction(units)) == paid


@pytest.mark.parametrize(
    ("units", "paid"), [("100", "210"), ("100.5", "100.5"), ("101", "101"), ("200", "200"), ("300", "200")]
)
def test_volume_fees_as_in_billing_leave_no_hole_between_whole_units(units: str, paid: str) -> None:
    assert table("slab", *VOLUME, upper="inclusive").pays(Fraction(units)) == Fraction(paid)


def test_a_fee_is_charged_only_where_it_is_declared() -> None:
    assert Tier.of(0, None, Decimal("0.1")) == Tier(Fraction(0), None, Fraction(1, 10), Fraction(0))
    assert Tier.of(0, None, Decimal("0.1"), 2) == Tier(Fraction(0), None, Fraction(1, 10), Fraction(2))


def test_fees_are_cliffs_too() -> None:
    assert [cliff.jump for cliff in table("step", *GRADUATED).cliffs()] == [3, 3]
    assert [(cliff.bound, cliff.jump) for cliff in table("slab", *VOLUME).cliffs()] == [(100, -110), (200, -50)]


@pytest.mark.parametrize(("upper", "paid"), [("exclusive", 200), ("inclusive", 100)])
def test_a_bound_belongs_to_the_tier_above_unless_declared(upper: str, paid: int) -> None:
    assert table("slab", "0 1000 0.1", "1000 - 0.2", upper=upper).pays(Fraction(1000)) == paid


@pytest.mark.parametrize(
    ("kind", "rows", "says"),
    [
        ("step", [], "^the table has no tier: give one from 0 on$"),
        ("step", ["1 - 0.1"], "tier 1 starts at 1: start it at 0"),
        ("step", ["0 1000 0.1", "1001 - 0.2"], "ends at 1000 and tier 2 starts at 1001, .*gap: start tier 2 at 1000"),
        ("slab", ["0 1000 0.1", "900 - 0.2"], "tier 1 ends at 1000 and tier 2 .* overlap: end tier 1 at 900"),
        ("step", ["0 10 0.1", "10 - 0.2", "5 10 0.1"], "tier 2 has no upper bound, yet tier 3|order tiers"),
        ("step", ["1000 - 0.1", "0 1000 0.2"], "tier 2 starts at 0, below tier 1.*: order tiers by their lower bounds"),
        ("step", ["0 - 0.1", "10 - 0.2"], "tier 1 has no upper bound, yet tier 2 follows: end it at 10"),
        ("step", ["0 10 0.1", "10 20 0.2"], "tier 2 ends at 20, .* no rate: leave its upper bound out"),
        ("interpolated", ["0 10 5", "10 - 5"], "tier 2 has no upper bound, .*: give it one"),
        ("interpolated", ["0 10 5 1"], "tier 1 has a flat fee of 1, .* put the fee into the amount"),
        ("step", ["0 0 0.1", "0 - 0.2"], "tier 1 runs from 0 to 0: give an upper bound above the lower one"),
    ],
)
def test_a_table_that_leaves_an_amount_without_a_rate_is_refused(kind: Kind, rows: list[str], says: str) -> None:
    with pytest.raises(InvalidTable, match=says):
        table(kind, *rows)


amounts = st.fractions(0, 10_000, max_denominator=100)
signed = st.fractions(-10_000, 10_000, max_denominator=100)
bounds = st.lists(st.integers(1, 8_000), min_size=0, max_size=5, unique=True).map(sorted)
pays = st.fractions(0, 1, max_denominator=100)


@st.composite
def tables(draw: st.DrawFn, kind: Kind, *, rising: bool = False) -> RateTable:
    edges = [Fraction(bound) for bound in (0, *draw(bounds))]
    rates = draw(st.lists(pays, min_size=len(edges), max_size=len(edges)))
    ends = [*edges[1:], Fraction(9_000) if kind == "interpolated" else None]
    return RateTable(
        kind, tuple(Tier(*row) for row in zip(edges, ends, sorted(rates) if rising else rates, strict=True))
    )


every_table = st.one_of(tables("step"), tables("slab"), tables("interpolated"))


@whatever(every_table, signed)
def test_what_is_taken_back_pays_the_negative(by: RateTable, credit: Fraction) -> None:
    assert by.pays(-credit) == -by.pays(credit)


@whatever(st.one_of(tables("step"), tables("interpolated")), amounts, amounts)
def test_more_credit_is_never_paid_less_and_never_jumps(by: RateTable, credit: Fraction, more: Fraction) -> None:
    steepest = max(t.pays if by.kind == "step" or t.upper is None else t.pays / (t.upper - t.lower) for t in by.tiers)
    assert 0 <= by.pays(credit + more) - by.pays(credit) <= steepest * more


@whatever(tables("step"), st.lists(amounts, min_size=1, max_size=6))
def test_steps_add_up_over_any_slices(by: RateTable, slices: list[Fraction]) -> None:
    edges = [sum(slices[:place], Fraction(0)) for place in range(len(slices) + 1)]
    assert sum(by.pays(high) - by.pays(low) for low, high in pairwise(edges)) == by.pays(edges[-1])


@whatever(tables("step", rising=True), amounts)
def test_where_rates_never_fall_the_slab_pays_at_least_the_step(by: RateTable, credit: Fraction) -> None:
    assert by.pays(credit) <= RateTable("slab", by.tiers).pays(credit)


@whatever(tables("slab"))
def test_a_slab_jumps_nowhere_but_at_its_cliffs(by: RateTable) -> None:
    near = Fraction(1, 10**9)
    jumps = {cliff.bound: cliff.jump for cliff in by.cliffs()}
    for each in by.tiers[1:]:
        jump = by.pays(each.lower) - by.pays(each.lower - near)
        assert abs(jump - jumps.get(each.lower, Fraction(0))) <= near


@whatever(every_table, signed, st.fractions(Fraction(1, 100), 100, max_denominator=100))
def test_another_currency_scales_pay(by: RateTable, credit: Fraction, rate: Fraction) -> None:
    scaled = RateTable(
        by.kind,
        tuple(
            Tier(
                each.lower * rate,
                None if each.upper is None else each.upper * rate,
                each.pays * (rate if by.kind == "interpolated" else 1),
                each.flat * rate,
            )
            for each in by.tiers
        ),
    )
    assert scaled.pays(credit * rate) == by.pays(credit) * rate


@whatever(tables("step"), st.integers(0, 5), st.sampled_from([-1, 1]))
def test_no_gap_or_overlap_gets_in(by: RateTable, place: int, shift: int) -> None:
    moved = place % len(by.tiers)
    rows = [*by.tiers]
    rows[moved] = Tier(rows[moved].lower + Fraction(shift, 3), rows[moved].upper, rows[moved].pays)
    with pytest.raises(InvalidTable, match=r"start|overlap|gap"):
        RateTable("step", tuple(rows))


@whatever(tables("step"))
def test_no_table_without_an_end_gets_in(by: RateTable) -> None:
    last = by.tiers[-1]
    with pytest.raises(InvalidTable, match="no rate"):
        RateTable("step", (*by.tiers[:-1], Tier(last.lower, last.lower + 1, last.pays)))


@whatever(tables("step"), st.randoms())
def test_no_disorder_gets_in(by: RateTable, random: object) -> None:
    rows = [*by.tiers]
    random.shuffle(rows)  # type: ignore[attr-defined]
    if tuple(rows) == by.tiers:
        assert RateTable("step", tuple(rows)) == by
    else:
        with pytest.raises(InvalidTable):
            RateTable("step", tuple(rows))
