"""Contract revenue, straight-line by running day, and our part of the markets we sell in."""

import ibis
from ibis import Table

from trueup.metrics.conversion import AMOUNT, as_number, converted, shared_by_days, with_rate
from trueup.metrics.fact import PEOPLE_SPANS, PERIODS, Fact, Inputs
from trueup.metrics.facts.contracts import running_contracts
from trueup.metrics.instants import days_through, shifted
from trueup.metrics.lookup import looked_up
from trueup.units.period import FIRST_DAY, LAST_DAY


def _revenue(inputs: Inputs) -> Table:
    contracts = running_contracts(inputs)
    numbers = {name: as_number(contracts[name], contracts.rate) for name in ("amount", "cost_amount")}
    stretches = _by_team_of_owner(contracts.mutate(**numbers))
    rows = stretches.join(PERIODS, (stretches.from_on <= PERIODS.cut_on, stretches.to_on >= PERIODS.first_on))
    first_on = ibis.greatest(rows.from_on, rows.first_on)
    days = days_through(first_on, ibis.least(rows.to_on, rows.cut_on))
    revenue = shared_by_days(rows.amount, days=days, of_days=rows.term_days)
    cost = shared_by_days(rows.cost_amount, days=days, of_days=rows.term_days)
    return rows.select(
        "account_id",
        "period_kind",
        "period_key",
        "person_id",
        fact_key=rows.contract_id,
        credited_on=first_on,
        running_days=days,
        revenue=revenue,
        margin=(revenue - cost).cast(AMOUNT),
        lacks_rate=rows.rate.isnull(),
    )


def _by_team_of_owner(contracts: Table) -> Table:
    """The contracts' running days (``from_on`` to ``to_on``), cut where the owner's row among our people changes."""
    owner_days = _all_days_of_people()
    theirs = (
        contracts.person_id == owner_days.owner_id,
        contracts.runs_from <= owner_days.owner_to,
        contracts.runs_to >= owner_days.owner_from,
    )
    rows = contracts.filter(contracts.runs_from <= contracts.runs_to).left_join(owner_days, theirs)
    return rows.mutate(
        from_on=ibis.greatest(rows.runs_from, rows.owner_from.fill_null(ibis.literal(FIRST_DAY))),
        to_on=ibis.least(rows.runs_to, rows.owner_to.fill_null(ibis.literal(LAST_DAY))),
    )


def _all_days_of_people() -> Table:
    """All time, person by person, cut into the spans of their rows and the gaps before, between and after these."""
    person, in_order = PEOPLE_SPANS.person_id, PEOPLE_SPANS.from_on
    previous_to = PEOPLE_SPANS.to_on.lag().over(group_by=person, order_by=in_order)
    spans = PEOPLE_SPANS.mutate(
        gap_from=shifted(previous_to, days=1).fill_null(ibis.literal(FIRST_DAY)),
        is_last=PEOPLE_SPANS.from_on.lead().over(group_by=person, order_by=in_order).isnull(),
    )
    within = spans.select(owner_id="person_id", owner_from="from_on", owner_to="to_on")
    before = spans.select(owner_id="person_id", owner_from="gap_from", owner_to=shifted(spans.from_on, days=-1))
    last = spans.filter(spans.is_last)
    after = last.select(owner_id="person_id", owner_from=shifted(last.to_on, days=1), owner_to=ibis.literal(LAST_DAY))
    days = ibis.union(within, before, after)
    return days.filter(days.owner_from <= days.owner_to)


def _market_shares(inputs: Inputs) -> Table:
    markets, accounts = inputs.canon("markets"), inputs.canon("accounts")
    sized = markets.join(PERIODS, markets.period == PERIODS.period_key)
    sized = with_rate(sized, on="first_on")
    sized = sized.mutate(market_size=converted(sized["size"], sized.rate))
    earned = looked_up(inputs.fact("revenue"), accounts.select("account_id", "segment"), by="account_id")
    keys = ("segment", "period_kind", "period_key")
    rows = looked_up(sized, earned.group_by(*keys).agg(earned=earned.revenue.sum()), by=keys)
    nothing = ibis.literal(0).cast(AMOUNT)
    return rows.select(
        "segment",
        "period_kind",
        "period_key",
        "market_size",
        fact_key=rows.segment.concat("/", rows.period_key),
        account_id=ibis.null("string"),
        credited_on=rows.cut_on,
        # Revenue in a market of unknown size would lift the company's share.
        revenue=ibis.ifelse(rows.market_size.notnull(), rows.earned.fill_null(nothing), None),
        lacks_rate=rows.rate.isnull(),
    )


_TERM = ("contract_id", "account_id", "starts_on", "ends_on", "amount")

FACTS: tuple[Fact, ...] = (
    Fact(
        "revenue",
        "Each contract in each period in which it ran, with revenue and margin of those days; one row per stretch of "
        "days on which its owner stayed in one team.",
        _revenue,
        credit="person",
        timing="period",
        requires={"contracts": _TERM},
        row_of="contracts",
    ),
    Fact(
        "market_shares",
        "Each segment whose market's size is given for that very period, with our revenue in it.",
        _market_shares,
        credit="none",
        timing="period",
        requires={"contracts": _TERM, "accounts": ("segment",), "markets": ("segment", "period", "size")},
        uses=("revenue",),
    ),
)
